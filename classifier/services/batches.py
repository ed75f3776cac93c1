"""Create, read, count and delete batches."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db.models import Count, Sum
from django.utils.translation import gettext_lazy as _

from classifier.ml.conformal import DEFAULT_CONFIDENCE
from classifier.ml.verdict import UNDETERMINED
from classifier.models import MULTIPLE, Batch, Prediction, PredictionQuerySet, WaitingWords
from classifier.models.answer_columns import answer_label
from classifier.services import history
from classifier.services.identify import can_answer, count_models, identify, predict
from classifier.services.registry import UnknownModel
from classifier.services.store import store
from classifier.words.clean import count_words
from classifier.words.lists import Row, WordList

PAGE_SIZE = 100  # rows
# Words, once for each model, that one request answers: about 0.1 s of computing. A private list gets one request.
MOST_AT_ONCE, MOST_PRIVATE = 1000, 1500

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
    confidence: float = DEFAULT_CONFIDENCE,
    reading: dict[str, Any] | None = None,
) -> Batch:
    """Store a batch with its first answers and the words that still wait, in one commit.

    Raises UnknownModel, ModelUnavailable and UnknownLanguage.
    """
    batch = Batch(
        owner=owner,
        name=name,
        model=model,
        languages=languages,
        confidence=confidence,
        answered=len(words.words),
        errors=words.errors,
        reading=reading or {},
    )
    first, *others = _steps(words, count_models(model))
    waiting = [WaitingWords(batch_id=batch.public_id, words=step, size=len(step)) for step in others]
    store([batch, *_answer(batch, first), *waiting])
    return batch


def answer_next(batch: Batch) -> None:
    """Answer the next words that wait, in one commit.

    Raises UnknownModel, ModelUnavailable, UnknownLanguage, and AlreadyReplaced if another request answered them.
    """
    if step := batch.waiting.first():
        store(_answer(batch, step.words), instead_of=step)


def count_waiting(batch: Batch) -> int:
    """Return the number of rows that wait for their answers."""
    left: int = batch.waiting.aggregate(left=Sum("size", default=0))["left"]
    return left


def can_go_on(batch: Batch) -> bool:
    """Return whether the model asked still knows the languages asked."""
    try:
        return can_answer(batch.model, batch.languages)
    except UnknownModel:
        return False


def _steps(words: WordList, models: int) -> list[list[tuple[int, str]]]:
    """Split the words into steps of MOST_AT_ONCE; a word of a text counts as one, once for each model."""
    steps: list[list[tuple[int, str]]] = []
    left = 0
    for number, word in zip(words.rows, words.words, strict=True):
        cost = models * count_words(word)
        if cost > left:
            steps.append([])
            left = MOST_AT_ONCE
        steps[-1].append((number, word))
        left -= cost
    return steps


def _answer(batch: Batch, step: Sequence[tuple[int, str]]) -> list[Prediction]:
    rows = predict(
        words=[word for _number, word in step],
        source=Prediction.Source.BATCH,
        model=batch.model,
        languages=batch.languages,
        confidence=batch.confidence,
        owner=batch.owner,
        batch=batch.public_id,
    )
    for row, (number, _word) in zip(rows, step, strict=True):
        row.batch_row = number
    return rows


def answer_privately(
    words: WordList, *, model: str, languages: Sequence[str], confidence: float = DEFAULT_CONFIDENCE
) -> list[Row[Prediction]]:
    """Answer the words, but store neither words, owner nor batch.

    Raises UnknownModel, ModelUnavailable and UnknownLanguage.
    """
    rows = identify(
        words=words.words,
        source=Prediction.Source.BATCH,
        model=model,
        languages=languages,
        confidence=confidence,
        private=True,
    )
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
    return parts_of(count_answers([batch])[batch.public_id])


def count_answers(batches: Iterable[Batch]) -> dict[UUID, dict[str, int]]:
    """Count the remaining answers of batches by label, in one query."""
    counts: dict[UUID, dict[str, int]] = {batch.public_id: {} for batch in batches}
    rows = Prediction.objects.filter(batch__in=list(counts), batch_row__isnull=False)
    # Counted by a column of the index, so that no row is read.
    groups = rows.values_list("batch", "verdict", "language").annotate(count=Count("batch_row"))
    for batch, verdict, language, count in groups:
        counts[batch][answer_label(verdict, language)] = count
    return counts


def parts_of(counts: Mapping[str, int]) -> list[LabelCount]:
    """Return the labels with a count: languages by frequency, then other labels."""
    other_labels = [MULTIPLE, UNDETERMINED]
    labels = sorted(set(counts) - set(other_labels), key=lambda label: (-counts[label], label)) + other_labels
    return list(_parts([(label, counts[label]) for label in labels if counts.get(label)]))


def _parts(counts: Sequence[tuple[str, int]]) -> Iterator[LabelCount]:
    total, start = sum(count for _label, count in counts), 0
    for label, count in counts:
        yield LabelCount(label, count, count / total, start / total)
        start += count


def delete_batch(batch: Batch) -> None:
    """Delete a batch with its answers and their feedback."""
    rows = Prediction.objects.of(batch.owner).filter(batch=batch.public_id, batch_row__isnull=False)
    history.delete_all(rows, batch.waiting.all())


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
