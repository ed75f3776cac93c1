"""Lets a request with an Idempotency-Key be repeated: the same answer, and nothing stored twice."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from classifier.access.limits import caller_of
from classifier.api.models import AnsweredRequest
from classifier.api.problems import Problem
from classifier.ml.answers import Comparison
from classifier.models import Prediction
from classifier.services import identify as services
from classifier.services.store import store

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def identify(request: Request, *, words: Sequence[str], **asked: Any) -> list[Prediction]:
    """Identify clean words; when the same request was answered before, return its rows instead.

    Raises ValidationError for a key that is none, and Problem: 422 when the key came with another
    request, 410 when the rows are deleted.
    """
    if HEADER not in request.headers:
        return services.identify(words=words, **asked)
    answered = _new_record(request)
    rows = _rows_of_repeat(answered, len(words))
    if rows is None:
        try:
            return services.identify(words=words, keep=lambda new: _keep(answered, new), **asked)
        except IntegrityError:  # the same request is being answered at this moment, and was quicker
            rows = _rows_of_repeat(answered, len(words))
            if rows is None:
                raise
    if asked["private"]:  # the rows hold no words, but the request does
        for row, comparison in zip(rows, _ask_again(words, **asked), strict=True):
            services.carry(row, comparison)
    return rows


def _ask_again(words: Sequence[str], *, model: str, languages: Sequence[str], **_: Any) -> list[Comparison]:
    return services.ask(words=words, model=model, languages=languages)


def _new_record(request: Request) -> AnsweredRequest:
    key = request.headers[HEADER]
    if not _KEY.fullmatch(key):
        raise ValidationError({"": "The Idempotency-Key must be 1 to 255 visible ASCII characters."}, code="invalid")
    django_request = request._request  # noqa: SLF001 - has the body as it was sent
    sent = f"{request.method} {request.path}\n".encode() + django_request.body
    return AnsweredRequest(key=_keyed("key", f"{caller_of(request)} {key}"), digest=_keyed("request", sent))


def _keyed(use: str, value: str | bytes) -> str:
    # With the secret key, since a plain digest of a short body could be guessed.
    return salted_hmac(f"classifier.api.idempotency.{use}", value, algorithm="sha256").hexdigest()


def _keep(answered: AnsweredRequest, rows: Sequence[Prediction]) -> None:
    """Store the rows and that they are the answer, both or neither; raise IntegrityError when there is one."""
    with transaction.atomic():
        store(rows)
        AnsweredRequest.objects.make_room(answered.key)
        answered.predictions = [str(row.public_id) for row in rows]
        answered.save(force_insert=True)


def _rows_of_repeat(answered: AnsweredRequest, count: int) -> list[Prediction] | None:
    """Return the rows that answered this request before; None when it is new."""
    found = AnsweredRequest.objects.remembered().filter(key=answered.key).first()
    if found is None:
        return None
    if not constant_time_compare(found.digest, answered.digest):
        raise Problem(422)
    public_ids = [UUID(public_id) for public_id in found.predictions]
    rows = Prediction.objects.in_bulk(public_ids, field_name="public_id")
    if len(rows) != count:
        raise Problem(410)
    return [rows[public_id] for public_id in public_ids]
