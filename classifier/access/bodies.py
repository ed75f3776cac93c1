"""Checks of request bodies and of API addresses."""

from collections.abc import Callable
from contextlib import suppress

from django.http import HttpRequest, HttpResponse

MOST_DRAINED = 32 * 2**20  # bytes
_CHUNK = 2**16  # bytes


def is_api(request: HttpRequest) -> bool:
    """Return whether the address belongs to the API."""
    return f"{request.path_info}/".startswith("/api/")


def refuse_body(request: HttpRequest, limit: int) -> int:
    """Return the status that refuses a body's length, or 0.

    411 for an unknown length, 400 for an invalid one, 413 for more than `limit` bytes.
    """
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length:
        return 411 if "HTTP_TRANSFER_ENCODING" in request.META else 0
    if not (length.isascii() and length.isdigit()):
        return 400
    return 413 if len(length) > 18 or int(length) > limit else 0


def drain_bodies(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Read the rest of each body.

    Else servers close the connection, and clients that are still sending see that in place of the response. Of more
    than MOST_DRAINED nothing is read.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not refuse_body(request, MOST_DRAINED):
            with suppress(OSError):  # the client went away
                while request.read(_CHUNK):
                    pass
        return response

    return middleware
