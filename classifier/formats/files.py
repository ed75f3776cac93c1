"""File formats of answers: table, TSV, CSV, Excel, JSON, JSON lines."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, ClassVar

from django.http import StreamingHttpResponse
from rest_framework.utils.encoders import JSONEncoder

from classifier.formats import excel
from classifier.formats.columns import Cell, Layout, Result, answers_of, error_detail, lines_of
from classifier.formats.fields import answer_fields, comparison_fields, prediction_fields
from classifier.languages import language_name
from classifier.ml.answers import Answer, Comparison
from classifier.models import Prediction
from classifier.words.lists import Row

LONGEST_CELL = 40  # characters; longer texts do not widen the first column of a table
# A sign that begins a formula, also in its full width, at the start of a cell, of a line, or after the separator of
# countries with a decimal comma.
_FORMULA = re.compile(r"(^|[;\r\n])(?=[^\S\r\n]*[=+\-@＝＋－＠]|[\t\r])")  # noqa: RUF001
_QUOTED = re.compile(r'[,;"\t\r\n]')
BYTE_ORDER_MARK = "\ufeff"  # by which Excel knows UTF-8
CHUNK = 100  # rows of a download that are sent at once


def escape_formula(cell: Cell) -> Cell:
    """Return `cell` so that no spreadsheet runs it as formula.

    Source: OWASP, CSV injection.
    """
    return _FORMULA.sub(r"\1'", cell) if isinstance(cell, str) else cell


def csv_line(cells: Iterable[Cell], line_end: str = "\r\n") -> str:
    """Return a line of CSV, without formulas; cells hold together where semicolons separate."""
    return ",".join(map(_quote, map(escape_formula, cells))) + line_end


def _quote(cell: Cell) -> str:
    text = "" if cell is None else str(cell)
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


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
    closing = ""

    def __init__(self, layout: Layout, languages: Sequence[str]) -> None:
        self._columns = list(layout.readers(languages))
        self._shows_errors = "error" in layout.columns
        self._line_end = layout.line_end
        self.opening = self._write(name for name, _read in self._columns)

    def rows(self, rows: Iterable[Row[Result]]) -> str:
        """Return the lines of `rows`, one for each answer.

        Errors have lines if there is a column for them.
        """
        return "".join(self._write(cells) for row in rows for cells in self._lines(row))

    def _lines(self, row: Row[Result]) -> Iterator[Iterable[Cell]]:
        if row.value is None and self._shows_errors:
            cells: dict[str, Cell] = {"row": row.number, "error": error_detail(row)}
            yield [cells.get(name) for name, _read in self._columns]
        for line in lines_of(row):
            yield [read(line) for _name, read in self._columns]

    def _write(self, cells: Iterable[Cell]) -> str:
        line: str = csv.writer(Echo(), "excel-tab", lineterminator=self._line_end).writerow(cells)
        return line


class Csv(Tsv):
    """Comma-separated columns for spreadsheets, with formulas escaped."""

    media_type = "text/csv"

    def _write(self, cells: Iterable[Cell]) -> str:
        return csv_line(cells, self._line_end)


class Xlsx(Tsv):
    """A workbook for spreadsheets, with exact cells."""

    media_type = excel.MEDIA_TYPE

    def __init__(self, layout: Layout, languages: Sequence[str]) -> None:
        self._workbook = excel.Workbook()
        super().__init__(layout, languages)

    def rows(self, rows: Iterable[Row[Result]]) -> bytes:  # type: ignore[override]
        """Return the bytes of the file that hold `rows`, or some of them."""
        super().rows(rows)
        return self._workbook.take()

    @property
    def closing(self) -> bytes:  # type: ignore[override]
        """The bytes that end the file."""
        self._workbook.close()
        return self._workbook.take()

    def _write(self, cells: Iterable[Cell]) -> str:
        self._workbook.write(cells)
        return ""


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
# Each name is also the ending of the file's name. Commands write the first ones, pages and API offer the last.
FORMATS: dict[str, type[Format]] = {"table": Table, "tsv": Tsv, "csv": Csv, "json": Json, "jsonl": JsonLines}
DOWNLOADS: dict[str, type[Format]] = {"csv": Csv, "xlsx": Xlsx, "jsonl": JsonLines}
DEFAULT = "csv"


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
    content = _stream(DOWNLOADS[name](layout, _languages(start)), chain(start, rows))
    return attachment(content, DOWNLOADS[name].media_type, f"{layout.stem}.{name}")


def attachment(content: Iterable[str | bytes], media_type: str, name: str) -> StreamingHttpResponse:
    """Return a streamed file; CSV has the mark by which Excel knows UTF-8."""
    if media_type == Csv.media_type:
        content = chain([BYTE_ORDER_MARK], content)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    charset = "" if media_type == Xlsx.media_type else "; charset=utf-8"
    return StreamingHttpResponse(content, content_type=media_type + charset, headers=headers)


def _stream(file: Format, rows: Iterator[Row[Prediction]]) -> Iterator[str | bytes]:
    yield file.opening
    while chunk := list(islice(rows, CHUNK)):
        yield file.rows(chunk)
    yield file.closing


def _languages(rows: Sequence[Row[Prediction]]) -> list[str]:
    """Return the languages of the answers, in the model's order."""
    answers = [answer for row in rows for answer in answers_of(row)]
    languages = {candidate.language for answer in answers for candidate in answer.candidates}
    return [label for answer in answers for label in answer.probabilities if label in languages]
