"""Response headers: the request's id and the permissions policy; a log line for each request."""

import logging
import time
from collections.abc import Callable, Sequence
from functools import cache
from random import getrandbits
from typing import Any

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware

from classifier.access.logs import request_id

logger = logging.getLogger(__name__)
_POLICY = ", ".join(f"{feature}=()" for feature in ("camera", "geolocation", "microphone", "payment", "usb"))


def permissions_policy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Add the header that denies pages all device features."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers["Permissions-Policy"] = _POLICY
        return response

    return middleware


class ContentPolicy(CSPMiddleware):
    """Adds the content security policy; that of the settings is built only once."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Add the header, for a view with changes of its own as the library does."""
        if any(name.startswith("_csp") for name in vars(response)):
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, _content_policy())
        return response


@cache
def _content_policy() -> str:
    return build_policy()


def request_ids(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Add an id to each request's response and log lines; log the request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        begin_request()
        response = get_response(request)
        end_request(request, response, time.perf_counter() - start)
        return response

    return middleware


def begin_request() -> None:
    """Give the request an id."""
    # It is no secret; uuid4 would ask the system, and another thread take over. Never reset: the server logs later.
    request_id.set(f"{getrandbits(128):032x}")


def end_request(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """Add the id to the response; log the request, which took `seconds`."""
    response.headers["X-Request-ID"] = request_id.get()
    _log(request, response, seconds)


def security_headers(request: HttpRequest) -> Sequence[tuple[str, str]]:
    """Return what the middleware below adds to a response; computed once for HTTP and HTTPS."""
    is_secure = request.is_secure()
    if is_secure not in _security_headers:
        handler: Any = lambda _request: HttpResponse(headers={"Content-Type": ""})  # noqa: E731
        for middleware in (permissions_policy, ContentPolicy, XFrameOptionsMiddleware, SecurityMiddleware):
            handler = middleware(handler)
        _security_headers[is_secure] = [(name, value) for name, value in handler(request).items() if value]
    return _security_headers[is_secure]


_security_headers: dict[bool, Sequence[tuple[str, str]]] = {}


def route_of(request: HttpRequest) -> str:
    """Return the pattern of the address: it holds no words, as paths may."""
    return request.resolver_match.route if request.resolver_match else "unknown"


def _log(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    fields = {
        "method": request.method,
        "route": route_of(request),
        "status": response.status_code,
        "ms": round(1000 * seconds),
    }
    logger.info("%(method)s %(route)s %(status)d, %(ms)d ms", fields, extra={"fields": fields})
