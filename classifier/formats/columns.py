"""Columns of the files of answers, and the kinds of files that select from them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils import translation

from classifier.ml.answers import Answer, Comparison
from classifier.models import Prediction
from classifier.words.lists import Row

LANGUAGES = "languages"  # stands for one column a language

Result = Answer | Comparison | Prediction
Cell = str | float | None


class Line(NamedTuple):
    """A line of a table: one answer, and the row and value it belongs to."""

    number: int
    value: Any
    answer: Answer
    probabilities: dict[str, float]  # by language, highest first


Read = Callable[[Line], Cell]
COLUMNS: dict[str, Read] = {
    "row": lambda line: line.number,
    "id": lambda line: str(line.value.public_id),
    "created_at": lambda line: line.value.created.isoformat(),
    "word": lambda line: line.answer.word,
    "language": lambda line: line.answer.language,
    "verdict": lambda line: line.answer.verdict,
    "candidates": lambda line: "; ".join(f"{name} {share}" for name, share in line.probabilities.items()),
    "undetermined": lambda line: line.answer.undetermined,
    "model": lambda line: line.answer.model,
    "model_version": lambda line: line.answer.model_version,
    "agreement": lambda line: _agreement(line.value.comparison()),
    "correction": lambda line: _labels(line.value.correction(line.value.owner)),
    "correction_status": lambda line: (line.value.correction(line.value.owner) or {}).get("status"),
    "reviewed": lambda line: _labels(line.value.reviewed()),
    "error": lambda _line: None,
}


def _agreement(comparison: Comparison | None) -> float | None:
    return comparison.agreement if comparison else None


def _labels(feedback: dict[str, Any] | None) -> str:
    return " ".join([feedback["label"], *feedback["languages"]]) if feedback else ""


@dataclass(frozen=True, slots=True)
class Layout:
    """A kind of file: its columns, its name without ending, and the end of its CSV lines."""

    columns: tuple[str, ...]
    stem: str = ""
    line_end: str = "\n"

    def readers(self, languages: Sequence[str]) -> Iterator[tuple[str, Read]]:
        """Yield each column's name and how to read it from a line."""
        for name in self.columns:
            if name == LANGUAGES:
                yield from ((language, _probability_of(language)) for language in languages)
            else:
                yield name, COLUMNS[name]


def _probability_of(language: str) -> Read:
    return lambda line: line.probabilities[language]


_ANSWER = ("word", "language", "verdict", LANGUAGES, "undetermined", "model", "model_version")
ANSWERS = Layout(_ANSWER)
BATCH = Layout(("row", *_ANSWER, "error"), "words")
# All candidates in one column: a history holds answers of models with different languages.
HISTORY = Layout(
    (
        *("id", "created_at", "word", "model", "model_version", "language", "verdict", "candidates", "undetermined"),
        *("agreement", "correction", "correction_status", "reviewed"),
    ),
    "predictions",
    line_end="\r\n",
)


def answers_of(row: Row[Result]) -> Sequence[Answer]:
    """Return each answer of a comparison, the best of a prediction, none of an error."""
    match row.value:
        case None:
            return ()
        case Comparison(answers=answers):
            return answers
        case Prediction():
            return [row.value.answer()]
        case answer:
            return [answer]


def lines_of(row: Row[Result]) -> Iterator[Line]:
    """Yield a line for each answer of a row."""
    for answer in answers_of(row):
        probabilities = {candidate.language: candidate.probability for candidate in answer.candidates}
        yield Line(row.number, row.value, answer, probabilities)


def error_detail(row: Row[Result]) -> str:
    """Return the text of a row's error, in English, since programs read it."""
    with translation.override("en"):
        return str(row.detail)
