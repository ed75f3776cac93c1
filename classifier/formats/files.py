"""File formats of answers: table, TSV, CSV, Excel, JSON, JSON lines."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, ClassVar

from django.http import StreamingHttpResponse
from rest_framework.utils.encoders import JSONEncoder

from classifier.formats import excel, plain
from classifier.formats.columns import Layout, Result, answers_of, error_detail, lines_of
from classifier.formats.fields import answer_fields, comparison_fields, prediction_fields
from classifier.languages import language_name
from classifier.ml.answers import Answer, Comparison, WordAnswers
from classifier.ml.columns import Cell
from classifier.models import Prediction
from classifier.services.identify import candidates_of
from classifier.words.lists import Row

LONGEST_CELL = 40  # characters; longer texts do not widen the first column of a table
# A sign that begins a formula, also in its full width, at the start of a cell, of a line, or after the separator of
# countries with a decimal comma.
_FORMULA = re.compile(r"(^|[;\r\n])(?=[^\S\r\n]*[=+\-@＝＋－＠]|[\t\r])")  # noqa: RUF001
_PLAIN_CELL = re.compile(r"\w[\w .'’-]*")  # noqa: RUF001 - neither of both, as most cells
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
    return ",".join(map(_csv_cell, cells)) + line_end


def _csv_cell(cell: Cell) -> str:
    if isinstance(cell, int | float):
        return str(cell)
    if not cell or _PLAIN_CELL.fullmatch(cell):
        return cell or ""
    text = str(escape_formula(cell))
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


_encode = JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def encode_line(fields: Any) -> str:
    """Return JSON on one line."""
    # Comments may hold the line separators of Unicode, at which some readers would split the line.
    return _encode(fields).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


class _Text:
    """A file of text, written in parts: opening, rows, closing."""

    media_type: ClassVar[str]
    opening = closing = ""

    def rows(self, rows: Iterable[Row[Result]]) -> str:
        """Return the part of the file that holds `rows`."""
        rows = list(rows)
        self.fit(rows)
        return self.join(map(self.row, rows))

    def fit(self, rows: Sequence[Row[Result]], words: Sequence[str] = ()) -> None:
        """Set the widths of columns, if there are any, by the first rows and plain words."""

    def row(self, row: Row[Result]) -> str:
        """Return the text of a row, wherever it stands."""
        raise NotImplementedError

    def plain_rows(self, answers: WordAnswers) -> list[str]:
        """Return the text of each plain word's row, as `row` does, with the columns ANSWERS."""
        raise NotImplementedError

    def join(self, texts: Iterable[str]) -> str:
        """Return the part of the file that holds the texts of these rows."""
        return "".join(texts)


class JsonLines(_Text):
    """One JSON object a line, for an answer or error."""

    media_type = "application/jsonl"
    _before, _after = "", "\n"

    def __init__(self, layout: Layout, languages: Sequence[str] | None) -> None:
        self._numbered = "row" in layout.columns

    def row(self, row: Row[Result]) -> str:
        """Return the object of a row, on a line of its own."""
        return f"{self._before}{encode_line(self._fields(row))}{self._after}"

    def plain_rows(self, answers: WordAnswers) -> list[str]:
        """Return the objects of plain words."""
        return [f"{self._before}{text}{self._after}" for text in plain.json_objects(answers)]

    def _fields(self, row: Row[Result]) -> dict[str, Any]:
        number = {"row": row.number} if self._numbered else {}
        if row.value is None:
            return (number or {"line": row.number}) | {"error": {"code": row.code, "detail": error_detail(row)}}
        return number | _value_fields(row.value)


class Json(JsonLines):
    """One JSON array of the same objects, written in chunks."""

    media_type = "application/json"
    opening, closing = "[", "\n]\n"
    _before, _after = "\n", ""
    _separator = ""  # before the first row

    def join(self, texts: Iterable[str]) -> str:
        """Return the objects, separated from each other and from those before."""
        text = ",".join(texts)
        if not text:
            return ""
        separator, self._separator = self._separator, ","
        return separator + text


