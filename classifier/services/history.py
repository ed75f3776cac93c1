"""Pages, feedback and deletion of histories."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import accumulate, count
from typing import Any, Self
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from classifier.models import Batch, Feedback, Prediction, PredictionQuerySet, ReviewedWord, WaitingWords
from classifier.services.cursors import read_cursor, write_cursor
from classifier.services.feedback import forget_decisions, lock_word
from classifier.services.history_filter import HistoryFilter
from classifier.services.review_queue import update_queue
from classifier.services.store import STEP, empty_log, take_turn
from classifier.words.lists import Row

CHUNK = STEP  # rows in memory and in one transaction
PAGE_SIZE = 25  # rows
PAGE_WORDS = 1000  # times models: a page of long texts has fewer rows


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Rows, newest first, and the cursor of the next page."""

    rows: Sequence[Prediction] = ()
    older: str = ""

    @classmethod
    def read(cls, rows: QuerySet[Prediction], scope: str, cursor: str = "", size: int = 0) -> Self:
        """Read at most `size` rows, from `cursor` on if there is one.

        A cursor is valid only for its `scope`: the owner and filters of the rows. Raises BadRequest for any other.
        """
        size = size or PAGE_SIZE
        if cursor:
            [last] = read_cursor(scope, cursor)
            rows = rows.filter(id__lt=last)
        found = list(rows.order_by("-id")[: size + 1])
        page = found[: min(size, count_fitting(found))]
        older = write_cursor(scope, page[-1].pk) if len(found) > len(page) else ""
        return cls(page, older)


def count_fitting(rows: Iterable[Prediction | Batch]) -> int:
    """Return the number of the first rows that have PAGE_WORDS at most; 1 at least."""
    sizes = (max(len(row.words), 1) * (1 + len(row.others or ())) if isinstance(row, Prediction) else 1 for row in rows)
    return max(1, sum(size <= PAGE_WORDS for size in accumulate(sizes)))


def with_feedback(predictions: Sequence[Prediction], owner: str) -> Sequence[Prediction]:
    """Prefetch the owner's feedback and the outcomes of reviews."""
    old = {prediction.pk: prediction for prediction in predictions if not prediction.new_comparison}
    for prediction in old.values():
        prediction.read_feedback = []
    # Django's own way to prefetch takes twice as long. An empty list costs no query.
    for feedback in Feedback.objects.filter(owner=owner, prediction__in=old):
        feedback.prediction = old[feedback.prediction_id]
        feedback.prediction.read_feedback.append(feedback)
    return with_outcomes(predictions)


def with_outcomes(predictions: Sequence[Prediction]) -> Sequence[Prediction]:
    """Prefetch the outcomes of reviews of words, texts and the words of texts."""
    keys = {key for prediction in predictions for key in (prediction.review_key, *prediction.words_by_key)}
    outcomes = ReviewedWord.objects.by_key(keys)
    for prediction in predictions:
        prediction.outcomes = outcomes
    return predictions


def read_history(rows: QuerySet[Prediction], owner: str) -> Iterator[Row[Prediction]]:
    """Yield all rows, newest first, one chunk in memory.

    No transaction is open between chunks.
    """
    before: dict[str, Any] = {}
    numbers = count(1)
    while chunk := list(rows.filter(**before)[:CHUNK]):
        yield from map(Row, numbers, with_feedback(chunk, owner))
        before = {"id__lt": chunk[-1].pk}


def delete_history(filters: HistoryFilter) -> int:
    """Delete the rows of valid filters; return their number.

    Without filters, also the words of lists that wait for their answers.
    """
    everything = not any(filters.form.cleaned_data.values())
    waiting = WaitingWords.objects.filter(batch__owner=filters.owner)
    return delete_all(filters.qs, waiting if everything else None)


def delete_all(rows: QuerySet[Prediction], waiting: QuerySet[WaitingWords] | None = None) -> int:
    """Delete rows with their feedback, and waiting words first; return the number of rows.

    Deletes in chunks, so that other writers wait only briefly. Rows added meanwhile stay.
    """
    if waiting is not None:
        waiting.delete()  # else their answers would be added meanwhile
    total = 0
    before: dict[str, Any] = {}
    while chunk := list(rows.filter(**before).values_list("pk", flat=True)[:CHUNK]):
        take_turn(partial(delete_rows, chunk))
        total, before = total + len(chunk), {"id__lt": chunk[-1]}
    empty_log()
    return total


def move_rows(visitor: str, owner: str) -> None:
    """Give a visitor's rows to the user who logs in."""
    with transaction.atomic():
        feedback = Feedback.objects.filter(owner=visitor)
        rows, batches = Prediction.objects.of(visitor).order_by(), Batch.objects.filter(owner=visitor)
        words = set(feedback.values_list("word_key", flat=True))
        _lock(words, batches, rows, feedback)
        feedback.filter(prediction__in=Feedback.objects.filter(owner=owner).values("prediction")).delete()
        for moved in (feedback, rows, batches):
            moved.update(owner=owner)
        update_queue(words)


def delete_one(owner: str, public_id: UUID) -> None:
    """Delete an owner's row with its feedback; raise Prediction.DoesNotExist."""
    delete_rows([Prediction.objects.of(owner).values_list("pk", flat=True).get(public_id=public_id)])
    empty_log()


def purge(moment: datetime) -> Iterator[int]:
    """Delete rows older than `moment`; yield the number per chunk."""
    rows = rows_before(moment).order_by("created").values_list("pk", flat=True)
    while chunk := list(rows[:CHUNK]):
        take_turn(partial(delete_rows, chunk))
        yield len(chunk)
    empty_log()


def rows_before(moment: datetime) -> PredictionQuerySet:
    """Return the rows of all owners from before `moment`."""
    return Prediction.objects.filter(created__lt=moment)


def delete_rows(keys: Sequence[int]) -> None:
    """Delete rows with feedback and emptied batches, in one commit."""
    words = _words_of(keys)
    while new := _delete_rows(keys, words):
        words |= new


@transaction.atomic
def _delete_rows(keys: Sequence[int], words: set[str]) -> set[str]:
    """Delete rows that have feedback on these words only; return words of feedback that was sent meanwhile."""
    rows = Prediction.objects.filter(pk__in=keys)
    batches = set(rows.values_list("batch", flat=True)) - {None}
    _lock(words, Batch.objects.filter(public_id__in=batches), rows, Feedback.objects.filter(prediction__in=keys))
    if new := _words_of(keys) - words:
        return new  # not locked yet, as is needed to update the queue; after the rows they could not be
    rows.delete()
    Batch.objects.delete_empty(batches)
    forget_decisions(words)
    update_queue(words)
    return set()


def _words_of(keys: Sequence[int]) -> set[str]:
    return set(Feedback.objects.filter(prediction__in=keys).values_list("word_key", flat=True))


def _lock(
    words: Iterable[str], batches: QuerySet[Batch], rows: QuerySet[Prediction], feedback: QuerySet[Feedback]
) -> None:
    """Lock words and rows in the order of all transactions, so that nobody deadlocks.

    A locked batch makes two deletions of its halves see each other, so that the later one deletes the batch; locked
    waiting words are not answered after their batch is found empty.
    """
    for word_key in sorted(words):
        lock_word(word_key)
    waiting = WaitingWords.objects.filter(batch__in=batches.values("public_id"))
    for locked in (batches, waiting, rows, feedback):
        list(locked.order_by("pk").select_for_update(of=("self",)).values_list("pk"))
