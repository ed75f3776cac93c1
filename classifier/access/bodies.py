"""Size checks of request bodies, and the addresses that belong to the API."""

from django.http import HttpRequest


def is_api(request: HttpRequest) -> bool:
    """Return whether the address belongs to the API, which answers its own errors."""
    return f"{request.path_info}/".startswith("/api/")


def refuse_body(request: HttpRequest, limit: int) -> int:
    """Return the status that refuses a body of unknown, invalid or excessive length (bytes), else 0."""
    length = request.META.get("CONTENT_LENGTH") or ""
    if not length:
        return 411 if "HTTP_TRANSFER_ENCODING" in request.META else 0
    if not (length.isascii() and length.isdigit()):
        return 400
    return 413 if len(length) > 18 or int(length) > limit else 0
