"""Answers plain requests for one prediction without REST framework.

Most programs send a JSON body and no cookie, key or other header that matters. Such a request gets the answer of
`views.Predictions` in a quarter less time; tests compare the two. Any other request, an invalid one and a refused one
are left to the view.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple, cast

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.exceptions import ValidationError as InvalidText
from django.db import Error as DatabaseFailure
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import ResolverMatch, resolve
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer

from classifier.access.allowances import Allowance, LimitsUnavailable
from classifier.access.counters import consume_together
from classifier.access.limits import LimitTooLow, limit_of
from classifier.api.base import add_limit_headers, validate
from classifier.api.parsers import strict_json
from classifier.api.problems import answer_error
from classifier.api.requests import PredictionRequest
from classifier.formats.fields import prediction_fields
from classifier.grouped_calls import PAUSE, GroupedCalls, try_together
from classifier.ml.conformal import DEFAULT_CONFIDENCE
from classifier.models import Prediction
from classifier.services.identify import Question, count_models, identify_together, key_of
from classifier.services.registry import ModelUnavailable
from classifier.words.clean import clean_word, count_words

PATH = "/api/v1/predictions"
SCOPE = "single"
_CONTENT_TYPES = {"application/json", "application/json; charset=utf-8"}
_LENGTH = re.compile("[0-9]{1,3}")  # bytes of a body that costs no more than its word
# Of a request that has a word alone.
_DEFAULTS: dict[str, Any] = {"model": "", "languages": (), "confidence": DEFAULT_CONFIDENCE, "private": False}
# With one of these, more than the body decides.
_HEADERS = {
    *("HTTP_AUTHORIZATION", "HTTP_CONTENT_ENCODING", "HTTP_IDEMPOTENCY_KEY"),
    *("HTTP_ORIGIN", "HTTP_TRANSFER_ENCODING"),
}
# Errors of requests that the view or a middleware answers once more, before anything is stored.
_REFUSALS = (DisallowedHost, InvalidText, ValidationError, ValueError, RecursionError, LimitTooLow, ModelUnavailable)


class _Call(NamedTuple):
    """A valid request: the counter of its caller, what it costs, and what it asks."""

    name: str
    limit: int
    cost: int
    question: Question


def answer_plain_requests(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Django middleware: answer plain requests, pass on all others."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return (_is_plain(request) and _answer(request)) or get_response(request)

    return middleware


def _is_plain(request: HttpRequest) -> bool:
    meta = request.META
    return bool(
        request.method == "POST"
        and request.path_info == PATH
        and not meta.get("QUERY_STRING")
        and meta.get("CONTENT_TYPE") in _CONTENT_TYPES
        and meta.get("HTTP_ACCEPT", "*/*") in {"*/*", "application/json"}
        and _LENGTH.fullmatch(meta.get("CONTENT_LENGTH") or "")
        and _HEADERS.isdisjoint(meta)
        and not meta.get("HTTP_COOKIE")
        and settings.API_ANONYMOUS
    )


def _answer(request: HttpRequest) -> HttpResponse | None:
    """Return the answer; None for a request that the view refuses."""
    try:
        request.get_host()  # checks it
        request.resolver_match = _route()
        call = _read(request)
    except _REFUSALS:
        return None
    except UnreadablePostError as error:
        return _fail(request, error)
    try:
        allowance, prediction = _charge_and_identify(call, key=(call.name, call.limit, key_of(call.question)))
    except (LimitsUnavailable, DatabaseFailure) as error:
        return _fail(request, error)
    if prediction is None:
        return None
    try:
        response = _render(prediction)
    except (DatabaseFailure, ModelUnavailable) as error:
        response = _fail(request, error)
    add_limit_headers(response, SCOPE, allowance)
    return response


def _read(request: HttpRequest) -> _Call:
    fields = _validate(strict_json(request.body))
    word = fields.pop("word")
    cost = count_words(word) * count_models(fields["model"])
    question = cast("Question", {"words": [word], "source": "api", **fields})
    return _Call(*limit_of(request, SCOPE, cost), cost, question)


def _charge_and_identify_together(calls: Sequence[_Call]) -> list[tuple[Allowance, Prediction | Exception | None]]:
    """Return for each call what is left of its limit, and the prediction or an error; None if the limit refuses."""
    allowances = consume_together([call[:3] for call in calls])
    granted = [call.question for call, allowance in zip(calls, allowances, strict=True) if allowance.granted]
    outcomes = try_together(identify_together, granted) if granted else iter(())
    return [(allowance, next(outcomes) if allowance.granted else None) for allowance in allowances]


# Threads that wait once for both, not for each, take 16 % less time.
_charge_and_identify = GroupedCalls(_charge_and_identify_together, (LimitsUnavailable,), pause=PAUSE)


def _fail(request: HttpRequest, error: Exception) -> HttpResponse:
    """Return the problem of an expected error; raise any other."""
    response = answer_error(error, {"request": request})
    if response is None:
        raise error
    return response


def _validate(document: Any) -> dict[str, Any]:
    """Return the validated fields; REST framework validates all but a word alone."""
    if isinstance(document, dict) and document.keys() == {"word"}:
        return {"word": clean_word(document["word"]), **_DEFAULTS}
    return validate(PredictionRequest, document)


def _render(prediction: Prediction | Exception) -> HttpResponse:
    """Return the response; raise the exception in place of a prediction."""
    if isinstance(prediction, Exception):
        raise prediction
    content = JSONRenderer().render(prediction_fields(prediction, ""))
    headers = {"Content-Length": str(len(content))}
    if not prediction.private:
        headers["Location"] = f"{PATH}/{prediction.public_id}"
    return HttpResponse(content, status=201, content_type="application/json", headers=headers)


@cache
def _route() -> ResolverMatch:
    return resolve(PATH)
