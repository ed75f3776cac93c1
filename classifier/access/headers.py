"""Adds headers: the id of the request, and the one for security that neither Django nor django-csp knows."""

from collections.abc import Callable
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

from classifier.access.logs import request_id

_POLICY = ", ".join(f"{feature}=()" for feature in ("camera", "geolocation", "microphone", "payment", "usb"))


def permissions_policy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Forbid the pages every device feature; they need none."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers["Permissions-Policy"] = _POLICY
        return response

    return middleware


def request_ids(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Give each request an id of ours, which its answer and its lines in the log carry."""

    def middleware(request: HttpRequest) -> HttpResponse:
        name = uuid4().hex
        request_id.set(name)  # and stays set: the server logs when we are done
        response = get_response(request)
        response.headers["X-Request-ID"] = name
        return response

    return middleware
