"""Pages of a history for people: by days, or the words found."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import merge
from itertools import groupby, islice
from operator import attrgetter
from typing import Any, Self

from django.db.models import Exists, OuterRef, Q
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual

from classifier.models import Batch, CodePoints, Prediction
from classifier.services import history
from classifier.services.batches import LabelCount, count_answers, parts_of
from classifier.services.cursors import read_cursor, write_cursor
from classifier.services.history_filter import NO_FEEDBACK, HistoryFilter

Line = Prediction | Batch


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the list: a batch, or the answers to one word, newest first."""

    answers: Sequence[Prediction] = ()
    batch: Batch | None = None
    parts: Sequence[LabelCount] = ()

    @property
    def count(self) -> int:
        """The number of answers in a batch."""
        return sum(part.count for part in self.parts)


@dataclass(frozen=True, slots=True)
class Section:
    """The entries of a day, or those found."""

    day: date | None
    entries: Sequence[Entry]

    @property
    def runs(self) -> list[list[Entry]]:
        """The entries in their order, batches apart from answers."""
        return [list(run) for _is_batch, run in groupby(self.entries, lambda entry: entry.batch is not None)]


@dataclass(frozen=True, slots=True)
class HistoryList:
    """Sections of a page, and the cursor of the next page."""

    sections: Sequence[Section] = ()
    next: str = ""

    @classmethod
    def read(cls, filters: HistoryFilter, cursor: str = "") -> Self:
        """Read the page from `cursor` on.

        Needs the same number of queries for any length. Raises BadRequest for the cursor of another list.
        """
        position = read_cursor(filters.scope, cursor) if cursor else [None, None]
        by_word, size = bool(filters.form.cleaned_data["word"]), history.PAGE_SIZE
        lines = list(_found(filters, *position) if by_word else _newest(filters, *position))
        page = lines[: min(size, history.count_fitting(lines))]
        place = (_word_place if by_word else _time_place)(page, position)
        older = write_cursor(filters.scope, *place) if len(lines) > len(page) else ""
        history.with_feedback([line for line in page if isinstance(line, Prediction)], filters.owner)
        sections = _by_word(page) if by_word else _by_day(page, grouped=not _by_feedback(filters))
        return cls(list(sections), older)


def _by_feedback(filters: HistoryFilter) -> bool:
    """Return whether answers are chosen by their feedback.

    Then each is shown on its own, with those of batches.
    """
    return filters.form.cleaned_data["feedback"] not in ("", NO_FEEDBACK)


def _newest(filters: HistoryFilter, answer: int | None, batch: int | None) -> Iterable[Line]:
    """Return the answers and batches of a page, and one more.

    Newest first; `answer` and `batch` are the keys of the last ones before.
    """
    answers, batches = filters.qs, Batch.objects.of(filters.owner).defer("errors")
    if _by_feedback(filters):
        batches = batches.none()
    else:
        answers = answers.filter(batch_row__isnull=True)
    if any(filters.form.cleaned_data.values()):
        rows = Prediction.objects.filter(batch=OuterRef("public_id"), batch_row__isnull=False)
        batches = batches.filter(Exists(filters.filter_queryset(rows)))
    answers = answers if answer is None else answers.filter(id__lt=answer)
    batches = batches if batch is None else batches.filter(id__lt=batch)
    limit = history.PAGE_SIZE + 1
    lines: Iterator[Line] = merge(answers[:limit], batches[:limit], key=attrgetter("created"), reverse=True)
    return islice(lines, limit)


def _time_place(page: Sequence[Line], before: Sequence[Any]) -> list[Any]:
    """Return the keys of a page's last answer and batch, else those from before."""
    keys = {Prediction: before[0], Batch: before[1]} | {type(line): line.pk for line in page}
    return [keys[Prediction], keys[Batch]]


def _found(filters: HistoryFilter, word: str | None, answer: int | None) -> Iterable[Line]:
    """Return the answers of a page by word, and one more.

    Those to one word newest first; `word` and `answer` are the keys of the last one before.
    """
    key, rows = CodePoints("word_key"), filters.qs
    if word is not None:
        later = Q(GreaterThan(key, word)) | Q(Exact(key, word), id__lt=answer)
        rows = rows.filter(GreaterThanOrEqual(key, word), later)  # the first names the start in the index
    return rows.order_by(key, "-id")[: history.PAGE_SIZE + 1]


def _word_place(page: Sequence[Any], _before: Sequence[Any]) -> list[Any]:
    return [page[-1].word_key, page[-1].pk] if page else []


def _by_day(page: Sequence[Line], *, grouped: bool) -> Iterator[Section]:
    """Yield the days (UTC); if `grouped`, all answers to a word on a day are one entry."""
    counts = count_answers([line for line in page if isinstance(line, Batch)])
    for day, lines in groupby(page, key=lambda line: line.created.date()):
        entries: dict[Any, list[Line]] = {}
        for line in lines:
            key = line.word_key if grouped and isinstance(line, Prediction) else line.public_id
            entries.setdefault(key, []).append(line)
        yield Section(day, [_entry(lines, counts) for lines in entries.values()])


def _by_word(page: Sequence[Line]) -> Iterator[Section]:
    groups = groupby(page, key=attrgetter("word_key"))
    entries = [_entry(list(lines), {}) for _, lines in groups]
    if entries:
        yield Section(None, entries)


def _entry(lines: Sequence[Any], counts: dict[Any, dict[str, int]]) -> Entry:
    first = lines[0]
    if isinstance(first, Batch):
        return Entry(batch=first, parts=parts_of(counts[first.public_id]))
    return Entry(answers=lines)
