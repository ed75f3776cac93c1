"""Requests with an Idempotency-Key, answered and stored once."""

import re
from collections.abc import Sequence
from typing import Unpack
from uuid import UUID

from django.db import IntegrityError
from django.utils.crypto import constant_time_compare, salted_hmac
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from classifier.access.limits import caller_of
from classifier.access.owners import owner_of
from classifier.api.models import AnsweredRequest
from classifier.api.problems import Problem
from classifier.models import Prediction
from classifier.services.identify import Question, identify, predict
from classifier.services.store import store

HEADER = "Idempotency-Key"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def identify_once(request: Request, **question: Unpack[Question]) -> list[Prediction]:
    """Identify clean words, or return the rows of a repeat.

    Raises ValidationError for an invalid key; Problem 422 when its owner used the key for another request, and 410
    when the rows of a repeat are deleted.
    """
    if HEADER not in request.headers:
        return identify(**question)
    record = _new_record(request)
    old_rows = _rows_of_repeat(record, len(question["words"]))
    if old_rows is None:
        rows = predict(**question)
        record.predictions = [str(row.public_id) for row in rows]
        try:
            store([record, *rows])
        except IntegrityError:  # the same request, sent at the same time, was stored first
            old_rows = _rows_of_repeat(record, len(rows))
            if old_rows is None:
                raise
        else:
            return rows
    return _predict_again(old_rows, question) if question.get("private") else old_rows


def _predict_again(old_rows: Sequence[Prediction], question: Question) -> list[Prediction]:
    """Return new rows, not saved, dated as `old_rows`."""
    # Private rows hold no words. New answers for the words under a stored verdict would mix two versions.
    rows = predict(**question)
    for row, old in zip(rows, old_rows, strict=True):
        row.created = old.created
    return rows


def _new_record(request: Request) -> AnsweredRequest:
    key = request.headers[HEADER]
    if not _KEY.fullmatch(key):
        raise ValidationError({"": "The Idempotency-Key must be 1 to 255 visible ASCII characters."}, code="invalid")
    django_request = request._request  # noqa: SLF001 - has the raw body
    content = f"{request.method} {request.get_full_path()}\n".encode() + django_request.body
    digest = _keyed("request", content)
    # Strangers may share an address, but meet only in the very same request.
    caller = owner_of(request) or f"{caller_of(request)} {digest}"
    return AnsweredRequest(key=_keyed("key", f"{caller} {key}"), digest=digest)


def _keyed(use: str, value: str | bytes) -> str:
    # With the secret key, since short bodies could be guessed from plain digests.
    return salted_hmac(f"classifier.api.idempotency.{use}", value, algorithm="sha256").hexdigest()


def _rows_of_repeat(record: AnsweredRequest, count: int) -> list[Prediction] | None:
    """Return the `count` rows of a repeat; None if new."""
    previous = AnsweredRequest.objects.repeatable().filter(key=record.key).first()
    if previous is None:
        return None
    if not constant_time_compare(previous.digest, record.digest):
        raise Problem(422)
    public_ids = [UUID(public_id) for public_id in previous.predictions]
    rows = Prediction.objects.in_bulk(public_ids, field_name="public_id")
    if len(rows) != count:
        raise Problem(410)
    return [rows[public_id] for public_id in public_ids]
