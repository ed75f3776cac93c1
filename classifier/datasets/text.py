"""CSV and JSON lines: how a file is read, its partitions, and its answered parts."""

import csv
import io
import json
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, tee
from typing import Any

from django.core.exceptions import ValidationError

from classifier.datasets.sources import Cut, DatasetError, File, Partition, Source, open_url
from classifier.ml.columns import Cell as AnswerCell
from classifier.words.columns import cells_of
from classifier.words.encodings import ENCODING_NAMES, UTF_8, find_encoding
from classifier.words.files import LONGEST_LINE, SAMPLE, open_words, read_lines
from classifier.words.spreadsheets import ZIP
from classifier.words.tables import (
    DELIMITERS,
    NO_DELIMITER,
    Cell,
    Lines,
    find_delimiter,
    names_of_objects,
    read_objects,
    read_rows,
)

CSV, JSON_LINES = "csv", "jsonl"
Types = Mapping[str, type[str] | type[float]]  # of the answer's columns, by the name they have in the dataset
Entry = tuple[int, Any, Cell]  # number of a row, the row, and the cell of its word

_DELIMITERS = {".tsv": "\t", ".tab": "\t"}
_MOST_BLOCK = 1 << 28  # bytes without a line end that are read


def describe_csv(file: File, ending: str, column: str) -> Source:
    """Return how a CSV file is read, by its beginning."""
    start, encoding = _read_start(file)
    choice = open_words(io.BytesIO(start), f"file{ending}", column).choice
    delimiter = find_delimiter(start.decode(encoding, "replace"), _DELIMITERS.get(ending, DELIMITERS), column)
    names = tuple(each.name for each in choice.columns)
    return Source(file, CSV, names, choice, *_without_mark(encoding, delimiter))


def describe_json_lines(file: File, _ending: str, column: str) -> Source:
    """Return how a file of JSON lines is read, by its beginning."""
    start, encoding = _read_start(file)
    names = tuple(names_of_objects(start.decode(encoding, "replace")))
    if not names:
        raise DatasetError(f"{file.url} does not begin with JSON objects, one a line.")
    choice = open_words(io.BytesIO(start), "file.jsonl", column).choice
    return Source(file, JSON_LINES, names, choice, *_without_mark(encoding, ""))


def _read_start(file: File) -> tuple[bytes, str]:
    """Return the first bytes of a file and its encoding."""
    system, path = open_url(file.url)
    start = system.cat_file(path, start=0, end=SAMPLE)
    if start.startswith(ZIP):
        raise DatasetError(f"{file.url} is no text, but a zipped file.")
    encoding = find_encoding(io.BytesIO(start), start)
    if ENCODING_NAMES.get(encoding, "").startswith("UTF"):  # in which a byte is no sign of a line's end
        name = ENCODING_NAMES[encoding]
        raise DatasetError(f"{file.url} is in {name}. Convert it: iconv --from-code={name} --to-code=UTF-8")
    return start, encoding


def _without_mark(encoding: str, delimiter: str) -> tuple[str, str, int]:
    return (UTF_8, delimiter, len(BOM_UTF8)) if encoding == "utf-8-sig" else (encoding, delimiter, 0)


def cut(source: Source, size: int) -> Iterator[Cut]:
    """Yield pieces of about `size` bytes that begin and end with a row."""
    system, path = open_url(source.file.url)
    start, first = source.start, 1
    with system.open(path, "rb") as file:
        while block := _read_block(file, start, size):
            length, following = len(block), first + _count_lines(block)
            if source.kind == CSV and b'"' in block:
                later = (line for each in _blocks(file, start + length, size) for line in io.BytesIO(each))
                length, following = _end_of_rows(chain(io.BytesIO(block), later), length, source, first)
            yield start, length, first, length
            start, first = start + length, following


def _blocks(file: Any, start: int, size: int) -> Iterator[bytes]:
    while block := _read_block(file, start, size):
        yield block
        start += len(block)


def _read_block(file: Any, start: int, size: int) -> bytes:
    """Return whole lines: about `size` bytes, or more for a longer line."""
    while size <= _MOST_BLOCK:
        file.seek(start)
        block: bytes = file.read(size)
        if len(block) < size:
            return block  # the end of the file
        if end := block.rfind(b"\n") + 1:
            return block[:end]
        size *= 2
    raise DatasetError(f"The file has no line end in the {_MOST_BLOCK >> 20} MB after byte {start:,}.")


def _count_lines(block: bytes) -> int:
    """Return the number of lines, whichever their ends."""
    return block.count(b"\n") + block.count(b"\r") - block.count(b"\r\n")


