"""Answers faults of the web pages by pages of our design: what must not be read, is too much, or passes by itself."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string

from classifier.access.limits import LimitExceeded
from classifier.services.registry import ModelUnavailable

RETRY_AFTER_SECONDS = 5
PASSING = (ModelUnavailable, OperationalError)  # answered 503: nobody's fault who asks, and worth another try
_PAGES = {400: "400.html", 411: "400.html", 413: "413.html"}

logger = logging.getLogger(__name__)


class PageFaults:
    """Refuses forms that are too large, and gives what views raise a page of its own; the API answers for itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    # In process_view, and not before it, so that a refusal passes the security headers on its way out.
    def process_view(self, request: HttpRequest, view: Any, *_arguments: Any) -> HttpResponse | None:
        """Refuse a body that is too large before it is read; a view may have a limit of its own."""
        if is_api(request):
            return None
        limit = getattr(view, "body_limit", settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        status = refuse_body(request, limit) or _refuse_form(request)
        return HttpResponse(render_to_string(_PAGES[status]), status=status) if status else None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer 429 or 503 with when to try again; None: any other error takes its usual way."""
        if is_api(request):
            return None
        if isinstance(error, LimitExceeded):
            return _too_much(request, error)
        if isinstance(error, PASSING):
            logger.error("%s: %s", type(error).__name__, error)
            return _not_now(error)
        return None


def is_api(request: HttpRequest) -> bool:
    """Return whether a request is the API's to answer."""
    return f"{request.path_info}/".startswith("/api/")


def refuse_body(request: HttpRequest, limit: int) -> int:
    """Return the status that refuses a body of unknown, bad or too large size (bytes), else 0."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length:
        return 411 if "HTTP_TRANSFER_ENCODING" in request.META else 0
    if not (length.isascii() and length.isdigit()):
        return 400
    return 413 if len(length) > 18 or int(length) > limit else 0


def _refuse_form(request: HttpRequest) -> int:
    """Return the status that refuses a form, else 0; Django itself would answer all of them 400."""
    try:
        _ = request.POST
    except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
        return 413
    except (BadRequest, MultiPartParserError, UnreadablePostError):
        return 400
    return 0


def _too_much(request: HttpRequest, error: LimitExceeded) -> HttpResponse:
    """Answer with a page that holds the form, to be sent again."""
    # Not where a password may be among them.
    posted = {} if hasattr(request, "sensitive_post_parameters") else request.POST
    fields = [(name, value) for name in posted for value in request.POST.getlist(name)]
    context = {
        "seconds": error.seconds,
        "fields": [field for field in fields if field[0] != "csrfmiddlewaretoken"],
        "files": bool(request.FILES),
    }
    page = render_to_string("429.html", context, request)
    return HttpResponse(page, status=429, headers={"Retry-After": str(error.seconds)})


def _not_now(error: Exception) -> HttpResponse:
    # Without the request: who is logged in would be asked of the database.
    page = render_to_string("503.html", {"model": isinstance(error, ModelUnavailable)})
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
