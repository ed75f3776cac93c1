"""Response headers: the request's id and the permissions policy."""

from collections.abc import Callable
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

from classifier.access.logs import request_id

_POLICY = ", ".join(f"{feature}=()" for feature in ("camera", "geolocation", "microphone", "payment", "usb"))


def permissions_policy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Add the header that denies pages all device features."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers["Permissions-Policy"] = _POLICY
        return response

    return middleware


def request_ids(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Add an id to each request's response and log lines."""

    def middleware(request: HttpRequest) -> HttpResponse:
        new_id = uuid4().hex
        request_id.set(new_id)  # never reset: the server logs after the response
        response = get_response(request)
        response.headers["X-Request-ID"] = new_id
        return response

    return middleware
