"""Lists of clean words, and errors of other rows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from classifier.words.clean import clean_word, count_words
from classifier.words.tables import Cell

MOST_WORDS = 10_000
MOST_BYTES = 5 * 2**20  # 5 MB

Value_co = TypeVar("Value_co", covariant=True)


class Row(NamedTuple, Generic[Value_co]):
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


def clean_rows(cells: Iterable[tuple[int, Cell | bytes]]) -> Iterator[Row[str]]:
    """Yield a row for each cell: a word or error."""
    for number, cell in cells:
        yield clean_row(number, cell)


def clean_row(number: int, cell: Cell | bytes) -> Row[str]:
    """Return a row for a cell: a word or error."""
    try:
        if isinstance(cell, ValidationError):
            raise cell
        return Row(number, clean_word(cell if isinstance(cell, str) else cell.decode()))
    except UnicodeDecodeError:
        return Row(number, code="encoding", detail="This is not UTF-8.")
    except ValidationError as error:
        return Row(number, code=error.code or "invalid", detail=" ".join(error.messages))


def build_word_list(cells: Iterable[tuple[int, Cell]]) -> WordList:
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
