"""Writes answers as a table for people, or as TSV, CSV, JSON and JSON lines for programs."""

import csv
import io
import json
from collections.abc import Iterable, Sequence

from classifier.formats.fields import answer_fields, comparison_fields
from classifier.languages import language_name
from classifier.ml.answers import Answer, Comparison
from classifier.words.lists import Refusal

LONGEST_CELL = 40  # a longer text does not push the other lines of a table apart
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Row = Answer | Comparison | Refusal


def _answers(rows: Iterable[Row]) -> list[Answer]:
    """Return the answers among `rows`; of a comparison those of all models, one after another."""
    each = ([row] if isinstance(row, Answer) else row.answers for row in rows if not isinstance(row, Refusal))
    return [answer for answers in each for answer in answers]


def without_formula(cell: str) -> str:
    """Return `cell` such that no spreadsheet takes it for a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


class JsonLines:
    """One answer or error a line, exact, without the fields that only stored answers have."""

    opening = closing = ""
    before_first = before_next = ""
    after = "\n"

    def __init__(self, languages: Sequence[str]) -> None:
        self._before = self.before_first
        self._encode = json.JSONEncoder(ensure_ascii=False).encode

    def rows(self, rows: Iterable[Row]) -> str:
        """Return the text of `rows`, one line each."""
        return "".join(map(self._row, rows))

    def _row(self, row: Row) -> str:
        before, self._before = self._before, self.before_next
        return f"{before}{self._encode(_fields(row))}{self.after}"


class Json(JsonLines):
    """One array of the same objects, written as it grows."""

    opening, closing = "[", "\n]\n"
    before_first, before_next = "\n", ",\n"
    after = ""


def _fields(row: Row) -> dict[str, object]:
    if isinstance(row, Refusal):
        return {"line": row.line, "error": {"code": row.code, "detail": row.detail}}
    fields = comparison_fields(row) if isinstance(row, Comparison) else answer_fields(row)
    return {**fields, "correction": None, "reviewed": None}


class Tsv:
    """Tab-separated columns: the answer, then a probability for each language; cells are exact."""

    delimiter = "\t"
    closing = ""

    def __init__(self, languages: Sequence[str]) -> None:
        self._languages = languages
        self._names = ["word", "language", "verdict", *languages, "undetermined", "model", "model_version"]
        self.opening = self._lines([self._names])

    def rows(self, rows: Iterable[Row]) -> str:
        """Return the text of the answers among `rows`, one line each."""
        return self._lines(map(self._cells, _answers(rows)))

    def _cells(self, answer: Answer) -> list[str | float]:
        shares = {candidate.language: candidate.probability for candidate in answer.candidates}
        probabilities = [shares[language] for language in self._languages]
        start = [self._word(answer.word), answer.language or "", answer.verdict]
        return [*start, *probabilities, answer.undetermined, answer.model, answer.model_version]

    def _word(self, word: str) -> str:
        return word

    def _lines(self, lines: Iterable[Sequence[str | float]]) -> str:
        text = io.StringIO()
        csv.writer(text, delimiter=self.delimiter, lineterminator="\n").writerows(lines)
        return text.getvalue()


class Csv(Tsv):
    """The same columns for spreadsheets, separated by commas and safe against formulas."""

    delimiter = ","

    def _word(self, word: str) -> str:
        return without_formula(word)


class Table:
    """Aligned columns for people; the first rows decide how wide the words' and the models' columns are."""

    opening = closing = ""
    _width = _model_width = 0

    def __init__(self, languages: Sequence[str]) -> None:
        self._names = {language: language_name(language) for language in languages}
        self._name_width = max(map(len, self._names.values()))

    def rows(self, rows: Iterable[Row]) -> str:
        """Return the text of the answers among `rows`, one line each."""
        rows = list(rows)
        answers = _answers(rows)
        self._width = self._width or min(LONGEST_CELL, max((len(answer.word) for answer in answers), default=0))
        if any(isinstance(row, Comparison) for row in rows):
            self._model_width = self._model_width or max(len(answer.model) for answer in answers)
        return "".join(map(self._line, answers))

    def _line(self, answer: Answer) -> str:
        model = f"{answer.model:<{self._model_width}}  " if self._model_width else ""
        name = self._names[answer.language] if answer.language else "-"
        shares = [f"{self._names[each.language]} {each.probability:.1%}" for each in answer.candidates]
        start = f"{answer.word:<{self._width}}  {model}{answer.verdict:<7}  {name:<{self._name_width}}"
        return f"{start}  {', '.join(shares)}\n"


Format = JsonLines | Tsv | Table
FORMATS: dict[str, type[Format]] = {"table": Table, "tsv": Tsv, "csv": Csv, "json": Json, "jsonl": JsonLines}
