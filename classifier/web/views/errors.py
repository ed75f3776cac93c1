"""Error pages, with the reader's name unless the database is away."""

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the page of a request that makes no sense."""
    return _page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the page of a forbidden address."""
    return _page(request, 403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Return the page of an unknown address."""
    return _page(request, 404)


def _page(request: HttpRequest, status: int) -> HttpResponse:
    try:
        page = render_to_string(f"{status}.html", request=request)
    except Error:  # the reader's name and news are in the database
        page = render_to_string(f"{status}.html")
    return HttpResponse(page, status=status)
