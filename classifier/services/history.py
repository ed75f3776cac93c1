"""Knows a history: which of somebody's predictions a filter means, what people said of them, how to delete them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any, Self
from uuid import UUID

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import BadRequest
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Prefetch, Q, prefetch_related_objects

from classifier.models import Batch, Feedback, Prediction, PredictionQuerySet, ReviewedWord, key_of
from classifier.services.store import empty_log
from classifier.words.lists import Row

CHUNK = 1000  # rows in memory, and in one transaction
PAGE_SIZE = 25  # rows
NO_FEEDBACK = "none"

# Name of the filter: the condition on a row.
FILTERS: dict[str, Callable[[Any], Q]] = {
    # By their keys, else SQLite would look through the owner's whole history instead of the index of words.
    "word": lambda word: Q(pk__in=Prediction.objects.filter(word_key=key_of(word)).values("pk")),
    "language": lambda language: Q(language=language),
    "model": lambda model: Q(model=model),
    "verdict": lambda verdict: Q(verdict=verdict),
    "since": lambda moment: Q(created__gte=moment),
    "until": lambda moment: Q(created__lt=moment),
}


def select(owner: str, filters: Mapping[str, Any]) -> PredictionQuerySet:
    """Return the owner's predictions that pass all filters, newest first."""
    rows = Prediction.objects.of(owner)
    for name, value in filters.items():
        rows = rows.filter(_of_feedback(owner, value) if name == "feedback" else FILTERS[name](value))
    return rows


def _of_feedback(owner: str, status: str) -> Q:
    own = Feedback.objects.filter(owner=owner)
    if status == NO_FEEDBACK:
        return ~Q(pk__in=own.values("prediction"))
    return Q(pk__in=own.filter(status=status).values("prediction"))


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some rows, newest first, and the cursor of the page after them, if there is one."""

    rows: Sequence[Prediction] = ()
    older: str = ""

    @classmethod
    def read(cls, rows: PredictionQuerySet, scope: str, cursor: str = "", size: int = 0) -> Self:
        """Read the page of `size` rows that a cursor points at; the first one without.

        A cursor is valid only for its `scope`: the owner and filters of the rows. Raises BadRequest for any other.
        """
        size = size or PAGE_SIZE
        signer = Signer(salt=f"classifier.pages:{scope}")
        if cursor:
            rows = rows.filter(id__lt=_key(signer, cursor))
        page = list(rows.order_by("-id")[: size + 1])
        older = signer.sign(str(page[size - 1].pk)) if len(page) > size else ""
        return cls(page[:size], older)


def _key(signer: Signer, cursor: str) -> int:
    try:
        return int(signer.unsign(cursor))
    except BadSignature as error:
        raise BadRequest("The cursor does not belong to this list.") from error


def with_opinions(predictions: Sequence[Prediction], owner: str) -> Sequence[Prediction]:
    """Return the predictions with the owner's corrections and the reviewers' outcomes, read in two queries."""
    prefetch_related_objects(predictions, Prefetch("feedback", Feedback.objects.filter(owner=owner)))
    keys = {prediction.word_key for prediction in predictions}
    outcomes = {outcome.word_key: outcome for outcome in ReviewedWord.objects.filter(word_key__in=keys)}
    for prediction in predictions:
        prediction.outcome = outcomes.get(prediction.word_key)
    return predictions


def read_all(rows: PredictionQuerySet, owner: str) -> Iterator[Row[Prediction]]:
    """Yield all rows there are now, newest first, a chunk in memory at a time and no transaction open."""
    before: dict[str, Any] = {}
    numbers = count(1)
    while chunk := list(rows.filter(**before)[:CHUNK]):
        yield from map(Row, numbers, with_opinions(chunk, owner))
        before = {"id__lt": chunk[-1].pk}


def delete_all(rows: PredictionQuerySet) -> int:
    """Delete rows of a history with all that was said of them; return how many they were.

    Chunk by chunk, so that nobody has to wait for long. What comes while it runs stays.
    """
    deleted = 0
    before: dict[str, Any] = {}
    while chunk := list(rows.filter(**before).values_list("pk", flat=True)[:CHUNK]):
        delete_rows(chunk)
        deleted, before = deleted + len(chunk), {"id__lt": chunk[-1]}
    empty_log()
    return deleted


def delete_one(owner: str, public_id: UUID) -> None:
    """Delete one of the owner's rows with what was said of it; raise Prediction.DoesNotExist."""
    delete_rows([Prediction.objects.of(owner).values_list("pk", flat=True).get(public_id=public_id)])
    empty_log()


def purge(moment: datetime) -> Iterator[int]:
    """Delete what was asked before a moment, whoever did; after each chunk, yield how many rows it had."""
    rows = asked_before(moment).order_by("created").values_list("pk", flat=True)
    while chunk := list(rows[:CHUNK]):
        delete_rows(chunk)
        yield len(chunk)
    empty_log()


def asked_before(moment: datetime) -> PredictionQuerySet:
    """Return what was asked before a moment."""
    return Prediction.objects.filter(created__lt=moment)


@transaction.atomic
def delete_rows(keys: Sequence[int]) -> None:
    """Delete the rows with these keys, what was said of them and the batches they leave empty, in one commit."""
    rows = Prediction.objects.filter(pk__in=keys)
    batches = set(rows.values_list("batch", flat=True))
    _silence_log(keys)
    rows.delete()
    Batch.objects.delete_empty(batches)


def _silence_log(keys: Sequence[int]) -> None:
    """Let the admin's log keep who decided when, but neither the word nor what was written about it."""
    feedback = [str(key) for key in Feedback.objects.filter(prediction__in=keys).values_list("pk", flat=True)]
    if feedback:
        kind = ContentType.objects.get_for_model(Feedback)
        entries = LogEntry.objects.filter(content_type=kind, object_id__in=feedback)
        entries.update(object_repr="", change_message="")
