"""Words in lines, files and tables: decode, split, clean."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from classifier.words.clean import clean_word, count_words

MOST_WORDS = 10_000
MOST_BYTES = 5 * 2**20  # 5 MB
LONGEST_LINE = 1 << 16  # bytes; the beginning of a longer line is already no valid word
# Names of columns that hold words, for tables sent without a column.
USUAL_NAMES = {"word", "words", "text", "texts", "mot", "mots", "texte", "palabra", "palabras", "texto"}
_DELIMITERS = ",;\t|"
_SHOWN_NAMES = 12

_SPREADSHEET = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # first bytes of a zip and of an old Excel file
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a]")

Value_co = TypeVar("Value_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Row(Generic[Value_co]):
    """A numbered row: a word, its answer, or an error.

    Errors do not repeat the input.
    """

    number: int  # from 1
    value: Value_co | None = None  # None: an error
    code: str = ""
    detail: str | Promise = ""


@dataclass(slots=True)
class WordList:
    """Clean words with row numbers, and errors of other rows."""

    words: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)  # row numbers and codes
    size: int = 0  # words to identify: a row may hold a text


def decode(content: bytes) -> str:
    """Decode a file of UTF-8.

    Raises ValidationError, with advice, for anything else.
    """
    if content.startswith(_SPREADSHEET):
        message = _("This is a spreadsheet or an archive. Save it as “CSV UTF-8” in your spreadsheet program first.")
        raise ValidationError(message, code="spreadsheet")
    # English in UTF-16 is half zeros, and may even be valid UTF-8.
    if content.startswith(_UTF_16) or content.count(0) * 4 > len(content):
        message = _("This file is in UTF-16. Save it as “UTF-8” (in Excel: “CSV UTF-8”) and send it again.")
        raise ValidationError(message, code="utf_16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(content) from error


def _not_utf8(content: bytes) -> ValidationError:
    if _BINARY.search(content):
        return ValidationError(_("This is no text file. Send words as TXT, CSV or TSV."), code="binary")
    message = _(
        "This file is not in UTF-8; it looks like Latin-1 (Windows-1252). "
        "Save it as “UTF-8” (in Excel: “CSV UTF-8”) and send it again."
    )
    return ValidationError(message, code="latin_1")


def read_lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of `file`, cut at LONGEST_LINE bytes."""
    while line := file.readline(LONGEST_LINE):
        yield line
        while len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            line = file.readline(LONGEST_LINE)


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, with numbers."""
    for number, line in enumerate(io.StringIO(text, newline=None), 1):
        if line.strip():
            yield number, line


def cells_of(text: str, column: str, delimiter: str = ",") -> Iterator[tuple[int, str]]:
    """Yield the cells of a column with their row numbers.

    Blank rows and the row of column names are skipped. `column` is a name in the first row or a number; if empty,
    the first column with a usual name, else the first. `delimiter` is used if the first row has none.
    Raises ValidationError.
    """
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_find_delimiter(text, delimiter), strict=True)
    number = place = 0
    try:
        for number, row in enumerate(rows, 1):
            if number == 1:
                place, has_names = _find_column(row, column.strip().casefold())
                if has_names:
                    continue
            if any(map(str.strip, row)):
                yield number, row[place] if place < len(row) else ""
    except csv.Error as error:
        message = _(
            "Row %(row)d cannot be read: a quotation mark opens a cell and does not close it, or closes it too early. "
            "Write a quotation mark within a cell twice."
        )
        raise ValidationError(message, code="quotes", params={"row": number + 1}) from error


def _find_delimiter(text: str, default: str) -> str:
    """Return the most frequent delimiter outside quotes in row 1."""
    first_row = re.sub('"[^"]*"', "", io.StringIO(text).readline())
    best = max(_DELIMITERS, key=first_row.count)
    return best if best in first_row else default


def _find_column(first_row: list[str], column: str) -> tuple[int, bool]:
    """Return the column's index, and whether row 1 holds names."""
    names = [cell.strip().casefold() for cell in first_row]
    usual_places = [place for place, name in enumerate(names) if name in USUAL_NAMES]
    if not column:
        return usual_places[0] if usual_places else 0, bool(usual_places)
    if column in names:
        return names.index(column), True
    if column.isdecimal() and 0 < int(column) <= len(names):
        return int(column) - 1, bool(usual_places)
    message = _("There is no such column. The first row reads: %(names)s")
    excerpt = " · ".join(cell.strip()[:30] for cell in first_row[:_SHOWN_NAMES])
    raise ValidationError(message, code="no_column", params={"names": excerpt})


def clean_rows(cells: Iterable[tuple[int, str | bytes]]) -> Iterator[Row[str]]:
    """Yield a row for each cell: a word or error."""
    for number, cell in cells:
        yield _clean_row(number, cell)


def _clean_row(number: int, cell: str | bytes) -> Row[str]:
    try:
        return Row(number, clean_word(cell if isinstance(cell, str) else cell.decode()))
    except UnicodeDecodeError:
        return Row(number, code="encoding", detail="This is not UTF-8.")
    except ValidationError as error:
        return Row(number, code=error.code or "invalid", detail=" ".join(error.messages))


def build_word_list(cells: Iterable[tuple[int, str]]) -> WordList:
    """Clean the cells.

    Raises ValidationError for more than MOST_WORDS words, or for none.
    """
    result = WordList()
    for row in clean_rows(cells):
        if row.value is None:
            result.errors.append((row.number, row.code))
            result.size += 1
        else:
            result.words.append(row.value)
            result.rows.append(row.number)
            result.size += count_words(row.value)
        if result.size > MOST_WORDS:
            raise _too_many()
    if not result.words:
        raise _no_words(result.errors)
    return result


def _too_many() -> ValidationError:
    message = _(
        "These are more than %(limit)s words. Send them in parts; whoever runs this site can answer any number "
        "with “manage.py identify”."
    )
    return ValidationError(message, code="too_many", params={"limit": number_format(MOST_WORDS, force_grouping=True)})


def _no_words(errors: list[tuple[int, str]]) -> ValidationError:
    if not errors:
        return ValidationError(_("There are no words in it."), code="empty")
    message = _("None of the %(count)d rows holds a word. If it is a table, is this the column of the words?")
    return ValidationError(message, code="no_words", params={"count": len(errors)})
