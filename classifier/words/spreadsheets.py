"""Rows of Excel files, read within bounds of time and memory."""

import re
import zlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import join
from typing import Any, BinaryIO
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import BadZipFile, ZipFile, ZipInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from classifier.words.tables import TableRow, check_width

ZIP = b"PK\x03\x04"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # also an Excel file with a password
MOST_UNPACKED = 10 * 2**20  # bytes; a file of 5 MB may claim to hold a thousand times as many
MOST_ROWS = 1 << 20
_FOLDER = "xl"
_BLOCK = 1 << 16
_ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")  # how Excel writes control characters
_DAMAGE = (BadZipFile, zlib.error, ExpatError, EOFError, KeyError, IndexError, ValueError, NotImplementedError)


def read_sheet(file: BinaryIO) -> tuple[Iterator[TableRow], str, int]:
    """Return rows and name of the sheet shown last, and the number of sheets.

    openpyxl takes 78 s and 1.6 GB for 20 MB of hostile XML, packed in 35 kB. Raises ValidationError for a file that is
    too large, damaged or of another kind; the rows do, too.
    """
    try:
        archive = ZipFile(file)
        if f"{_FOLDER}/workbook.xml" not in archive.namelist():
            message = _("This is an archive or a file of another program. Save it as Excel or “CSV UTF-8” first.")
            raise ValidationError(message, code="archive")
        book, links = _Book(), _Links()
        _parse_all(archive, "workbook.xml", book)
        _parse_all(archive, "_rels/workbook.xml.rels", links)
        name, link = book.sheets[book.active if book.active < len(book.sheets) else 0]
        strings = _Strings()
        if links.strings:
            _parse_all(archive, links.strings, strings)
        rows = _read_rows(archive, links.targets[link], strings.texts)
    except (*_DAMAGE, RuntimeError) as error:  # RuntimeError: a part with a password
        raise _unreadable() from error
    return rows, name, len(book.sheets)


def _read_rows(archive: ZipFile, part: str, strings: list[str]) -> Iterator[TableRow]:
    sheet = _Sheet(texts=strings)
    try:
        for _block in _parse(archive, part, sheet):
            while sheet.rows:
                yield sheet.rows.popleft()
    except _DAMAGE as error:
        raise _unreadable() from error


def _parse_all(archive: ZipFile, part: str, reader: "_Reader") -> None:
    for _block in _parse(archive, part, reader):
        pass


def _parse(archive: ZipFile, part: str, reader: "_Reader") -> Iterator[None]:
    """Parse a part of the workbook; pause after each block."""
    path = part.removeprefix("/") if part.startswith("/") else join(_FOLDER, part)
    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = lambda name, attributes: reader.start(name[name.find(":") + 1 :], attributes)
    parser.EndElementHandler = lambda name: reader.end(name[name.find(":") + 1 :])
    parser.CharacterDataHandler = reader.characters
    with archive.open(_checked(archive.getinfo(path))) as file:
        while block := file.read(_BLOCK):
            parser.Parse(block, False)
            yield
        parser.Parse(b"", True)
        yield


def _checked(part: ZipInfo) -> ZipInfo:
    # zipfile reads no more of a part than the size it claims.
    if part.file_size > MOST_UNPACKED:
        message = _("There is too much in this Excel file. Send only the column of the words.")
        raise ValidationError(message, code="too_large")
    return part


def _refuse_doctype(*_declaration: Any) -> None:
    raise ValueError("A part of a workbook has no document type.")  # it could define entities that grow


@dataclass(slots=True)
class _Reader:
    """Collects the text of elements."""

    text: list[str] = field(default_factory=list)
    collects: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        pass

    def end(self, name: str) -> None:
        pass

    def characters(self, text: str) -> None:
        if self.collects:
            self.text.append(text)

    def take(self) -> str:
        text = "".join(self.text)
        self.text.clear()
        return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


@dataclass(slots=True)
class _Book(_Reader):
    """Names and links of the sheets, and the place of the one shown."""

    sheets: list[tuple[str, str]] = field(default_factory=list)
    active: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            link = next(value for key, value in attributes.items() if key.endswith(":id"))
            self.sheets.append((attributes["name"], link))
        elif name == "workbookView":
            self.active = int(attributes.get("activeTab", 0))


@dataclass(slots=True)
class _Links(_Reader):
    """Parts by link, and the part of the shared texts."""

    targets: dict[str, str] = field(default_factory=dict)
    strings: str = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            self.targets[attributes["Id"]] = attributes["Target"]
            if attributes["Type"].endswith("/sharedStrings"):
                self.strings = attributes["Target"]


@dataclass(slots=True)
class _Strings(_Reader):
    """The shared texts, without their pronunciation (rPh)."""

    texts: list[str] = field(default_factory=list)
    spoken: bool = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.spoken = self.spoken or name == "rPh"
        self.collects = name == "t" and not self.spoken

    def end(self, name: str) -> None:
        self.collects = False
        if name == "si":
            self.texts.append(self.take())
        elif name == "rPh":
            self.spoken = False


@dataclass(slots=True)
class _Sheet(_Strings):
    """Rows of a sheet, as they are completed; `texts` are shared."""

    rows: deque[TableRow] = field(default_factory=deque)
    cells: list[str] = field(default_factory=list)
    number: int = 0
    column: int = 0
    kind: str = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "v":
            self.collects = True
        elif name == "row":
            self.number, self.column, self.cells = int(attributes.get("r", self.number + 1)), 0, []
            if not 0 < self.number <= MOST_ROWS:
                raise ValueError("There is no such row.")
        elif name == "c":
            self.column = _column_of(attributes["r"]) if "r" in attributes else self.column + 1
            self.kind = attributes.get("t", "n")
        else:
            _Strings.start(self, name, attributes)  # texts that are not shared

    def end(self, name: str) -> None:
        self.collects = False
        if name == "c":
            self._add(self.take())
        elif name == "row" and self.cells:
            self.rows.append((self.number, self.cells))
        elif name == "rPh":
            self.spoken = False

    def _add(self, text: str) -> None:
        text = self.texts[int(text)] if self.kind == "s" and text else text
        if not text.strip():
            return
        check_width(self.column)
        self.cells += [""] * (self.column - len(self.cells) - 1) + [text]


def _column_of(reference: str) -> int:
    """Return the number of a cell's column, as 28 of AB7."""
    column = 0
    for letter in reference.rstrip("0123456789")[:4]:
        column = 26 * column + int(letter, 36) - 9
    return column


def _unreadable() -> ValidationError:
    return ValidationError(_("This Excel file is damaged. Save it again, or save it as “CSV UTF-8”."), code="damaged")


def old_excel() -> ValidationError:
    """Return the refusal of Excel files before 2007 and of those with a password."""
    message = _("This is an old Excel file, or one with a password. Save it as Excel (.xlsx) without a password first.")
    return ValidationError(message, code="old_excel")
