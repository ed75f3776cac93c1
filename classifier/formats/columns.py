"""Columns of answer files, and the layouts that select them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils import translation

from classifier.ml.answers import Answer, Comparison
from classifier.models import Prediction
from classifier.words.lists import Row

LANGUAGES = "languages"  # placeholder: a column for each language

Result = Answer | Comparison | Prediction
Cell = str | float | None


class Line(NamedTuple):
    """A line of a table: an answer and its row."""

    number: int
    value: Any
    answer: Answer
    probabilities: dict[str, float]  # by language, highest first


Reader = Callable[[Line], Cell]
COLUMNS: dict[str, Reader] = {
    "row": lambda line: line.number,
    "id": lambda line: str(line.value.public_id),
    "created_at": lambda line: line.value.created.isoformat(),
    "word": lambda line: line.answer.word,
    "language": lambda line: line.answer.language,
    "verdict": lambda line: line.answer.verdict,
    "mixed": lambda line: " ".join(line.answer.mixture),
    "candidates": lambda line: "; ".join(f"{name} {share}" for name, share in line.probabilities.items()),
    "undetermined": lambda line: line.answer.undetermined,
    "model": lambda line: line.answer.model,
    "model_version": lambda line: line.answer.model_version,
    "agreement": lambda line: _agreement(line.value.comparison()),
    "correction": lambda line: _labels(line.value.correction_fields(line.value.owner)),
    "correction_status": lambda line: (line.value.correction_fields(line.value.owner) or {}).get("status"),
    "reviewed": lambda line: _labels(line.value.review_fields()["reviewed"]),
    "reviewed_words": lambda line: _words(line.value.review_fields().get("reviewed_words", ())),
    "error": lambda _line: None,
}


def _agreement(comparison: Comparison | None) -> float | None:
    return comparison.agreement if comparison else None


def _labels(feedback: dict[str, Any] | None) -> str:
    return " ".join([feedback["label"], *feedback["languages"]]) if feedback else ""


def _words(words: Sequence[dict[str, Any]]) -> str:
    return "; ".join(f"{word['word']} {_labels(word)}" for word in words)


@dataclass(frozen=True, slots=True)
class Layout:
    """A kind of file: columns, name, line ends of CSV."""

    columns: tuple[str, ...]
    stem: str = ""  # file name without extension
    line_end: str = "\n"

    def readers(self, languages: Sequence[str]) -> Iterator[tuple[str, Reader]]:
        """Yield the name and reader of each column."""
        for name in self.columns:
            if name == LANGUAGES:
                yield from ((language, _probability_of(language)) for language in languages)
            else:
                yield name, COLUMNS[name]


def _probability_of(language: str) -> Reader:
    return lambda line: line.probabilities[language]


_ANSWER = ("word", "language", "verdict", "mixed", LANGUAGES, "undetermined", "model", "model_version")
ANSWERS = Layout(_ANSWER)
BATCH = Layout(("row", *_ANSWER, "error"), "words")
# All candidates in one column, since the models of a history have different languages.
HISTORY = Layout(
    (
        *("id", "created_at", "word", "model", "model_version", "language", "verdict", "mixed"),
        *("candidates", "undetermined", "agreement", "correction", "correction_status", "reviewed", "reviewed_words"),
    ),
    "predictions",
    line_end="\r\n",
)


def answers_of(row: Row[Result]) -> Sequence[Answer]:
    """Return the answers of a row.

    They are all of a comparison, the best of a prediction, none of an error.
    """
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
    """Return the English error text of a row, for programs."""
    with translation.override("en"):
        return str(row.detail)
