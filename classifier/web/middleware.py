"""Error pages: oversized forms (413), limits (429), transient errors (503)."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import Error
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.middleware.csrf import get_token
from django.template.loader import render_to_string

from classifier.access.allowances import LimitsUnavailable
from classifier.access.bodies import is_api, refuse_body
from classifier.access.limits import LimitExceeded, LimitTooLow, consume_or_raise, cost_of_body
from classifier.services.errors import RETRY_AFTER_SECONDS, describe, is_unavailable
from classifier.services.registry import ModelUnavailable

MOST_UNPAID = 100_000  # bytes of a form that an error page keeps although the caller's limit does not cover it
_FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
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
        """Charge a form, and refuse an oversized one unread.

        The attribute `body_limit` of a view overrides the usual limit; `post_scope` names the limit that it consumes.
        """
        if is_api(request):
            return None
        limit = getattr(view, "body_limit", settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        try:
            status = refuse_body(request, limit) or _charge_form(request, view) or _refuse_form(request)
        except (LimitExceeded, LimitsUnavailable, Error) as error:  # of process_view, Django answers no exceptions
            # A form of a view without `post_scope` may hold a password, which no page repeats.
            response = _answer(request, error, MOST_UNPAID if hasattr(view, "post_scope") else 0)
            if response is None:
                raise
            return response
        return HttpResponse(render_to_string(_PAGES[status]), status=status) if status else None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return 429 or 503 with Retry-After; None for other errors."""
        return None if is_api(request) else _answer(request, error, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def _charge_form(request: HttpRequest, view: Any) -> int:
    """Charge a form by its size, whatever becomes of it.

    Returns 413 if the caller's limit is too low for it, else 0.
    """
    scope, cost = getattr(view, "post_scope", ""), cost_of_body(request)
    if request.method != "POST" or not (scope or cost > 1):  # a small form without a limit is as cheap as a page
        return 0
    try:
        # Without a limit of its own counted apart, so that the login stays open to whoever has used up its words.
        consume_or_raise(request, scope or "single", cost, counter="" if scope else "-forms")
    except LimitTooLow:
        return 413
    return 0


def _refuse_form(request: HttpRequest) -> int:
    """Return the status that refuses a form, else 0.

    Django would answer 400 for all of them, and ignore a body that is no form.
    """
    if request.method == "POST" and request.content_type not in _FORMS and int(request.META.get("CONTENT_LENGTH") or 0):
        return 400
    try:
        _ = request.POST
    except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
        return 413
    except (BadRequest, MultiPartParserError, UnreadablePostError):
        return 400
    return 0


def _answer(request: HttpRequest, error: Exception, most_kept: int) -> HttpResponse | None:
    """Return 429 or 503 with a form of at most so many bytes; None for other errors."""
    if isinstance(error, LimitExceeded):
        return _render_429(request, error, _form_sent(request, most_kept))
    if isinstance(error, LimitsUnavailable) or is_unavailable(error):
        logger.error(describe(error))
        return _render_503(request, error, _form_sent(request, most_kept))
    return None


def _render_429(request: HttpRequest, error: LimitExceeded, form: dict[str, Any]) -> HttpResponse:
    """Render a page with the form, to send it again."""
    page = render_to_string("429.html", {"seconds": error.seconds, **form}, request)
    return HttpResponse(page, status=429, headers={"Retry-After": str(error.seconds)})


def _render_503(request: HttpRequest, error: Exception, form: dict[str, Any]) -> HttpResponse:
    context = {"model": isinstance(error, ModelUnavailable), "csrf_token": get_token(request), **form}
    # Without the request, since its user is read from the database, which may be down.
    page = render_to_string("503.html", context)
    return HttpResponse(page, status=503, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def _form_sent(request: HttpRequest, most_kept: int) -> dict[str, Any]:
    """Return the fields of a form, for `_send_again.html`; none of a form that may hold a password."""
    # A larger body may not be read: the limit does not cover it.
    unread = bool(refuse_body(request, most_kept) or _refuse_form(request))
    names = () if unread or hasattr(request, "sensitive_post_parameters") else request.POST
    fields = [(name, value) for name in names for value in request.POST.getlist(name)]
    return {
        "fields": [field for field in fields if field[0] != "csrfmiddlewaretoken"],
        "files": unread or bool(request.FILES),
        "path": request.get_full_path(),
    }
