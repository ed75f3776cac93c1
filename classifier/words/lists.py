"""Finds the words in what somebody pastes or uploads: one a line, or in a column of a table."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from classifier.words.clean import clean_word

MOST_WORDS = 10_000
MOST_BYTES = 5 * 2**20  # 5 MB
# What the column of the words is called if nobody says so.
USUAL_NAMES = {"word", "words", "text", "texts", "mot", "mots", "texte", "palabra", "palabras", "texto"}
_DELIMITERS = ",;\t|"
_SHOWN_NAMES = 12

_SPREADSHEET = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how a zip and an old Excel file begin
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a]")


@dataclass(slots=True)
class Words:
    """Clean words with the numbers of their rows, and the rows that hold none, each with the code of why."""

    words: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)
    size: int = 0  # words to answer for: a row may hold a text


def decoded(content: bytes) -> str:
    """Return the text of a file; raise ValidationError that says what to do when it is not UTF-8."""
    if content.startswith(_SPREADSHEET):
        message = _("This is a spreadsheet or an archive. Save it as “CSV UTF-8” in your spreadsheet program first.")
        raise ValidationError(message, code="spreadsheet")
    # Half of what is English in UTF-16 is zeros, so that it may even pass for UTF-8.
    if content.startswith(_UTF_16) or content.count(0) * 4 > len(content):
        message = _("This file is in UTF-16. Save it as “UTF-8” (in Excel: “CSV UTF-8”) and send it again.")
        raise ValidationError(message, code="utf_16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(content) from error


def _not_utf8(content: bytes) -> ValidationError:
    if _NO_TEXT.search(content):
        return ValidationError(_("This is no text file. Send words as TXT, CSV or TSV."), code="binary")
    message = _(
        "This file is not in UTF-8; it looks like Latin-1 (Windows-1252). "
        "Save it as “UTF-8” (in Excel: “CSV UTF-8”) and send it again."
    )
    return ValidationError(message, code="latin_1")


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, with their numbers."""
    for number, line in enumerate(io.StringIO(text, newline=None), 1):
        if line.strip():
            yield number, line


def cells_of(text: str, column: str, delimiter: str = ",") -> Iterator[tuple[int, str]]:
    """Yield the cells of a column, with the numbers of their rows; blank rows and the row of names are left out.

    `column` is a name in the first row or a number; if empty, the first with a usual name, else the first.
    `delimiter` is for a table with nothing in its first row that might be one. Raises ValidationError.
    """
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, delimiter), strict=True)
    number = place = 0
    try:
        for number, row in enumerate(rows, 1):
            if number == 1:
                place, named = _choose(row, column.strip().casefold())
                if named:
                    continue
            if any(map(str.strip, row)):
                yield number, row[place] if place < len(row) else ""
    except csv.Error as error:
        message = _(
            "Row %(row)d cannot be read: a quotation mark opens a cell and does not close it, or closes it too early. "
            "Write a quotation mark within a cell twice."
        )
        raise ValidationError(message, code="quotes", params={"row": number + 1}) from error


def _delimiter(text: str, otherwise: str) -> str:
    """Return what parts the cells of the first row: the most frequent candidate outside of quotes."""
    first = re.sub('"[^"]*"', "", io.StringIO(text).readline())
    best = max(_DELIMITERS, key=first.count)
    return best if best in first else otherwise


def _choose(first: list[str], asked: str) -> tuple[int, bool]:
    """Return the place of the column that is meant, and whether the first row holds names."""
    names = [cell.strip().casefold() for cell in first]
    usual = [place for place, name in enumerate(names) if name in USUAL_NAMES]
    if not asked:
        return usual[0] if usual else 0, bool(usual)
    if asked in names:
        return names.index(asked), True
    if asked.isdecimal() and 0 < int(asked) <= len(names):
        return int(asked) - 1, bool(usual)
    message = _("There is no such column. The first row reads: %(names)s")
    shown = " · ".join(cell.strip()[:30] for cell in first[:_SHOWN_NAMES])
    raise ValidationError(message, code="no_column", params={"names": shown})


def gather(cells: Iterable[tuple[int, str]]) -> Words:
    """Clean the words one by one; raise ValidationError when they are too many or none at all."""
    found = Words()
    for number, cell in cells:
        try:
            word = clean_word(cell)
        except ValidationError as error:
            found.errors.append((number, error.code or "invalid"))
            found.size += 1
        else:
            found.words.append(word)
            found.rows.append(number)
            found.size += len(word.split())
        if found.size > MOST_WORDS:
            raise _too_many()
    if not found.words:
        raise _nothing(found)
    return found


def _too_many() -> ValidationError:
    message = _(
        "These are more than %(limit)s words. Send them in parts; whoever runs this site can answer any number "
        "with “manage.py identify”."
    )
    return ValidationError(message, code="too_many", params={"limit": number_format(MOST_WORDS, force_grouping=True)})


def _nothing(found: Words) -> ValidationError:
    if not found.errors:
        return ValidationError(_("There are no words in it."), code="empty")
    message = _("None of the %(count)d rows holds a word. If it is a table, is this the column of the words?")
    return ValidationError(message, code="no_words", params={"count": len(found.errors)})


LONGEST_LINE = 1 << 16  # bytes; of a longer line only the beginning is read, which is no word anyway


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that holds no valid word, and why; the word itself is not repeated."""

    line: int
    code: str
    detail: str


def read_lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of `file`; too long ones are cut."""
    while line := file.readline(LONGEST_LINE):
        yield line
        while len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            line = file.readline(LONGEST_LINE)


def clean_lines(lines: Iterable[bytes]) -> Iterator[str | Refusal]:
    """Yield the clean word of each line, or its refusal."""
    for number, line in enumerate(lines, 1):
        try:
            yield clean_word(line.decode())
        except UnicodeDecodeError:
            yield Refusal(number, "encoding", "This is not UTF-8.")
        except ValidationError as error:
            yield Refusal(number, error.code or "invalid", " ".join(error.messages))
