"""Answers plain requests for one prediction without REST framework.

Most programs send a JSON body and no cookie, key or other header that matters. Such a request gets the answer of
`views.Predictions` in a quarter less time; tests compare the two. Any other request, an invalid one and a refused one
are left to the view.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.exceptions import ValidationError as InvalidText
from django.db import Error as DatabaseFailure
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import ResolverMatch, resolve
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer

from classifier.access.allowances import LimitsUnavailable
from classifier.access.limits import LimitTooLow, consume
from classifier.api.base import add_limit_headers, validate
from classifier.api.parsers import strict_json
from classifier.api.problems import answer_error
from classifier.api.requests import PredictionRequest
from classifier.formats.fields import prediction_fields
from classifier.ml.conformal import DEFAULT_CONFIDENCE
from classifier.models import Prediction
from classifier.services.identify import count_models, identify
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
        fields = _validate(strict_json(request.body))
        words = [fields.pop("word")]
        allowance = consume(request, SCOPE, count_words(words[0]) * count_models(fields["model"]))
    except _REFUSALS:
        return None
    except (UnreadablePostError, LimitsUnavailable, DatabaseFailure) as error:  # the view would wait for it once more
        return _fail(request, error)
    if not allowance.granted:
        return None
    try:
        [prediction] = identify(words=words, source="api", **fields)
        response = _render(prediction)
    except (DatabaseFailure, ModelUnavailable) as error:
        response = _fail(request, error)
    add_limit_headers(response, SCOPE, allowance)
    return response


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


def _render(prediction: Prediction) -> HttpResponse:
    content = JSONRenderer().render(prediction_fields(prediction, ""))
    headers = {"Content-Length": str(len(content))}
    if not prediction.private:
        headers["Location"] = f"{PATH}/{prediction.public_id}"
    return HttpResponse(content, status=201, content_type="application/json", headers=headers)


@cache
def _route() -> ResolverMatch:
    return resolve(PATH)
