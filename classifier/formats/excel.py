"""Excel workbooks (.xlsx), written as a stream.

Cells hold exact text or numbers, never formulas, and open in columns whatever the country. Source: ECMA-376, part 1.
"""

import re
import zipfile
from collections.abc import Iterable
from xml.sax.saxutils import escape

from classifier.ml.columns import Cell

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
MEDIA_TYPE = f"{_TYPE}.sheet"
MOST_ROWS = 2**20  # of a sheet, in Excel; more go to the next one
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")  # Excel reads _x0041_ as A
_FORMATS = "http://schemas.openxmlformats.org"
_MAIN = f"{_FORMATS}/spreadsheetml/2006/main"
_RELATIONS = f"{_FORMATS}/officeDocument/2006/relationships"
_SHEET_START = f'<worksheet xmlns="{_MAIN}"><sheetData>'
_SHEET_END = "</sheetData></worksheet>"


class Workbook:
    """A workbook; `take` returns the bytes written since the last call."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._archive = zipfile.ZipFile(_Sink(self._bytes), "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        self._sheets = self._rows = 0  # rows of the last sheet
        self._header = ""

    def write(self, cells: Iterable[Cell]) -> None:
        """Write a row; the first one heads every sheet."""
        row = f"<row>{''.join(map(_cell, cells))}</row>"
        if not self._header:
            self._header = row
            self._open_sheet()
            return
        if self._rows == MOST_ROWS:
            self._close_sheet()
            self._open_sheet()
        self._sheet.write(row.encode())
        self._rows += 1

    def close(self) -> None:
        """Write what ends the file."""
        self._close_sheet()
        numbers = range(1, self._sheets + 1)
        for name, content in _parts(numbers).items():
            self._archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{content}')
        self._archive.close()

    def take(self) -> bytes:
        """Return the bytes written since the last call."""
        written = bytes(self._bytes)
        self._bytes.clear()
        return written

    def _open_sheet(self) -> None:
        self._sheets, self._rows = self._sheets + 1, 1
        self._sheet = self._archive.open(f"xl/worksheets/sheet{self._sheets}.xml", "w", force_zip64=True)
        self._sheet.write((_SHEET_START + self._header).encode())

    def _close_sheet(self) -> None:
        self._sheet.write(_SHEET_END.encode())
        self._sheet.close()


class _Sink:
    """A file without positions, as zipfile needs it to write a stream."""

    def __init__(self, content: bytearray) -> None:
        self._content = content

    def write(self, data: bytes) -> int:
        self._content += data
        return len(data)

    def flush(self) -> None:
        """Do nothing: `take` empties the buffer."""

    close = flush


def _cell(cell: Cell) -> str:
    if isinstance(cell, int | float):
        return f"<c><v>{cell}</v></c>"
    text = escape(_ESCAPE.sub("_x005F_", _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", cell or "")))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>' if text else "<c/>"


def _parts(numbers: Iterable[int]) -> dict[str, str]:
    """Return the other parts of a workbook with these sheets."""
    sheets = "".join(f'<sheet name="{number}" sheetId="{number}" r:id="s{number}"/>' for number in numbers)
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        for number in numbers
    )
    relations = "".join(_relation(f"s{number}", "worksheet", f"worksheets/sheet{number}.xml") for number in numbers)
    return {
        "[Content_Types].xml": f'<Types xmlns="{_FORMATS}/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>{types}</Types>',
        "_rels/.rels": _relations(_relation("workbook", "officeDocument", "xl/workbook.xml")),
        "xl/_rels/workbook.xml.rels": _relations(relations),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{sheets}</sheets></workbook>',
    }


def _relation(name: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{name}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'


def _relations(content: str) -> str:
    return f'<Relationships xmlns="{_FORMATS}/package/2006/relationships">{content}</Relationships>'
