"""Undo the deletion of an answer, from a signed copy that only a page holds."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.core import serializers, signing
from django.core.serializers.base import DeserializationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction

from classifier.models import Batch, Decision, Feedback, Prediction, QueuedWord
from classifier.services.consensus import decide_by_consensus
from classifier.services.feedback import lock_word, settle
from classifier.services.history import delete_one
from classifier.services.review_queue import update_queue
from classifier.services.store import store

SECONDS = 3600  # during which a copy is good
_SALT = "classifier.undo"


class ExactEncoder(DjangoJSONEncoder):
    """Django's, with the microseconds of times."""

    def default(self, o: Any) -> Any:
        """Return a value that JSON knows."""
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


class InvalidCopy(Exception):
    """Error: the copy is too old, of another owner, or not ours."""


def delete_and_copy(owner: str, public_id: UUID) -> str:
    """Delete an owner's row with its feedback; return a signed copy of both.

    Raises Prediction.DoesNotExist.
    """
    prediction = Prediction.objects.of(owner).get(public_id=public_id)
    feedback = list(prediction.feedback.filter(owner=owner))
    for row in feedback:
        row.reviewer = None  # of no concern to the sender
    rows = serializers.serialize("json", [prediction, *feedback], cls=ExactEncoder)
    delete_one(owner, public_id)
    return signing.dumps(rows, salt=_SALT, compress=True)


def restore(copy: str, owner: str) -> UUID:
    """Store what was deleted once more; return the answer's public id.

    Raises InvalidCopy.
    """
    prediction, feedback = _read(copy)
    if not owner or prediction.owner != owner:
        raise InvalidCopy
    if prediction.batch and not Batch.objects.filter(public_id=prediction.batch).exists():
        prediction.batch = prediction.batch_row = None
    decisions = Decision.objects.in_bulk([row.decision_id for row in feedback if row.decision_id])
    for row in feedback:
        row.decision, row.word_key = decisions.get(row.decision_id), prediction.word_key
    # Else the word would not wait if the server stopped before `_settle`.
    waiting = [
        QueuedWord(word_key=row.word_key, owners=1, contradicting=0, since=row.created)
        for row in feedback
        if row.status == Feedback.Status.PENDING
    ]
    try:
        store([prediction, *feedback, *waiting])
    except IntegrityError as error:
        if not Prediction.objects.of(owner).filter(public_id=prediction.public_id).exists():
            raise InvalidCopy from error
    else:
        _settle(prediction.word_key)
    return prediction.public_id


def _read(copy: str) -> tuple[Prediction, list[Feedback]]:
    try:
        rows = signing.loads(copy, salt=_SALT, max_age=SECONDS)
        prediction, *feedback = (row.object for row in serializers.deserialize("json", rows))
    except (signing.BadSignature, DeserializationError) as error:
        raise InvalidCopy from error
    return cast("Prediction", prediction), cast("list[Feedback]", feedback)


@transaction.atomic
def _settle(word_key: str) -> None:
    """Decide about the feedback that is back, as if it had just been sent."""
    lock_word(word_key)
    decide_by_consensus(word_key)
    settle(word_key)
    update_queue([word_key])
