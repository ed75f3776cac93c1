"""Answers plain requests for one prediction before Django's handler.

Most programs send a JSON body and no cookie, key or other header that matters. Such a request gets the answer of
`views.Predictions` without middleware, signals and REST framework; tests compare the two. Any other request, an invalid
one and a refused one are left to the view.
"""

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.exceptions import ValidationError as InvalidText
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIRequest
from django.db import Error as DatabaseFailure
from django.db import close_old_connections, connection
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import ResolverMatch, resolve
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer

from classifier.access.allowances import Allowance, LimitsUnavailable
from classifier.access.counters import consume_together
from classifier.access.headers import begin_request, end_request, security_headers
from classifier.access.limits import LimitExceeded, LimitTooLow, limit_of
from classifier.api.base import add_limit_headers, validate
from classifier.api.metrics import observe_request
from classifier.api.middleware import complete
from classifier.api.parsers import strict_json
from classifier.api.problems import answer_error
from classifier.api.requests import PredictionRequest
from classifier.formats.fields import prediction_fields
from classifier.grouped_calls import PAUSE, GroupedCalls, try_together
from classifier.ml.conformal import DEFAULT_CONFIDENCE
from classifier.models import Prediction
from classifier.services.identify import Question, count_models, identify_together, key_of
from classifier.services.registry import ModelUnavailable, hold
from classifier.words.clean import clean_word, count_words

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

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


@dataclass(slots=True)
class _Call:
    """A valid request: the counter of its caller, what it costs, and what it asks."""

    name: str
    limit: int
    cost: int
    question: Question
    allowance: Allowance | Exception | None = None  # once consumed; an error if it cannot be counted

    @property
    def error(self) -> Exception | None:
        """Why the limit refuses it; None if it is granted."""
        if not isinstance(self.allowance, Allowance):
            return self.allowance
        return None if self.allowance.granted else LimitExceeded(self.allowance.seconds)


def is_plain(environ: "WSGIEnvironment") -> bool:
    """Return whether the headers say no more than that the body asks for a prediction."""
    return bool(
        environ["REQUEST_METHOD"] == "POST"
        and environ.get("PATH_INFO") == PATH
        and not environ.get("QUERY_STRING")
        and environ.get("CONTENT_TYPE") in _CONTENT_TYPES
        and environ.get("HTTP_ACCEPT", "*/*") in {"*/*", "application/json"}
        and _LENGTH.fullmatch(environ.get("CONTENT_LENGTH") or "")
        and _HEADERS.isdisjoint(environ)
        and not environ.get("HTTP_COOKIE")
        and settings.API_ANONYMOUS
    )


def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes] | None:
    """Answer a plain request; return None for one that the view refuses."""
    start = time.perf_counter()
    request = WSGIRequest(environ)
    if settings.SECURE_SSL_REDIRECT and not request.is_secure():
        return None
    begin_request()
    with hold():
        response = _answer_or_fail(request)
    if response is None:
        environ["wsgi.input"] = BytesIO(request.body)  # for the view
        return None
    complete(request, response).headers["Content-Length"] = str(len(response.content))
    seconds = time.perf_counter() - start
    observe_request(request, response, seconds)
    end_request(request, response, seconds)
    headers = [*response.items(), *security_headers(request)]
    start_response(f"{response.status_code} {response.reason_phrase}", headers)
    return [response.content]


def _answer(request: HttpRequest) -> HttpResponse | None:
    """Return the answer; None for a request that the view refuses."""
    request.resolver_match = _route()
    try:
        document = strict_json(request.body)
        request.get_host()  # checks it
        call = _read(request, document)
    except _REFUSALS:
        return None
    except UnreadablePostError as error:
        return _fail(request, error)
    try:
        response = _render(_consume_and_identify(call, key=key_of(call.question)))
    except LimitExceeded:
        return None
    except (DatabaseFailure, LimitsUnavailable, ModelUnavailable) as error:
        response = _fail(request, error)
    if isinstance(call.allowance, Allowance):
        if not call.allowance.granted:  # also where the rest of its group has failed
            return None
        add_limit_headers(response, SCOPE, call.allowance)
    return response


# A fault is logged and gets an error page, as in Django's handler.
_answer_or_fail: Callable[[HttpRequest], HttpResponse | None] = cast("Any", convert_exception_to_response)(_answer)


def _read(request: HttpRequest, document: Any) -> _Call:
    fields = _validate(document)
    word = fields.pop("word")
    cost = count_words(word) * count_models(fields["model"])
    question = cast("Question", {"words": [word], "source": "api", **fields})
    return _Call(*limit_of(request, SCOPE, cost), cost, question)


def _consume_and_identify_together(calls: Sequence[_Call]) -> list[Prediction | Exception]:
    with _fresh_connections():
        _consume_limits(calls)
        questions = [call.question for call in calls if call.error is None]
        predictions = try_together(identify_together, questions) if questions else iter(())
        return [call.error or next(predictions) for call in calls]


# Threads that wait once for both, not for each, take 16 % less time.
_consume_and_identify = GroupedCalls(_consume_and_identify_together, (), pause=PAUSE)


def _consume_limits(calls: Sequence[_Call]) -> None:
    """Consume the limit of each caller once for all its calls."""
    calls_of = defaultdict(list)
    for call in calls:
        calls_of[call.name, call.limit].append(call)
    for own_calls in calls_of.values():
        costs = [(call.name, call.limit, call.cost) for call in own_calls]
        allowances = try_together(consume_together, costs, (LimitsUnavailable,))
        for call, allowance in zip(own_calls, allowances, strict=True):
            call.allowance = allowance


@contextmanager
def _fresh_connections() -> Iterator[None]:
    """Close unusable connections of this thread, as Django does before and after each request.

    Here, since of a group only this thread needs the database.
    """
    if not connection.in_atomic_block:
        close_old_connections()
    try:
        yield
    finally:
        if not connection.in_atomic_block:
            close_old_connections()


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
    headers = {} if prediction.private else {"Location": f"{PATH}/{prediction.public_id}"}
    return HttpResponse(content, status=201, content_type="application/json", headers=headers)


@cache
def _route() -> ResolverMatch:
    return resolve(PATH)