def _value_fields(value: Result) -> dict[str, Any]:
    if isinstance(value, Prediction):
        return prediction_fields(value, value.owner)
    return comparison_fields(value) if isinstance(value, Comparison) else answer_fields(value)


class Tsv(_Text):
    """Tab-separated columns with exact cells."""

    media_type = "text/tab-separated-values"
    _delimiter = "\t"

    def __init__(self, layout: Layout, languages: Sequence[str] | None) -> None:
        columns = dict(layout.readers(languages))
        self._names, self._readers = list(columns), list(columns.values())
        self._shows_errors = "error" in layout.columns
        self._line_end = layout.line_end
        self._writer = csv.writer(Echo(), "excel-tab", lineterminator=layout.line_end)
        self.opening = self._write(self._names)

    def row(self, row: Row[Result]) -> str:
        """Return the lines of a row, one for each answer.

        Errors have lines if there is a column for them.
        """
        if row.value is None and self._shows_errors:
            cells: dict[str, Cell] = {"row": row.number, "error": error_detail(row)}
            return self._write([cells.get(name) for name in self._names])
        return "".join([self._write([read(line) for read in self._readers]) for line in lines_of(row)])

    def plain_rows(self, answers: WordAnswers) -> list[str]:
        """Return the lines of plain words."""
        columns = plain.cells_by_column(answers, lambda text: self._write([text]).removesuffix(self._line_end))
        lines = map(self._delimiter.join, zip(*[columns[name] for name in self._names], strict=True))
        return [line + self._line_end for line in lines]

    def _write(self, cells: Sequence[Cell]) -> str:
        line: str = self._writer.writerow(cells)
        return line


class Csv(Tsv):
    """Comma-separated columns for spreadsheets, with formulas escaped."""

    media_type = "text/csv"
    _delimiter = ","

    def _write(self, cells: Sequence[Cell]) -> str:
        return csv_line(cells, self._line_end)


class Xlsx(Tsv):
    """A workbook for spreadsheets, with exact cells."""

    media_type = excel.MEDIA_TYPE

    def __init__(self, layout: Layout, languages: Sequence[str] | None) -> None:
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

    def _write(self, cells: Sequence[Cell]) -> str:
        self._workbook.write(cells)
        return ""


class Echo:
    """A file for csv.writer."""

    def write(self, text: str) -> str:
        """Return the text, which csv.writer returns in turn."""
        return text


class Table(_Text):
    """Aligned columns for people.

    The first rows set the widths of the columns of words and models.
    """

    media_type = "text/plain"
    _width = _model_width = 0

    def __init__(self, layout: Layout, languages: Sequence[str] | None) -> None:
        self._names = {language: language_name(language) for language in languages or ()}
        self._name_width = max(map(len, self._names.values()), default=0)

    def fit(self, rows: Sequence[Row[Result]], words: Sequence[str] = ()) -> None:
        """Set the widths by the first answers."""
        if self._width:
            return
        answers = [answer for row in rows for answer in answers_of(row)]
        texts = chain(words, (answer.word for answer in answers))
        self._width = min(LONGEST_CELL, max(map(len, texts), default=0))
        if any(isinstance(row.value, Comparison) for row in rows):
            self._model_width = max(len(answer.model) for answer in answers)

    def row(self, row: Row[Result]) -> str:
        """Return a line for each answer of a row."""
        return "".join([self._line(answer) for answer in answers_of(row)])

    def plain_rows(self, answers: WordAnswers) -> list[str]:
        """Return the lines of plain words."""
        return plain.aligned_lines(answers, self._names, self._width, self._name_width)

    def _line(self, answer: Answer) -> str:
        model = f"{answer.model:<{self._model_width}}  " if self._model_width else ""
        name = language_name(answer.language) if answer.language else "-"
        shares = [f"{language_name(each.language)} {each.probability:.1%}" for each in answer.candidates]
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


def _languages(rows: Sequence[Row[Prediction]]) -> Sequence[str] | None:
    """Return the candidates of the answers; None if they are not known, none without answers."""
    return next((candidates_of(row.value) for row in rows if row.value is not None), ())