def _end_of_rows(raw: Iterable[bytes], length: int, source: Source, first: int) -> tuple[int, int]:
    """Return the bytes of the rows that begin within `length`, and the number of the row after them.

    Quotation marks may hold line ends, so the rows are read as they will be answered.
    """
    ends: list[int] = []
    lines = Lines(_decode(raw, source.encoding, ends))
    number = first
    for number, _row in read_rows(lines, source.delimiter, first):
        end = ends[-1 - lines.waiting]
        if end >= length:
            return end, number + 1
    return max(ends[-1], length), number + 1


def _decode(raw: Iterable[bytes], encoding: str, ends: list[int]) -> Iterator[str]:
    """Yield lines as `read_lines` does; append the byte after each, 0 within a line of the file."""
    end = 0
    for line in raw:
        end += len(line)
        if b"\r" not in line and len(line) < LONGEST_LINE:
            ends.append(end)
            yield line.decode(encoding, "replace")
            continue
        parts = list(read_lines(io.BytesIO(line), encoding))
        for number, part in enumerate(parts, 1):
            ends.append(end if number == len(parts) else 0)
            yield part


class CsvPart:
    """Answered rows of a CSV file, with the delimiter and the names of the file."""

    def __init__(self, partition: Partition, names: Types) -> None:
        self._partition, self._source = partition, partition.source
        self._text = io.StringIO(newline="")
        delimiter = "," if self._source.delimiter == NO_DELIMITER else self._source.delimiter
        self._writer = csv.writer(self._text, delimiter=delimiter, lineterminator="\n")
        if self._source.choice.header:
            self._writer.writerow([*self._source.names, *names])

    def entries(self) -> Iterator[Entry]:
        """Yield the rows of the partition."""
        source = self._source
        rows = read_rows(_lines_of(self._partition), source.delimiter, self._partition.first)
        rows, again = tee(row for row in rows if row[0] > source.choice.header)
        cells = cells_of(again, source.choice, source.delimiter)
        for (number, row), (_number, cell) in zip(rows, cells, strict=True):
            yield number, row if isinstance(cell, ValidationError) else self._fit(row, cell), cell

    def _fit(self, row: Any, cell: str) -> list[str]:
        """Return a row with a cell for each column: the word may have delimiters in it."""
        width, place = len(self._source.names), self._source.choice.place
        cells = [*row[:width], *[""] * (width - len(row))]
        cells[place] = cell
        return cells

    def add(self, rows: Sequence[list[str]], answers: Sequence[Sequence[AnswerCell]]) -> None:
        """Write rows with the cells of their answers."""
        self._writer.writerows([*row, *cells] for row, cells in zip(rows, answers, strict=True))

    def content(self) -> bytes:
        """Return the file, in UTF-8."""
        return self._text.getvalue().encode()


class JsonLinesPart:
    """Answered rows of a file of JSON lines."""

    def __init__(self, partition: Partition, names: Types) -> None:
        self._partition, self._source, self._names = partition, partition.source, names
        self._lines: list[str] = []

    def entries(self) -> Iterator[Entry]:
        """Yield the rows of the partition."""
        lines, again = tee(_lines_of(self._partition))
        rows = read_objects(lines, self._source.names, self._partition.first)
        filled = (line for line in again if line.strip())
        for (number, cell), line in zip(cells_of(rows, self._source.choice), filled, strict=True):
            yield (number, None, cell) if isinstance(cell, ValidationError) else self._entry(number, line, cell)

    def _entry(self, number: int, line: str, cell: Cell) -> Entry:
        row = json.loads(line)
        if isinstance(row, str):
            return number, {self._source.names[self._source.choice.place]: row}, cell
        if taken := [name for name in self._names if name in row]:
            message = f"This row has a value called {taken[0]}, which none at the beginning of the file has."
            return number, row, ValidationError(message, code="taken_name")
        return number, row, cell

    def add(self, rows: Sequence[dict[str, Any]], answers: Sequence[Sequence[AnswerCell]]) -> None:
        """Write rows with the cells of their answers."""
        for row, cells in zip(rows, answers, strict=True):
            self._lines.append(json.dumps({**row, **dict(zip(self._names, cells, strict=True))}, ensure_ascii=False))

    def content(self) -> bytes:
        """Return the file, in UTF-8; half characters stay the escapes that they are."""
        return "".join(f"{line}\n" for line in self._lines).encode(errors="backslashreplace")


def _lines_of(partition: Partition) -> Iterator[str]:
    system, path = open_url(partition.source.file.url)
    content = system.cat_file(path, start=partition.start, end=partition.start + partition.length)
    return read_lines(io.BytesIO(content), partition.source.encoding)
