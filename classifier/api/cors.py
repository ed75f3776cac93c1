"""Lets pages of other sites call the API from the browser, if CORS_ORIGINS lists them; cookies never come along."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

ALLOWED_METHODS = "GET, HEAD, POST, PUT, DELETE"
ALLOWED_HEADERS = "Authorization, Content-Type, Idempotency-Key"
SHOWN_HEADERS = "Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-ID"
PREFLIGHT_SECONDS = 3600


def cors(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer preflight requests of the sites listed, and mark answers as theirs to read."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not settings.CORS_ORIGINS or not request.path_info.startswith("/api/"):
            return get_response(request)
        listed = request.headers.get("Origin") in settings.CORS_ORIGINS
        preflight = listed and request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        response = _allow() if preflight else get_response(request)
        patch_vary_headers(response, ["Origin"])
        if listed:
            response["Access-Control-Allow-Origin"] = request.headers["Origin"]
            response["Access-Control-Expose-Headers"] = SHOWN_HEADERS
        return response

    return middleware


def _allow() -> HttpResponse:
    headers = {
        "Access-Control-Allow-Methods": ALLOWED_METHODS,
        "Access-Control-Allow-Headers": ALLOWED_HEADERS,
        "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
    }
    return HttpResponse(status=204, headers=headers)
