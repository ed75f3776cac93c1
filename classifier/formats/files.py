"""File formats of answers: table, TSV, CSV, JSON, JSON lines."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, ClassVar

from django.http import StreamingHttpResponse
from rest_framework.utils.encoders import JSONEncoder

from classifier.formats.columns import Cell, Layout, Result, answers_of, error_detail, lines_of
from classifier.formats.fields import answer_fields, comparison_fields, prediction_fields
from classifier.languages import language_name
from classifier.ml.answers import Answer, Comparison
from classifier.models import Prediction
from classifier.words.lists import Row

LONGEST_CELL = 40  # characters; longer texts do not widen the first column of a table
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
CHUNK = 100  # rows of a download that are sent at once


def escape_formula(cell: Cell) -> Cell:
    """Return `cell` so that no spreadsheet runs it as formula.

    Source: OWASP, CSV injection.
    """
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


_encode = JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def encode_line(fields: Any) -> str:
    """Return JSON on one line."""
    # Comments may hold the line separators of Unicode, at which some readers would split the line.
    return _encode(fields).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


class JsonLines:
    """One JSON object a line, for an answer or error."""

    media_type: ClassVar[str] = "application/jsonl"
    opening = closing = ""
    before_first = before_next = ""
    after = "\n"

    def __init__(self, layout: Layout, languages: Sequence[str]) -> None:
        self._numbered = "row" in layout.columns
        self._before = self.before_first

    def rows(self, rows: Iterable[Row[Result]]) -> str:
        """Return the text of `rows`, one line each."""
        return "".join(map(self._row, rows))

    def _row(self, row: Row[Result]) -> str:
        before, self._before = self._before, self.before_next
        return f"{before}{encode_line(self._fields(row))}{self.after}"

    def _fields(self, row: Row[Result]) -> dict[str, Any]:
        number = {"row": row.number} if self._numbered else {}
        if row.value is None:
            return (number or {"line": row.number}) | {"error": {"code": row.code, "detail": error_detail(row)}}
        return number | _value_fields(row.value)


class Json(JsonLines):
    """One JSON array of the same objects, written in chunks."""

    media_type = "application/json"
    opening, closing = "[", "\n]\n"
    before_first, before_next = "\n", ",\n"
    after = ""


def _value_fields(value: Result) -> dict[str, Any]:
    if isinstance(value, Prediction):
        return prediction_fields(value, value.owner)
    return comparison_fields(value) if isinstance(value, Comparison) else answer_fields(value)


class Tsv:
    """Tab-separated columns with exact cells."""

    media_type: ClassVar[str] = "text/tab-separated-values"
    delimiter = "\t"
    closing = ""

    def __init__(self, layout: Layout, languages: Sequence[str]) -> None:
        self._columns = list(layout.readers(languages))
        self._shows_errors = "error" in layout.columns
        writer = csv.writer(Echo(), delimiter=self.delimiter, lineterminator=layout.line_end)
        self._write: Callable[[Iterable[Cell]], str] = writer.writerow
        self.opening = self._write(name for name, _read in self._columns)

    def rows(self, rows: Iterable[Row[Result]]) -> str:
        """Return the lines of `rows`, one for each answer.

        Errors have lines if there is a column for them.
        """
        return "".join(self._write(map(self._cell, cells)) for row in rows for cells in self._lines(row))

    def _lines(self, row: Row[Result]) -> Iterator[Iterable[Cell]]:
        if row.value is None and self._shows_errors:
            cells: dict[str, Cell] = {"row": row.number, "error": error_detail(row)}
            yield [cells.get(name) for name, _read in self._columns]
        for line in lines_of(row):
            yield [read(line) for _name, read in self._columns]

    def _cell(self, cell: Cell) -> Cell:
        return cell


class Csv(Tsv):
    """Comma-separated columns for spreadsheets, with formulas escaped."""

    media_type = "text/csv"
    delimiter = ","

    def _cell(self, cell: Cell) -> Cell:
        return escape_formula(cell)


class Echo:
    """A file for csv.writer."""

    def write(self, text: str) -> str:
        """Return the text, which csv.writer returns in turn."""
        return text


class Table:
    """Aligned columns for people.

    The first rows set the widths of the columns of words and models.
    """

    media_type: ClassVar[str] = "text/plain"
    opening = closing = ""
    _width = _model_width = 0

    def __init__(self, layout: Layout, languages: Sequence[str]) -> None:
        self._names = {language: language_name(language) for language in languages}
        self._name_width = max(map(len, self._names.values()))

    def rows(self, rows: Iterable[Row[Result]]) -> str:
        """Return a line for each answer of `rows`."""
        rows = list(rows)
        answers = [answer for row in rows for answer in answers_of(row)]
        self._width = self._width or min(LONGEST_CELL, max((len(answer.word) for answer in answers), default=0))
        if any(isinstance(row.value, Comparison) for row in rows):
            self._model_width = self._model_width or max(len(answer.model) for answer in answers)
        return "".join(map(self._line, answers))

    def _line(self, answer: Answer) -> str:
        model = f"{answer.model:<{self._model_width}}  " if self._model_width else ""
        name = self._names[answer.language] if answer.language else "-"
        shares = [f"{self._names[each.language]} {each.probability:.1%}" for each in answer.candidates]
        verdict = "mixed" if answer.mixture else answer.verdict
        start = f"{answer.word:<{self._width}}  {model}{verdict:<7}  {name:<{self._name_width}}"
        return f"{start}  {', '.join(shares)}\n"


Format = JsonLines | Tsv | Table
# Each name is also the ending of the file's name.
FORMATS: dict[str, type[Format]] = {"table": Table, "tsv": Tsv, "csv": Csv, "json": Json, "jsonl": JsonLines}
DOWNLOADS = ("csv", "jsonl")  # offered by pages and API, the default first


def download(rows: Iterable[Row[Prediction]], layout: Layout, name: str) -> StreamingHttpResponse:
    """Return `rows` as a streamed file in the format `name`.

    The rows up to the first answer, which has the languages, are read before the response begins, so that their errors
    have a status.
    """
    rows = iter(rows)
    start: list[Row[Prediction]] = []
    for row in rows:
        start.append(row)
        if row.value is not None:
            break
    text = _stream(FORMATS[name](layout, _languages(start)), chain(start, rows))
    return attachment(text, FORMATS[name].media_type, f"{layout.stem}.{name}")


def attachment(text: Iterable[str], media_type: str, name: str) -> StreamingHttpResponse:
    """Return a text as a streamed file."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(text, content_type=f"{media_type}; charset=utf-8", headers=headers)


def _stream(file: Format, rows: Iterator[Row[Prediction]]) -> Iterator[str]:
    yield file.opening
    while chunk := list(islice(rows, CHUNK)):
        yield file.rows(chunk)
    yield file.closing


def _languages(rows: Sequence[Row[Prediction]]) -> list[str]:
    """Return the languages of the answers, in the model's order."""
    answers = [answer for row in rows for answer in answers_of(row)]
    languages = {candidate.language for answer in answers for candidate in answer.candidates}
    return [label for answer in answers for label in answer.probabilities if label in languages]
