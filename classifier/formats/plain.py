"""Rows of plain words, written column by column.

Matches of PLAIN_WORD: no format quotes or escapes them. A row at a time would take ten times as long for the same text.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import compress, repeat

import numpy as np
from numpy.typing import NDArray

from classifier.languages import language_name
from classifier.ml.answers import WordAnswers, take
from classifier.ml.columns import TOP, has_column_each, rank_names
from classifier.ml.verdict import VERDICTS

_UNITS = 10_000  # of a probability with four decimals


def cells_by_column(answers: WordAnswers, cell_of: Callable[[str], str]) -> dict[str, Iterable[str]]:
    """Return the cells of each column of an answer, by its name.

    `cell_of` quotes the names of languages and models, if they need it.
    """
    count = len(answers.words)
    languages = list(map(cell_of, answers.languages))
    return {
        "word": answers.words,
        "language": take([*languages, ""], answers.named),
        "verdict": take(VERDICTS, answers.verdicts),
        "set": _member_texts(answers, languages, " "),
        "mixed": repeat("", count),
        **_candidate_columns(answers, languages),
        "undetermined": _share_texts(answers.undetermined).tolist(),
        "model": repeat(cell_of(answers.model), count),
        "model_version": repeat(cell_of(answers.model_version), count),
    }


def _candidate_columns(answers: WordAnswers, languages: Sequence[str]) -> dict[str, Iterable[str]]:
    """Return the cells of the columns of candidates; empty for those that are not kept."""
    if has_column_each(languages):
        kept = np.zeros((len(answers.words), len(languages)), bool)
        np.put_along_axis(kept, answers.order, answers.kept, axis=1)
        texts = np.where(kept, _share_texts(answers.shares_by_language), "")
        return dict(zip(answers.languages, texts.T.tolist(), strict=True))
    columns: dict[str, Iterable[str]] = {}
    for rank in range(TOP):
        language, probability = rank_names(rank)
        columns[language] = take(languages, answers.order[:, rank])
        columns[probability] = _share_texts(answers.shares[:, rank]).tolist()
    return columns


def json_objects(answers: WordAnswers) -> list[str]:
    """Return the JSON of `answer_fields` for each word."""
    model, version, *languages = map(_encode, (answers.model, answers.model_version, *answers.languages))
    names = map(_encode, map(language_name, answers.languages))
    opening = [
        f'{{"language": {language}, "name": {name}, "probability": '
        for language, name in zip(languages, names, strict=True)
    ]
    confidence = json.dumps(answers.confidence)
    columns = (
        take([*languages, "null"], answers.named),
        take(VERDICTS, answers.verdicts),
        _member_texts(answers, languages, ", "),
        _candidate_texts(answers, opening, "}, "),
        _share_texts(answers.remainders).tolist(),
        _share_texts(answers.undetermined).tolist(),
    )
    return [
        f'{{"word": "{word}", "model": {model}, "model_version": {version}, "language": {language}, '
        f'"verdict": "{verdict}", "set": [{members}], "confidence": {confidence}, "candidates": [{candidates}}}], '
        f'"remainder": {remainder}, "undetermined": {undetermined}}}'
        for word, language, verdict, members, candidates, remainder, undetermined in zip(
            answers.words, *columns, strict=True
        )
    ]


def aligned_lines(answers: WordAnswers, names: Mapping[str, str], width: int, name_width: int) -> list[str]:
    """Return the line of each word; `names` are those of languages, widths those of words and names."""
    shown = [names[language] for language in answers.languages]
    columns = (
        take([verdict.ljust(7) for verdict in VERDICTS], answers.verdicts),
        take([name.ljust(name_width) for name in (*shown, "-")], answers.named),
        _candidate_texts(answers, [f"{name} " for name in shown], ", ", ".1%"),
    )
    return [
        f"{word:<{width}}  {verdict}  {name}  {candidates}\n"
        for word, verdict, name, candidates in zip(answers.words, *columns, strict=True)
    ]


def _candidate_texts(answers: WordAnswers, before: Sequence[str], separator: str, form: str = "") -> list[str]:
    """Return the candidates of each word, most probable first; `before` stands before the probability."""
    texts = np.array(before, object)[answers.order] + _share_texts(answers.shares, form)
    return _joined(texts, answers.kept, separator)


def _member_texts(answers: WordAnswers, languages: Sequence[str], separator: str) -> list[str]:
    """Return the prediction set of each word."""
    return _joined(np.array(languages, object)[answers.order], answers.members, separator)


def _joined(texts: NDArray[np.object_], mask: NDArray[np.bool_], separator: str) -> list[str]:
    """Join the texts of each row for which `mask` is set."""
    if mask.all():
        return list(map(separator.join, texts.tolist()))
    rows = zip(texts.tolist(), mask.tolist(), strict=True)
    return [separator.join(compress(row, chosen)) for row, chosen in rows]


def _share_texts(shares: NDArray[np.float64], form: str = "") -> NDArray[np.object_]:
    """Return probabilities with four decimals as texts, in an array of the same shape."""
    return _all_share_texts(form)[np.rint(shares * _UNITS).astype(np.intp)]


@cache
def _all_share_texts(form: str) -> NDArray[np.object_]:
    return np.array([format(unit / _UNITS, form) for unit in range(_UNITS + 1)], object)


def _encode(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
