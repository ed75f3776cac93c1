"""Turns every error of the API into a problem document (RFC 9457) that never repeats what was sent."""

import json
import logging
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.encoding import escape_uri_path
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.settings import api_settings

from classifier.registry import ModelUnavailable

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5

DETAILS = {
    400: "The request is not valid.",
    403: "This request may not do that.",
    404: "There is nothing at this address.",
    405: "This address does not answer this method; the Allow header lists those it does.",
    406: "Answers are application/json only.",
    411: "Send the length of the body in Content-Length.",
    413: "The body is larger than this service reads.",
    415: "Send application/json in UTF-8, uncompressed.",
    500: "The service failed; the failure is in its log.",
    503: "The service cannot answer at the moment; try again shortly.",
}

logger = logging.getLogger(__name__)


def problem(request: HttpRequest, status: int, detail: str = "", **members: Any) -> HttpResponse:
    """Return a problem document; `members` extend it, as RFC 9457 allows."""
    document = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or DETAILS.get(status, ""),
        "instance": escape_uri_path(request.path),
        **members,
    }
    return HttpResponse(json.dumps(document, ensure_ascii=False), status=status, content_type=CONTENT_TYPE)


def answer_error(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Answer an error raised in an API view (REST framework's EXCEPTION_HANDLER); None: not ours."""
    request = context["request"]
    match error:
        case ValidationError():
            kind = "parameter" if request.method in {"GET", "HEAD"} else "pointer"
            return problem(request, 400, errors=list(_field_errors(error.get_full_details(), kind)))
        case Http404() | ObjectDoesNotExist():
            return problem(request, 404)
        case ModelUnavailable() | OperationalError():
            logger.error("%s: %s: %s", request.path, type(error).__name__, error)
            response = problem(request, 503)
            response["Retry-After"] = str(RETRY_AFTER_SECONDS)
            return response
        case APIException():
            # Parse errors carry our own fixed text; REST framework's other texts repeat the request.
            return problem(request, error.status_code, str(error.detail) if error.status_code == 400 else "")
    return None


def _field_errors(details: Any, kind: str, place: str = "") -> Iterator[dict[str, str]]:
    """Flatten REST framework's nested error details into one entry an error."""
    if isinstance(details, list):
        for index, item in enumerate(details):
            leaf = isinstance(item.get("message"), str)
            yield from _field_errors(item, kind, place if leaf else f"{place}/{index}")
    elif isinstance(details.get("message"), str):
        where = place if kind == "pointer" else place.lstrip("/")
        yield {kind: where, "detail": str(details["message"]), "code": str(details["code"])}
    else:
        for field, inner in details.items():
            whole = field == api_settings.NON_FIELD_ERRORS_KEY
            yield from _field_errors(inner, kind, place if whole else f"{place}/{field}")
