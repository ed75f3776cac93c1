"""Checks of request bodies and of API addresses."""

from django.http import HttpRequest


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
