"""Create, read, count and delete batches."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from classifier.ml.verdict import SEVERAL, UNDETERMINED
from classifier.models import MULTIPLE, Batch, Prediction, PredictionQuerySet
from classifier.services import history
from classifier.services.identify import identify, predict
from classifier.services.store import store
from classifier.words.lists import Row, WordList

PAGE_SIZE = 100  # rows

INVALID = _("This is no word.")
REASONS = {
    "required": _("There is no word in this row."),
    "no_letters": _("This contains no letters."),
    "no_word": _("This is an address, not a word."),
    "max_length": _("This is too long."),
    "too_many_marks": _("This has too many combining marks in a row."),
    "control_characters": _("This contains control characters."),
    "invalid_unicode": _("This is not valid Unicode."),
    "quotes": _("A quotation mark opens a cell of this row and does not close it, or closes it too early."),
    "extra_cells": _("This row has more cells than the table has columns."),
    "json": _("This row is neither a JSON text nor a JSON object."),
}


@dataclass(frozen=True, slots=True)
class BatchPage:
    """A page of a batch, and its neighbours' first rows."""

    rows: Sequence[Row[Prediction]]
    before: int | None
    after: int | None

    @property
    def last(self) -> int:
        """The number of the last row."""
        return self.rows[-1].number


@dataclass(frozen=True, slots=True)
class LabelCount:
    """The words of one label: count, and segment of a bar."""

    label: str
    count: int
    share: float
    start: float


def create_batch(
    words: WordList,
    *,
    owner: str,
    name: str,
    model: str,
    languages: Sequence[str],
    reading: dict[str, Any] | None = None,
) -> Batch:
    """Answer the words and store a batch, in one commit.

    Raises UnknownModel, ModelUnavailable and UnknownLanguage.
    """
    batch = Batch(
        owner=owner,
        name=name,
        model=model,
        answered=len(words.words),
        errors=words.errors,
        reading=reading or {},
    )
    rows = predict(
        words=words.words,
        source=Prediction.Source.BATCH,
        model=model,
        languages=languages,
        owner=owner,
        batch=batch.public_id,
    )
    for row, number in zip(rows, words.rows, strict=True):
        row.batch_row = number
    store([batch, *rows])
    return batch


def answer_privately(words: WordList, *, model: str, languages: Sequence[str]) -> list[Row[Prediction]]:
    """Answer the words, but store neither words, owner nor batch.

    Raises UnknownModel, ModelUnavailable and UnknownLanguage.
    """
    source = Prediction.Source.BATCH
    rows = identify(words=words.words, source=source, model=model, languages=languages, private=True)
    history.with_feedback(rows, "")
    return _merge(zip(words.rows, rows, strict=True), words.errors)


def predictions(batch: Batch) -> PredictionQuerySet:
    """Return the remaining answers of a batch, in row order."""
    return Prediction.objects.filter(batch=batch.public_id, batch_row__isnull=False).order_by("batch_row")


def read_page(batch: Batch, start: int) -> BatchPage:
    """Return the page of the rows from `start` on."""
    rows = _rows_from(batch, start, PAGE_SIZE + 1)
    before = _rows_before(batch, start)
    after = rows[PAGE_SIZE:]
    return BatchPage(rows[:PAGE_SIZE], before[0].number if before else None, after[0].number if after else None)


def read_batch(batch: Batch) -> Iterator[Row[Prediction]]:
    """Yield all rows, with one chunk in memory."""
    start = 1
    while chunk := _rows_from(batch, start, history.CHUNK):
        yield from chunk
        start = chunk[-1].number + 1


def parts(batch: Batch) -> list[LabelCount]:
    """Count words by label: languages by frequency, then other labels."""
    groups = predictions(batch).order_by().values_list("verdict", "language").annotate(count=Count("pk"))
    counts = {language or (MULTIPLE if verdict == SEVERAL else UNDETERMINED): n for verdict, language, n in groups}
    other_labels = [MULTIPLE, UNDETERMINED]
    labels = sorted(set(counts) - set(other_labels), key=lambda label: -counts[label]) + other_labels
    return list(_parts([(label, counts[label]) for label in labels if counts.get(label)]))


def _parts(counts: Sequence[tuple[str, int]]) -> Iterator[LabelCount]:
    total, start = sum(count for _label, count in counts), 0
    for label, count in counts:
        yield LabelCount(label, count, count / total, start / total)
        start += count


def delete_batch(batch: Batch) -> None:
    """Delete a batch with its answers and their feedback."""
    history.delete_all(Prediction.objects.of(batch.owner).filter(batch=batch.public_id, batch_row__isnull=False))


def _rows_from(batch: Batch, start: int, count: int) -> list[Row[Prediction]]:
    """Return the first `count` rows from number `start` on."""
    rows = _number(predictions(batch).filter(batch_row__gte=start)[:count], batch)
    errors = [(row, code) for row, code in batch.errors if row >= start]
    return _merge(rows, errors[:count])[:count]


def _rows_before(batch: Batch, start: int) -> list[Row[Prediction]]:
    """Return the page of rows before number `start`."""
    rows = predictions(batch).filter(batch_row__lt=start).reverse()[:PAGE_SIZE]
    errors = [(row, code) for row, code in batch.errors if row < start]
    return _merge(((row.batch_row or 0, row) for row in rows), errors[-PAGE_SIZE:])[-PAGE_SIZE:]


def _number(rows: Iterable[Prediction], batch: Batch) -> Iterator[tuple[int, Prediction]]:
    for prediction in history.with_feedback(list(rows), batch.owner):
        yield prediction.batch_row or 0, prediction


def _merge(answers: Iterable[tuple[int, Prediction]], errors: Iterable[tuple[int, str]]) -> list[Row[Prediction]]:
    answer_rows = [Row(number, prediction) for number, prediction in answers]
    error_rows: list[Row[Prediction]] = [Row(number, None, code, REASONS.get(code, INVALID)) for number, code in errors]
    return sorted([*answer_rows, *error_rows], key=attrgetter("number"))
