"""API middleware: checks of headers, problems in place of pages."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from classifier.access.bodies import is_api, refuse_body
from classifier.api.problems import CONTENT_TYPE, problem


class ApiProtocol:
    """Answers errors below /api/ as problems; must come early."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Replace error pages below /api/ by problems; keep headers."""
        response = self.get_response(request)
        return complete(request, response) if is_api(request) else response

    # In process_view, not in __call__, so that a refusal gets the security headers, too.
    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Refuse a request by its headers, before reading it."""
        if not is_api(request):
            return None
        translation.activate("en")  # programs read these texts
        status = refuse_body(request, settings.DATA_UPLOAD_MAX_MEMORY_SIZE) or _refuse_encoding(request)
        return problem(request, status) if status else None


def complete(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return the response with the headers of the API, and with a problem in place of an error page."""
    response.headers.setdefault("Cache-Control", "private, no-store")
    response.headers.setdefault("Content-Language", "en")
    if response.status_code >= 400 and response.get("Content-Type") != CONTENT_TYPE:
        response.content = problem(request, response.status_code).content
        response["Content-Type"] = CONTENT_TYPE
        response["Content-Language"] = "en"
        response["Content-Length"] = str(len(response.content))
    return response


def _refuse_encoding(request: HttpRequest) -> int:
    """Return the status that refuses the encoding, or 0."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        return 415
    if (request.content_params or {}).get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
        return 415
    try:
        unquote_to_bytes(request.META.get("QUERY_STRING", "")).decode()
    except UnicodeError:
        return 400
    return 0
