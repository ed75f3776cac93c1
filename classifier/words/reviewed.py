"""Reviewed words as a table, exported to train on and to measure with."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, fields

from classifier.languages import MULTIPLE
from classifier.ml.texts import is_one_word
from classifier.ml.verdict import UNDETERMINED

TRAIN, MEASURE = "train", "measure"

Outcome = tuple[str, str, tuple[str, ...]]  # word, label, languages


class BadTable(Exception):
    """A table cannot be read; the message names the line."""


@dataclass(frozen=True, slots=True, order=True)
class ReviewedRow:
    """The outcome of a review, without people and comments."""

    word: str  # normalised
    label: str  # a language, mul, mis, zxx or und
    languages: tuple[str, ...] = ()  # of a shared word (mul)
    votes: int = 0
    use: str = TRAIN  # or MEASURE: never trained on

    @property
    def outcome(self) -> Outcome:
        """Word, label and languages."""
        return self.word, self.label, self.languages

    @property
    def trains(self) -> bool:
        """Whether models are trained on it."""
        return self.use == TRAIN and self._teaches

    @property
    def measures(self) -> bool:
        """Whether models are measured on it."""
        return self.use == MEASURE and self._teaches

    @property
    def _teaches(self) -> bool:
        """Whether people are sure of it, and models answer it as one word."""
        return self.label != UNDETERMINED and is_one_word(self.word)


COLUMNS = tuple(field.name for field in fields(ReviewedRow))


def write_rows(rows: Iterable[ReviewedRow]) -> str:
    """Return the table of `rows`, sorted, with a header."""
    text = io.StringIO()
    table = csv.writer(text, "excel-tab", lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows([row.word, row.label, " ".join(row.languages), row.votes, row.use] for row in sorted(rows))
    return text.getvalue()


def read_rows(text: str) -> list[ReviewedRow]:
    """Read a table of `write_rows`.

    Raises BadTable for another header, a malformed row, and a word that stands twice.
    """
    table = csv.reader(io.StringIO(text, newline=""), "excel-tab", strict=True)
    rows: dict[str, ReviewedRow] = {}
    try:
        if tuple(next(table, ())) != COLUMNS:
            raise BadTable(f"line 1: the header is not {', '.join(COLUMNS)}")
        for cells in table:
            row = _row(cells, table.line_num)
            if row.word in rows:
                raise BadTable(f"line {table.line_num}: {row.word} stands twice")
            rows[row.word] = row
    except csv.Error as error:
        raise BadTable(f"line {table.line_num}: {error}") from error
    return list(rows.values())


def _row(cells: list[str], line: int) -> ReviewedRow:
    if len(cells) != len(COLUMNS):
        raise BadTable(f"line {line}: {len(cells)} columns in place of {len(COLUMNS)}")
    word, label, languages, votes, use = cells
    if not word.strip() or not label.strip():
        raise BadTable(f"line {line}: word or label is missing")
    if not (votes.isascii() and votes.isdigit()):
        raise BadTable(f"line {line}: votes is no number")
    if use not in {TRAIN, MEASURE}:
        raise BadTable(f"line {line}: use is neither {TRAIN} nor {MEASURE}")
    if (label == MULTIPLE) != (len(languages.split()) > 1):
        raise BadTable(f"line {line}: mul, and only mul, has two languages or more")
    return ReviewedRow(word, label, tuple(languages.split()), int(votes), use)
