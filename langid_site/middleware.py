"""Adds the one security header that neither Django nor django-csp knows."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

_POLICY = ", ".join(f"{feature}=()" for feature in ("camera", "geolocation", "microphone", "payment", "usb"))


def permissions_policy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Forbid the pages every device feature; they need none."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers["Permissions-Policy"] = _POLICY
        return response

    return middleware
