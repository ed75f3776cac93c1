"""Error pages for oversized forms (413), rate limits (429) and transient errors (503)."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string

from classifier.access.bodies import is_api, refuse_body
from classifier.access.limits import LimitExceeded
from classifier.services.errors import RETRY_AFTER_SECONDS, TRANSIENT_ERRORS
from classifier.services.registry import ModelUnavailable

_PAGES = {400: "400.html", 411: "400.html", 413: "413.html"}

logger = logging.getLogger(__name__)


class PageFaults:
    """Answers errors of the pages; the API answers its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self.get_response(request)

    # In process_view, and not before it, so that a refusal gets the security headers, too.
    def process_view(self, request: HttpRequest, view: Any, *_arguments: Any) -> HttpResponse | None:
        """Refuse an oversized body unread; a view may have its own `body_limit`."""
        if is_api(request):
            return None
        limit = getattr(view, "body_limit", settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        status = refuse_body(request, limit) or _refuse_form(request)
        return HttpResponse(render_to_string(_PAGES[status]), status=status) if status else None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer 429 or 503 with Retry-After; return None for any other error."""
        if is_api(request):
            return None
        if isinstance(error, LimitExceeded):
            return _too_much(request, error)
        if isinstance(error, TRANSIENT_ERRORS):
            logger.error("%s: %s", type(error).__name__, error)
            return _not_now(error)
        return None


def _refuse_form(request: HttpRequest) -> int:
    """Return the status that refuses a form, else 0; Django would always answer 400."""
    try:
        _ = request.POST
    except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
        return 413
    except (BadRequest, MultiPartParserError, UnreadablePostError):
        return 400
    return 0


def _too_much(request: HttpRequest, error: LimitExceeded) -> HttpResponse:
    """Render a page that holds the form, to be sent again."""
    # Leave out forms that may hold a password.
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
    # Without the request: its user would be read from the database, which may be down.
    page = render_to_string("503.html", {"model": isinstance(error, ModelUnavailable)})
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})
