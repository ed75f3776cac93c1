"""Columns of answer files, and the layouts that select them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils import translation

from classifier.ml.answers import Answer, Comparison
from classifier.ml.columns import ANSWER, LANGUAGES, READERS, Cell, language_readers
from classifier.models import Prediction
from classifier.words.lists import Row

Result = Answer | Comparison | Prediction


class Line(NamedTuple):
    """A line of a table: an answer and its row."""

    number: int
    value: Any
    answer: Answer


Reader = Callable[[Line], Cell]


def _of_answer(read: Callable[[Answer], Cell]) -> Reader:
    return lambda line: read(line.answer)


COLUMNS: dict[str, Reader] = {
    "row": lambda line: line.number,
    "id": lambda line: str(line.value.public_id),
    "created_at": lambda line: line.value.created.isoformat(),
    **{name: _of_answer(read) for name, read in READERS.items()},
    "candidates": lambda line: "; ".join(f"{each.language} {each.probability}" for each in line.answer.candidates),
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

    def readers(self, languages: Sequence[str] | None) -> Iterator[tuple[str, Reader]]:
        """Yield the name and reader of each column."""
        for name in self.columns:
            if name == LANGUAGES:
                yield from ((column, _of_answer(read)) for column, read in language_readers(languages).items())
            else:
                yield name, COLUMNS[name]


ANSWERS = Layout(ANSWER)
BATCH = Layout(("row", *ANSWER, "error"), "words")
# All candidates in one column, since the models of a history have different languages.
HISTORY = Layout(
    (
        *("id", "created_at", "word", "model", "model_version", "language", "verdict", "set", "mixed"),
        *("candidates", "undetermined", "agreement", "correction", "correction_status", "reviewed", "reviewed_words"),
    ),
    "predictions",
    line_end="\r\n",
)


def answers_of(row: Row[Result]) -> Sequence[Answer]:
    """Return the answers of a row.

    They are all of a comparison, the best of a prediction, none of an error.
    """
    value = row.value
    if isinstance(value, Answer):  # the most frequent first
        return [value]
    if isinstance(value, Comparison):
        return value.answers
    return () if value is None else [value.answer()]


def lines_of(row: Row[Result]) -> list[Line]:
    """Return a line for each answer of a row."""
    return [Line(row.number, row.value, answer) for answer in answers_of(row)]


def error_detail(row: Row[Result]) -> str:
    """Return the English error text of a row, for programs."""
    with translation.override("en"):
        return str(row.detail)
