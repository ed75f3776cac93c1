"""Error pages: oversized forms (413), limits (429), transient errors (503)."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.middleware.csrf import get_token
from django.template.loader import render_to_string

from classifier.access.bodies import is_api, refuse_body
from classifier.access.counters import LimitsUnavailable
from classifier.access.limits import LimitExceeded, LimitTooLow, consume_or_raise, cost_of_body
from classifier.services.errors import RETRY_AFTER_SECONDS, describe, is_unavailable
from classifier.services.registry import ModelUnavailable

_PAGES = {400: "400.html", 411: "400.html", 413: "413.html"}

logger = logging.getLogger(__name__)


class PageErrors:
    """Renders errors of the pages; the API renders its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the response of the next middleware."""
        return self.get_response(request)

    # In process_view rather than before, so that refusals get the security headers.
    def process_view(self, request: HttpRequest, view: Any, *_arguments: Any) -> HttpResponse | None:
        """Refuse an oversized body unread.

        The attribute `body_limit` of a view overrides the usual limit.
        """
        if is_api(request):
            return None
        limit = getattr(view, "body_limit", settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        try:
            status = refuse_body(request, limit) or _charge_upload(request, view) or _refuse_form(request)
        except (LimitExceeded, LimitsUnavailable) as error:  # of process_view, Django does not answer exceptions
            return self.process_exception(request, error)
        return HttpResponse(render_to_string(_PAGES[status]), status=status) if status else None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return 429 or 503 with Retry-After; None for other errors."""
        if is_api(request):
            return None
        if isinstance(error, LimitExceeded):
            return _render_429(request, error)
        if isinstance(error, LimitsUnavailable) or is_unavailable(error):
            logger.error(describe(error))
            return _render_503(request, error)
        return None


def _charge_upload(request: HttpRequest, view: Any) -> int:
    """Charge the body of a view with a `body_limit`, whatever becomes of it.

    Returns 413 if the caller's limit is too low for it, else 0.
    """
    if request.method != "POST" or not hasattr(view, "body_limit"):
        return 0
    try:
        consume_or_raise(request, "batch", cost_of_body(request))
    except LimitTooLow:
        return 413
    return 0


def _refuse_form(request: HttpRequest) -> int:
    """Return the status that refuses a form, else 0.

    Django would answer 400 for all of them.
    """
    try:
        _ = request.POST
    except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
        return 413
    except (BadRequest, MultiPartParserError, UnreadablePostError):
        return 400
    return 0


def _render_429(request: HttpRequest, error: LimitExceeded) -> HttpResponse:
    """Render a page with the form, to send it again."""
    page = render_to_string("429.html", {"seconds": error.seconds, **_form_sent(request)}, request)
    return HttpResponse(page, status=429, headers={"Retry-After": str(error.seconds)})


def _render_503(request: HttpRequest, error: Exception) -> HttpResponse:
    context = {"model": isinstance(error, ModelUnavailable), "csrf_token": get_token(request), **_form_sent(request)}
    # Without the request, since its user is read from the database, which may be down.
    page = render_to_string("503.html", context)
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def _form_sent(request: HttpRequest) -> dict[str, Any]:
    """Return the fields of a form, for `_send_again.html`; none of a form that may hold a password."""
    # A large body was not read, since it is over the limit.
    upload = refuse_body(request, settings.DATA_UPLOAD_MAX_MEMORY_SIZE) == 413
    names = () if upload or hasattr(request, "sensitive_post_parameters") else request.POST
    fields = [(name, value) for name in names for value in request.POST.getlist(name)]
    return {
        "fields": [field for field in fields if field[0] != "csrfmiddlewaretoken"],
        "files": upload or bool(request.FILES),
        "path": request.path,
    }
