"""Problem documents (RFC 9457) for all errors of the API."""

import json
import logging
import math
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.urls import reverse
from django.utils.encoding import escape_uri_path
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.request import Request
from rest_framework.settings import api_settings

from classifier.access.allowances import LimitsUnavailable
from classifier.access.limits import LimitTooLow
from classifier.access.logs import request_id
from classifier.services.errors import RETRY_AFTER_SECONDS, describe, is_unavailable
from classifier.services.feedback import FeedbackClosed

CONTENT_TYPE = "application/problem+json"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: name in addresses, status, meaning, remedy."""

    name: str
    status: int
    detail: str
    remedy: str

    @property
    def title(self) -> str:
        """The name in words."""
        return self.name.replace("-", " ").capitalize()


PROBLEM_KINDS = (
    Kind(
        "invalid-request",
        400,
        "The request is not valid.",
        "Correct the fields that `errors` points at; each error has a stable `code`.",
    ),
    Kind(
        "not-authenticated",
        401,
        "Send a valid API key.",
        "Send the header `Authorization: Bearer` with a key that is not revoked.",
    ),
    Kind(
        "forbidden",
        403,
        "The caller has no permission for this request.",
        "Use a key with the scope that this address requires.",
    ),
    Kind(
        "not-found",
        404,
        "There is nothing at this address.",
        "Check the address. Something that belongs to another caller is reported as missing, too.",
    ),
    Kind(
        "method-not-allowed",
        405,
        "This address does not answer this method; the Allow header lists those it does.",
        "Use one of the methods in the Allow header.",
    ),
    Kind(
        "not-acceptable",
        406,
        "This address does not answer in a format that the Accept header asks for.",
        "Omit the Accept header, or include application/json in it (for an export, the media type of its format).",
    ),
    Kind(
        "feedback-decided",
        409,
        "Reviewers have decided about this feedback; it stays as it is.",
        "Read the decision with GET; do not repeat the request.",
    ),
    Kind(
        "gone",
        410,
        "The predictions of this request have been deleted.",
        "Use a new Idempotency-Key to repeat the request.",
    ),
    Kind("length-required", 411, "Send the length of the body in Content-Length.", "Do not send the body in chunks."),
    Kind(
        "too-large",
        413,
        "The body is larger than this service accepts.",
        "Send a smaller body; split a batch into several requests.",
    ),
    Kind(
        "unsupported-media-type",
        415,
        "Send application/json in UTF-8, uncompressed.",
        "Send `Content-Type: application/json`, and no other charset or Content-Encoding.",
    ),
    Kind(
        "idempotency-key-reused",
        422,
        "This Idempotency-Key was used for another request.",
        "Use a new key for each request; repeat a key only with exactly the same request.",
    ),
    Kind(
        "limit-exceeded",
        429,
        "The limit of calls or words a minute is used up.",
        "Wait for the seconds in Retry-After; GET /api/v1/me lists all limits.",
    ),
    Kind(
        "failure",
        500,
        "The service failed; the failure is in its log.",
        "Report the `request_id` to the operator of the service.",
    ),
    Kind(
        "unavailable",
        503,
        "The service cannot answer at the moment; try again shortly.",
        "Repeat the request after the seconds in Retry-After; use an Idempotency-Key if it writes.",
    ),
)
BY_STATUS = {kind.status: kind for kind in PROBLEM_KINDS}


class InvalidQuery(ValidationError):
    """Error of the query of a request, whatever its method."""


class Problem(APIException):
    """Error answered with the problem of its status."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status_code = status


def problem_fields(request: HttpRequest | Request, status: int, **members: Any) -> dict[str, Any]:
    """Return a problem document, extended by `members`."""
    kind = BY_STATUS.get(status)
    return {
        "type": reverse("problem", args=[kind.name]) if kind else "about:blank",
        "title": kind.title if kind else HTTPStatus(status).phrase,
        "status": status,
        "detail": kind.detail if kind else HTTPStatus(status).phrase,
        "instance": escape_uri_path(request.path),
        "request_id": request_id.get(),
        **members,
    }


def problem(request: HttpRequest, status: int, **members: Any) -> HttpResponse:
    """Return a response with a problem document."""
    document = problem_fields(request, status, **members)
    return HttpResponse(json.dumps(document, ensure_ascii=False), status=status, content_type=CONTENT_TYPE)


def answer_error(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """Answer an expected error of a view; None for others.

    This is REST framework's EXCEPTION_HANDLER.
    """
    request = context["request"]
    if isinstance(error, ValidationError):
        of_body = request.method in {"POST", "PUT"} and not isinstance(error, InvalidQuery)
        member = "pointer" if of_body else "parameter"
        return problem(request, 400, errors=list(field_errors(error.get_full_details(), member)))
    if isinstance(error, LimitTooLow):
        return problem(request, 400, errors=[{"detail": str(error), "code": "limit_too_low"}])
    status = error.status_code if isinstance(error, APIException) else _status_of(error)
    if status is None:
        return None
    # Parse errors have a fixed text of ours; REST framework's other texts repeat the request.
    members = {"detail": str(error)} if isinstance(error, ParseError) else {}
    response = problem(request, status, **members)
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    if status in {429, 503}:
        response["Retry-After"] = str(math.ceil(getattr(error, "wait", None) or RETRY_AFTER_SECONDS))
    return response


def _status_of(error: Exception) -> int | None:
    """Return the status of an expected error of the services."""
    match error:
        case Http404() | ObjectDoesNotExist():
            return 404
        case FeedbackClosed():
            return 409
        case UnreadablePostError():  # the client went away, or sent less than it announced
            return 400
    if isinstance(error, LimitsUnavailable) or is_unavailable(error):
        logger.error(describe(error))
        return 503
    return None


def field_errors(details: Any, member: str, path: str = "") -> Iterator[dict[str, str]]:
    """Flatten REST framework's nested details into single errors.

    `member` names their place: a JSON `pointer` into the body, or a query `parameter`.
    """
    if isinstance(details, list):
        for index, item in enumerate(details):
            is_leaf = isinstance(item.get("message"), str)
            yield from field_errors(item, member, path if is_leaf else f"{path}/{index}")
    elif isinstance(details.get("message"), str):
        place = path if member == "pointer" else path.lstrip("/").partition("/")[0]  # the parameter of a list's item
        yield {member: place, "detail": str(details["message"]), "code": str(details["code"])}
    else:
        for field, inner in details.items():
            of_whole = field == api_settings.NON_FIELD_ERRORS_KEY
            yield from field_errors(inner, member, path if of_whole else f"{path}/{field}")
