"""Files of words: lines, tables, JSON lines and Excel, for pages and commands."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import PurePath
from typing import Any, BinaryIO, cast

from classifier.words.columns import Choice, cells_of, choose_column
from classifier.words.encodings import ENCODING_NAMES, find_encoding
from classifier.words.spreadsheets import MOST_UNPACKED, OLD_EXCEL, ZIP, old_excel, read_sheet
from classifier.words.tables import (
    DELIMITERS,
    SAMPLE_ROWS,
    Cell,
    TableRow,
    find_delimiter,
    looks_tabular,
    names_of_objects,
    read_objects,
    read_rows,
)

LONGEST_LINE = 1 << 20  # characters; the beginning of a longer line is already no valid word
SAMPLE = 1 << 20  # bytes by which a file is judged
# A table of Excel that comes back with its column chosen is text with tabs.
_DELIMITERS = {".csv": DELIMITERS, ".tsv": "\t", ".tab": "\t", ".xlsx": "\t"}
_OBJECTS = (".jsonl", ".ndjson")


@dataclass(slots=True)
class WordFile:
    """The cells of the words in a file, and how it was read."""

    cells: Iterator[tuple[int, Cell]]
    choice: Choice = field(default_factory=Choice)
    encoding: str = ""  # the name of one that was assumed
    sheet: str = ""
    sheets: int = 0

    @property
    def facts(self) -> dict[str, Any]:
        """How the file was read, as JSON; without what goes without saying."""
        facts = {
            "column": self.choice.name[:100],
            "columns": len(self.choice.columns),
            "header": self.choice.header,
            "encoding": self.encoding,
            "sheet": self.sheet if self.sheets > 1 else "",
        }
        return {name: value for name, value in facts.items() if value}


def open_words(file: BinaryIO, name: str = "", column: str = "", has_names: bool | None = None) -> WordFile:
    """Open a file of words; the end of its name tells the kind.

    Without a telling name it is a table if a column is given or tabs say so, else a list of lines. `column` and
    `has_names` are those of `choose_column`. Raises ValidationError.
    """
    start = _start_of(file)
    if start.startswith(OLD_EXCEL):
        raise old_excel()
    if start.startswith(ZIP):
        rows, sheet, sheets = read_sheet(file if file.seekable() else io.BytesIO(file.read(MOST_UNPACKED)))
        head = list(islice(rows, SAMPLE_ROWS))
        choice = choose_column(head, column, has_names)
        return WordFile(cells_of(chain(head, rows), choice), choice, sheet=sheet, sheets=sheets)
    encoding = find_encoding(file, start)
    sample = start.decode(encoding, "replace")
    lines = read_lines(file, encoding)
    cells, choice = _read_text(lines, sample, PurePath(name).suffix.lower(), column, has_names)
    return WordFile(cells, choice, encoding=ENCODING_NAMES.get(encoding, ""))


def _start_of(file: BinaryIO) -> bytes:
    """Return the beginning of a file; its position stays.

    Of one that cannot be rewound it is what has arrived.
    """
    if not file.seekable():
        return cast("io.BufferedReader", file).peek()
    position = file.tell()
    start = file.read(SAMPLE)
    file.seek(position)
    return start


def _read_text(
    lines: Iterator[str], sample: str, ending: str, column: str, has_names: bool | None
) -> tuple[Iterator[tuple[int, Cell]], Choice]:
    if ending in _OBJECTS:
        return _read_json(lines, sample, column)
    delimiters = _DELIMITERS.get(ending, DELIMITERS if column else "\t" if looks_tabular(sample) else "")
    if not delimiters:
        return ((number, line) for number, line in enumerate(lines, 1) if line.strip()), Choice()
    delimiter = find_delimiter(sample, delimiters, column)
    head = list(islice(read_rows(io.StringIO(sample, newline=None), delimiter), SAMPLE_ROWS))
    choice = choose_column(head, column, has_names)
    return cells_of(read_rows(lines, delimiter), choice, delimiter), choice


def _read_json(lines: Iterator[str], sample: str, column: str) -> tuple[Iterator[tuple[int, Cell]], Choice]:
    names = names_of_objects(sample)
    objects = list(islice(read_objects(io.StringIO(sample, newline=None), names), SAMPLE_ROWS))
    choice = choose_column([(0, names), *objects] if names else objects, column, bool(names))
    return cells_of(read_objects(lines, names), choice), choice


def read_lines(file: BinaryIO, encoding: str) -> Iterator[str]:
    """Yield the lines of `file`, cut at LONGEST_LINE characters; the file stays open."""
    text = io.TextIOWrapper(file, encoding, errors="replace")
    try:
        while line := text.readline(LONGEST_LINE):
            yield line
            while len(line) == LONGEST_LINE and not line.endswith("\n"):
                line = text.readline(LONGEST_LINE)
    finally:
        with suppress(ValueError):  # the file was closed before
            text.detach()


def as_text(content: bytes) -> str:
    """Return a file as text that `open_words` reads in the same way."""
    if not content.startswith(ZIP):
        return content.decode(find_encoding(io.BytesIO(content), content[:SAMPLE]), "replace")
    rows, _sheet, _sheets = read_sheet(io.BytesIO(content))
    text = io.StringIO()
    csv.writer(text, "excel-tab", lineterminator="\n").writerows(_with_blank_rows(rows))
    return text.getvalue()


def _with_blank_rows(rows: Iterable[TableRow]) -> Iterator[Sequence[str]]:
    last = 0
    for number, row in rows:
        yield from ([] for _ in range(last + 1, number))
        yield row if isinstance(row, list) else []
        last = number
