"""Answers from the outputs of a model, for the candidates that are asked for."""

from collections.abc import Callable, Iterator, Sequence, Sized
from dataclasses import replace
from itertools import chain, compress

import numpy as np
from numpy.typing import NDArray

from classifier.ml.answers import SHARED, Answer, Candidate, WordAnswers, round_each, take
from classifier.ml.artifacts import Card
from classifier.ml.candidates import (
    DECIMALS,
    FEWEST_KEPT,
    FINE_UNITS,
    KEPT_MASS,
    LARGEST_UNDETERMINED,
    MOST_KEPT,
    MOST_OTHER,
    OUTPUT_UNITS,
    columns_of,
    with_others,
)
from classifier.ml.conformal import DEFAULT_CONFIDENCE, Calibration
from classifier.ml.one_word import answer_word, judge_one
from classifier.ml.rules import lengths_of, row_sums
from classifier.ml.texts import combine, words_of
from classifier.ml.verdict import SEVERAL, UNDETERMINED, UNSURE, VERDICTS, judge_rows, judge_sets

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

# Rows are judged one by one up to this many candidates in all, counting some for each row.
_MOST_ONE_BY_ONE, _CANDIDATES_OF_A_ROW = 130, 8


def answer_texts(
    card: Card,
    texts: Sequence[str],
    predict: Callable[[Sequence[str]], Floats],
    languages: Sequence[str] = (),
    *,
    confidence: float = DEFAULT_CONFIDENCE,
    calibration: Calibration | None = None,
) -> list[Answer]:
    """Return one answer a text, in their order.

    `predict` is called once, with each word of the texts, and returns (words, labels). `languages` are those asked
    for, see Card.candidates. With `calibration`, words have prediction sets of the `confidence`.
    """
    groups = [words_of(text) or [text] for text in texts]  # the words of each text
    words = list(dict.fromkeys(chain.from_iterable(groups)))
    output, candidates = predict(words), card.candidates(languages)
    answers = _answer_words(card, words, output, candidates, confidence=confidence, calibration=calibration)
    rows = dict(zip(words, range(len(words)), strict=True))
    several = [(text, [rows[word] for word in group]) for text, group in zip(texts, groups, strict=True) if group[1:]]
    common = calibration.are_common(words, candidates) if several and calibration else None
    combined = iter(_combine_words(card, several, output, candidates, common) if several else [])
    return [
        _answer_text(text, [answers[rows[word]] for word in group], combined)
        for text, group in zip(texts, groups, strict=True)
    ]


def _answer_text(text: str, words: Sequence[Answer], combined: Iterator[Answer]) -> Answer:
    """Return the answer for a text's only word, or the next one that is combined from several."""
    if len(words) == 1:
        return words[0] if words[0].word == text else replace(words[0], word=text)
    answer = next(combined)
    answer.words = tuple(words)
    answer.set = answer.named
    return answer


def _answer_words(
    card: Card,
    words: Sequence[str],
    output: Floats,
    candidates: tuple[str, ...],
    *,
    confidence: float,
    calibration: Calibration | None,
) -> list[Answer]:
    if not _are_few(words, candidates):
        rows = judge_words(card, words, output, candidates, confidence=confidence, calibration=calibration)
        return make_answers(rows)
    if calibration is None:
        return [answer_word(card, word, row, candidates) for word, row in zip(words, output.tolist(), strict=True)]
    rules, common = calibration.rules(candidates, confidence), calibration.are_common(words, candidates)
    return [
        answer_word(card, word, row, candidates, rules=rules, confidence=confidence, common=is_common)
        for word, row, is_common in zip(words, output.tolist(), common, strict=True)
    ]


def judge_words(
    card: Card,
    words: Sequence[str],
    output: Floats,
    languages: Sequence[str] = (),
    *,
    confidence: float = DEFAULT_CONFIDENCE,
    calibration: Calibration | None = None,
) -> WordAnswers:
    """Rank and judge the outputs (words, labels) of a model for words, all at once."""
    candidates = card.candidates(languages)
    common = calibration.are_common(words, candidates) if calibration else None
    shares, undetermined = restrict(card, output, candidates, common)
    if calibration is None:
        return _judge(card, words, candidates, shares, undetermined)
    rules = calibration.rules(candidates, confidence)
    calibrated = rules.calibrate(shares, lengths_of(words))
    return _judge(
        card,
        words,
        candidates,
        calibrated,
        undetermined,
        members=rules.members(shares),
        most=rules.most_undetermined,
        confidence=confidence,
    )


def _combine_words(
    card: Card,
    texts: Sequence[tuple[str, Sequence[int]]],
    output: Floats,
    candidates: tuple[str, ...],
    common: Sequence[bool] | None,
) -> list[Answer]:
    """Return the answers for texts, each with the rows of its words in `output`."""
    shares, undetermined = restrict(card, output, candidates, common)
    combined = [combine(shares[rows], undetermined[rows]) for _, rows in texts]
    if _are_few(combined, candidates):
        return [
            judge_one(card, text, candidates, whole.tolist(), none)
            for (text, _), (whole, none) in zip(texts, combined, strict=True)
        ]
    wholes, nones = (np.array(column) for column in zip(*combined, strict=True))
    return make_answers(_judge(card, [text for text, _ in texts], candidates, wholes, nones))


def _are_few(rows: Sized, candidates: Sized) -> bool:
    """Return whether rows are judged faster one by one."""
    return len(rows) * (len(candidates) + _CANDIDATES_OF_A_ROW) <= _MOST_ONE_BY_ONE


