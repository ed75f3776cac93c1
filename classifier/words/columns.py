"""The column of a table that holds the words."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from classifier.ml.texts import words_of
from classifier.words.tables import NO_DELIMITER, USUAL_NAMES, Cell, TableRow, check_width, plain_name

SHOWN_NAMES = 12
_MOST_TITLES = 20  # rows above the names of columns
_EXAMPLES = 3
_MOST_CHARACTERS = 1000  # of a cell that is judged

Sample = Sequence[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its name, if any, and some of its cells."""

    name: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The columns of a table, and the one that is read."""

    columns: Sequence[Column] = ()
    place: int = 0
    header: int = 0  # number of the row of names; 0: none
    in_doubt: bool = False  # another column may hold the words, too

    @property
    def name(self) -> str:
        """The name or number of the column; empty if it is the only one."""
        name = self.columns[self.place].name if self.columns else ""
        return name or (str(self.place + 1) if len(self.columns) > 1 else "")

    @property
    def names(self) -> list[str]:
        """The names of all columns, or their numbers."""
        return [column.name or str(number) for number, column in enumerate(self.columns, 1)]


def choose_column(sample: Sequence[TableRow], column: str, has_names: bool | None = None) -> Choice:
    """Choose the column called `column`, by name or number; if empty, the likeliest.

    `has_names` tells whether a row holds names; None: find out. Raises ValidationError.
    """
    rows = [(number, row) for number, row in sample if isinstance(row, list)]
    wanted = plain_name(column)
    header = None if has_names is False else _find_header(rows, wanted, certain=has_names is True)
    names = [cell.strip() for cell in header[1]] if header else []
    below = [row for number, row in rows if not header or number > header[0]]
    # A name for each column is the rule; without names the most frequent number of cells counts.
    width = len(names) or next((size for size, _rows in Counter(map(len, below)).most_common(1)), 0)
    check_width(width)
    columns = [_describe(names, below, place) for place in range(width)]
    place, in_doubt = _find_place(columns, below, wanted, rows)
    return Choice(columns, place, header[0] if header else 0, in_doubt)


def _describe(names: Sequence[str], rows: Sequence[Sequence[str]], place: int) -> Column:
    cells = dict.fromkeys(cell for cell in _cells(rows, place) if cell)
    return Column(names[place] if names else "", tuple(list(cells)[:_EXAMPLES]))


def _find_place(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], wanted: str, shown: Sample
) -> tuple[int, bool]:
    names = [plain_name(column.name) for column in columns]
    if wanted in names and wanted:
        return names.index(wanted), False
    if wanted.isdecimal() and 0 < int(wanted) <= len(columns):
        return int(wanted) - 1, False
    if wanted:
        raise _no_column([column.name for column in columns] if any(names) else shown[0][1] if shown else [])
    if usual := [name for name in USUAL_NAMES if name in names]:
        return names.index(usual[0]), False
    scores = [_likelihood(list(_cells(rows, place))) for place in range(len(columns))]
    best = max(scores, default=0.0)
    place = scores.index(best) if scores else 0
    return place, best > 0 and sum(score >= best / 2 for score in scores) > 1


def _no_column(names: Iterable[str]) -> ValidationError:
    message = _("There is no such column. The first row reads: %(names)s")
    excerpt = " · ".join([name.strip()[:30] for name in names][:SHOWN_NAMES])
    return ValidationError(message, code="no_column", params={"names": excerpt})


def _cells(rows: Iterable[Sequence[str]], place: int) -> Iterator[str]:
    return (row[place].strip() for row in rows if place < len(row))


def _likelihood(cells: Sequence[str]) -> float:
    """Return how much the cells look like words, from 0 to 1.

    Codes and labels repeat themselves, ids have digits.
    """
    filled = [cell for cell in cells if cell]
    if not filled:
        return 0.0
    like_words = sum(map(_likeness, filled))
    return round(like_words / len(cells) * len({*filled}) / len(filled), 3)


def _likeness(cell: str) -> float:
    """Return how much a cell looks like a word; a text less, the longer it is."""
    words = 0 if any(map(str.isdigit, cell)) else len(words_of(cell[:_MOST_CHARACTERS]))
    return words**-0.5 if words else 0.0


def _find_header(rows: Sample, wanted: str, *, certain: bool) -> tuple[int, list[str]] | None:
    """Return the row of names: the first of several cells, below titles, or the first of all."""
    wide = [index for index, (_number, row) in enumerate(rows[:_MOST_TITLES]) if _filled(row) > 1][:1]
    candidates = [*wide, 0] if rows else []
    for index in candidates:
        if _holds_names(rows[index][1], [row for _number, row in rows[index + 1 :]], wanted):
            return rows[index]
    return rows[candidates[0]] if certain and rows else None


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _holds_names(row: Sequence[str], below: Sequence[Sequence[str]], wanted: str) -> bool:
    names = {plain_name(cell) for cell in row}
    if (wanted and wanted in names and not wanted.isdecimal()) or not names.isdisjoint(USUAL_NAMES):
        return True
    if _filled(row) < 2 or any(map(_is_number, row)):
        return False
    return any(_differs(cell, list(_cells(below, place))) for place, cell in enumerate(row))


def _differs(name: str, cells: Sequence[str]) -> bool:
    """Return whether the cells below are numbers, or a few codes that repeat."""
    filled = [cell for cell in cells if cell]
    if len(filled) < 2 or not name.strip():
        return False
    if all(map(_is_number, filled)):
        return True
    return len(filled) >= 6 and len({*filled}) * 3 <= len(filled) and name.strip() not in filled


def _is_number(cell: str) -> bool:
    return cell.strip().replace(",", "").replace(".", "").removeprefix("-").isdecimal()


def cells_of(rows: Iterable[TableRow], choice: Choice, delimiter: str = NO_DELIMITER) -> Iterator[tuple[int, Cell]]:
    """Yield the cells of the column chosen, with their row numbers."""
    for number, row in rows:
        if number > choice.header:
            yield number, row if isinstance(row, ValidationError) else _cell_of(row, choice, delimiter)


def _cell_of(row: list[str], choice: Choice, delimiter: str) -> Cell:
    width, place = max(1, len(choice.columns)), choice.place
    if not any(map(str.strip, row[width:])):
        return row[place] if place < len(row) else ""
    if place == width - 1 and delimiter != "\t":  # the text has the delimiter in it, without quotation marks
        return delimiter.join(row[place:])
    message = _("This row has more cells than the table has columns.")
    return ValidationError(message, code="extra_cells")
