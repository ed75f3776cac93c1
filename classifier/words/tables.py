"""Rows of tables in text: delimiters, quotes and line ends."""

import csv
import io
import json
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from classifier.ml.encoding import normalise

Cell = str | ValidationError
TableRow = tuple[int, list[str] | ValidationError]  # number from 1, and cells

# Names of columns that hold words, for tables sent without a column; the first found counts.
USUAL_NAMES = (
    *("word", "mot", "palabra", "words", "mots", "palabras", "text", "texte", "texto", "texts", "textes", "textos"),
    *("term", "terme", "término", "sentence", "phrase", "frase", "oración", "expression", "expresión", "token"),
)
DELIMITERS = "\t;|,"  # of equal ones the first
NO_DELIMITER = "\x1f"  # in no text: a row is one cell
_DECLARATION = "sep="  # first line that tells Excel the delimiter
_LEAST_SHARE = 0.5  # of rows with the same number of cells
_MOST_CHARACTERS = 1 << 20  # of a row
_MOST_REREAD = 10 * _MOST_CHARACTERS  # in all
MOST_COLUMNS = 256
SAMPLE_ROWS = 500  # by which a table is judged

csv.field_size_limit(_MOST_CHARACTERS)  # the default refuses long notes beside a word


def check_width(columns: int) -> None:
    """Refuse a table with more than MOST_COLUMNS columns."""
    if columns > MOST_COLUMNS:
        message = _("This table has more than %(limit)d columns. Send only the column of the words.")
        raise ValidationError(message, code="too_wide", params={"limit": MOST_COLUMNS})


def plain_name(name: str) -> str:
    """Return a column's name as it is compared."""
    return " ".join(normalise(name).split())


class Lines:
    """Lines that can be put back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._returned: deque[str] = deque()
        self.reread = 0  # characters

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        return self._returned.popleft() if self._returned else next(self._lines)

    @property
    def waiting(self) -> int:
        """The number of lines that were put back and not taken again."""
        return len(self._returned)

    def put_back(self, lines: Sequence[str]) -> None:
        """Return lines, to be taken again."""
        self._returned.extendleft(reversed(lines))
        self.reread += sum(map(len, lines))


def read_rows(lines: Iterable[str], delimiter: str, first: int = 1) -> Iterator[TableRow]:
    """Yield numbered rows, from `first`; one that cannot be read is an error.

    Blank rows are left out, but counted.
    """
    source = lines if isinstance(lines, Lines) else Lines(lines)
    for number, line in enumerate(source, first):
        if number == 1 and _declared(line):
            continue
        row = _read_row(line, source, delimiter)
        if isinstance(row, ValidationError) or any(map(str.strip, row)):
            yield number, row


def _read_row(line: str, source: Lines, delimiter: str) -> list[str] | ValidationError:
    """Read the row that begins with `line`."""
    if '"' not in line:
        return line.rstrip("\n").split(delimiter)
    taken: list[str] = []
    try:
        row = next(csv.reader(_take(line, source, taken), delimiter=delimiter, strict=True))
    except csv.Error:
        row = None
    if row is not None and not _joins_rows(taken, row, delimiter):
        return row
    source.put_back(taken[1:])
    if delimiter == "\t":  # quotation marks are often plain characters there
        return line.rstrip("\n").split(delimiter)
    message = _("A quotation mark opens a cell of this row and does not close it, or closes it too early.")
    return ValidationError(message, code="quotes")


def _take(line: str, source: Lines, taken: list[str]) -> Iterator[str]:
    """Yield the lines that a row may have."""
    characters = 0
    # A hostile file could have each row read all others in vain.
    for each in chain([line], source if source.reread < _MOST_REREAD else ()):
        taken.append(each)
        yield each
        characters += len(each)
        if characters > _MOST_CHARACTERS:
            return


def _joins_rows(lines: Sequence[str], row: Sequence[str], delimiter: str) -> bool:
    """Return whether a stray quotation mark has made one row of several.

    Commas are too frequent in texts to tell.
    """
    several = len(lines) > 1 and len(row) > 1 and delimiter != ","
    return several and all(line.count(delimiter) >= len(row) - 1 for line in lines)


def _declared(line: str) -> str:
    """Return the delimiter that a first line declares, else nothing."""
    line = line.rstrip("\n")
    return line[-1] if line.lower().startswith(_DECLARATION) and len(line) == len(_DECLARATION) + 1 else ""


def find_delimiter(sample: str, delimiters: str, column: str = "") -> str:
    """Return the delimiter by which most rows of a sample have as many cells."""
    lines = io.StringIO(sample, newline=None).readlines()
    if lines and (declared := _declared(lines[0])):
        return declared
    first = next(filter(str.strip, lines), "")
    if plain_name(first.strip('\n"')) in {*USUAL_NAMES, plain_name(column)}:
        return NO_DELIMITER  # the name of its only column
    scores = {delimiter: _consistency(lines, delimiter) for delimiter in delimiters}
    best = max(delimiters, key=lambda delimiter: scores[delimiter], default=NO_DELIMITER)
    if best == "," and "," not in first and sample.count(", ") == sample.count(","):
        return NO_DELIMITER  # sentences
    return best if scores and scores[best][0] >= _LEAST_SHARE else NO_DELIMITER


def _consistency(lines: Sequence[str], delimiter: str) -> tuple[float, int]:
    """Return the share of rows with the most frequent number of cells, at least 2, and that number."""
    sizes = [len(row) for _number, row in islice(read_rows(lines, delimiter), SAMPLE_ROWS) if isinstance(row, list)]
    frequent = Counter(size for size in sizes if size > 1).most_common(1)
    return (frequent[0][1] / len(sizes), frequent[0][0]) if frequent else (0.0, 0)


def looks_tabular(sample: str) -> bool:
    """Return whether tabs make a table of a text without a telling name."""
    lines = sample.splitlines()
    share, _size = _consistency(lines, "\t")
    return share >= 0.8 and sum("\t" in line for line in lines) > 1


def read_objects(lines: Iterable[str], names: Sequence[str], first: int = 1) -> Iterator[TableRow]:
    """Yield the rows of JSON lines, numbered from `first`: texts, or objects with `names`."""
    for number, line in enumerate(lines, first):
        if line.strip():
            yield number, _read_object(line, names)


def _read_object(line: str, names: Sequence[str]) -> list[str] | ValidationError:
    value = _parse(line)
    if isinstance(value, dict):
        return [_text_of(value.get(name)) for name in names]
    if isinstance(value, str):
        return [value] * max(1, len(names))  # whichever column is read
    return ValidationError(_("This row is neither a JSON text nor a JSON object."), code="json")


def _text_of(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _parse(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def names_of_objects(sample: str) -> list[str]:
    """Return the names of the values in JSON lines, in their order."""
    objects = map(_parse, islice(io.StringIO(sample, newline=None), SAMPLE_ROWS))
    names = list(dict.fromkeys(name for each in objects if isinstance(each, dict) for name in each))
    check_width(len(names))
    return names