def restrict(
    card: Card, output: Floats, candidates: tuple[str, ...], common: Sequence[bool] | None = None
) -> tuple[Floats, Floats]:
    """Return the probabilities of the candidates, (words, candidates), rows with sum 1, and of `und`, (words,).

    A word of a language that is no candidate belongs to none of them. `common` marks common words of candidates.
    """
    columns = columns_of(card.labels, candidates)
    shares, undetermined = output.take(columns.of_candidates, axis=1), output[:, columns.undetermined]
    total = row_sums(shares)
    if len(columns.of_others):
        other = output.take(columns.of_others, axis=1).max(axis=1)
        if common is not None:
            other = np.where(common, np.minimum(other, MOST_OTHER * total), other)
        undetermined = with_others(undetermined, other, total)
    shares = np.divide(shares, total[:, None], out=np.full_like(shares, 1 / len(candidates)), where=total[:, None] > 0)
    return shares, undetermined


def _judge(
    card: Card,
    texts: Sequence[str],
    candidates: tuple[str, ...],
    shares: Floats,
    undetermined: Floats,
    *,
    members: Mask | None = None,
    most: Floats | None = None,
    confidence: float | None = None,
) -> WordAnswers:
    """Rank, round and judge probabilities as `restrict` returns them.

    `members` (texts, candidates) are the prediction sets, and `most` the greatest `und` for each first candidate;
    without them the thresholds decide.
    """
    undetermined = np.minimum(np.rint(undetermined * OUTPUT_UNITS) / OUTPUT_UNITS, LARGEST_UNDETERMINED)
    by_code, known = columns_of(card.labels, candidates).by_code, 1 - undetermined[:, None]
    order, units, members = _rank(np.rint(shares.take(by_code, axis=1) * known * FINE_UNITS), by_code, members)
    fine = units / FINE_UNITS
    ranked = fine / known
    kept = _keep(ranked, members)
    width = int(np.flatnonzero(kept.any(axis=0))[-1]) + 1
    order, kept, ranked = order[:, :width], kept[:, :width], ranked[:, :width]
    units, fine = units[:, :width] * kept, fine[:, :width] * kept
    left = 1 - units.sum(axis=1) / FINE_UNITS / known[:, 0]
    remainders, undetermined_shown = round_each(left.clip(0)), round_each(undetermined)
    shown = round_each(ranked) * kept
    shown[:, 0] = (1.0 - shown[:, 1:].sum(axis=1) - remainders).round(DECIMALS)
    if members is None or most is None:
        verdicts = judge_rows(shown, undetermined_shown, card.thresholds)
        members = _named(verdicts, shown)
    else:
        verdicts = judge_sets(members, undetermined_shown, card.thresholds, most[order[:, 0]])
    return WordAnswers(
        words=texts,
        model=card.name,
        model_version=card.version,
        languages=candidates,
        confidence=confidence,
        order=order,
        kept=kept,
        shares=shown,
        remainders=remainders,
        undetermined=undetermined_shown,
        members=members[:, :width],
        verdicts=verdicts,
        fine=fine,
        fine_undetermined=undetermined,
    )


def _rank(
    units: Floats, by_code: NDArray[np.intp], members: Mask | None
) -> tuple[NDArray[np.intp], Floats, Mask | None]:
    """Return the places of the candidates (texts, candidates), most probable first, their units and set members.

    `units` are in the order of `by_code`, so that of equal candidates the first by code comes first.
    """
    order = np.argsort(-units, axis=1, kind="stable")
    units, order = np.take_along_axis(units, order, axis=1), by_code[order]
    return order, units, None if members is None else np.take_along_axis(members, order, axis=1)


def _keep(ranked: Floats, members: Mask | None) -> Mask:
    """Return which ranked candidates to keep, (texts, candidates)."""
    fewer = (np.cumsum(ranked, axis=1) < KEPT_MASS).sum(axis=1) + 1
    kept: Mask = np.arange(ranked.shape[1]) < fewer.clip(FEWEST_KEPT, MOST_KEPT)[:, None]
    return kept if members is None else kept | members


def _named(verdicts: NDArray[np.intp], shares: Floats) -> Mask:
    """Return which ranked candidates (words, languages) are named by verdicts without a prediction set."""
    named = shares >= SHARED
    named[:, :2] = True
    named &= (verdicts == VERDICTS.index(SEVERAL))[:, None]
    named[:, 0] = verdicts != VERDICTS.index(UNSURE)
    return named


def make_answers(rows: WordAnswers) -> list[Answer]:
    """Return the answers that the columns hold, one by one."""
    names = take(rows.languages, rows.order)
    sets = [tuple(compress(row, mask)) for row, mask in zip(names, rows.members.tolist(), strict=True)]
    masks = None if rows.kept.all() else rows.kept.tolist()
    names, shares, fine = (
        table if masks is None else [list(compress(row, mask)) for row, mask in zip(table, masks, strict=True)]
        for table in (names, rows.shares.tolist(), rows.fine.tolist())
    )
    columns = (
        take([*rows.languages, None], rows.named),
        take(VERDICTS, rows.verdicts),
        names,
        shares,
        fine,
        rows.undetermined.tolist(),
        rows.fine_undetermined.tolist(),
        sets,
        rows.remainders.tolist(),
    )
    return [
        Answer(
            word=word,
            model=rows.model,
            model_version=rows.model_version,
            language=language,
            verdict=verdict,
            candidates=tuple(map(Candidate, codes, ranked)),
            undetermined=undetermined,
            probabilities=dict(zip(codes, output, strict=True)) | {UNDETERMINED: none},
            set=members,
            confidence=rows.confidence,
            remainder=remainder,
        )
        for word, language, verdict, codes, ranked, output, undetermined, none, members, remainder in zip(
            rows.words, *columns, strict=True
        )
    ]
