"""Knows a history: which of somebody's predictions a filter means, what people said of them, how to delete them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, Q, prefetch_related_objects

from classifier.models import Feedback, Prediction, PredictionQuerySet, ReviewedWord, key_of

CHUNK = 1000  # rows in memory, and in one transaction
NO_FEEDBACK = "none"

# Name of the filter: the condition on a row.
FILTERS: dict[str, Callable[[Any], Q]] = {
    "word": lambda word: Q(word_key=key_of(word)),
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


def with_opinions(predictions: Sequence[Prediction], owner: str) -> Sequence[Prediction]:
    """Return the predictions with the owner's corrections and the reviewers' outcomes, read in two queries."""
    prefetch_related_objects(predictions, Prefetch("feedback", Feedback.objects.filter(owner=owner)))
    keys = {prediction.word_key for prediction in predictions}
    outcomes = {outcome.word_key: outcome for outcome in ReviewedWord.objects.filter(word_key__in=keys)}
    for prediction in predictions:
        prediction.outcome = outcomes.get(prediction.word_key)
    return predictions


def read_all(rows: PredictionQuerySet, owner: str) -> Iterator[Prediction]:
    """Yield all rows there are now, newest first, a chunk in memory at a time and no transaction open."""
    before: dict[str, Any] = {}
    while chunk := list(rows.filter(**before)[:CHUNK]):
        yield from with_opinions(chunk, owner)
        before = {"id__lt": chunk[-1].pk}


def delete_all(rows: PredictionQuerySet) -> None:
    """Delete rows with all that was said of them, chunk by chunk, so that nobody has to wait for long."""
    while chunk := list(rows.values_list("pk", flat=True)[:CHUNK]):
        with transaction.atomic():
            Prediction.objects.filter(pk__in=chunk).delete()
