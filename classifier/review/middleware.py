"""Answers hostile queries of the admin with 400, not 500."""

import logging
from collections.abc import Callable
from itertools import chain
from typing import Any

from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import BadRequest
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.views.defaults import bad_request

from classifier.access.headers import route_of

# What the admin raises for values that no form has checked: numbers out of range, other types, deep JSON.
_ERRORS = (ValueError, OverflowError, RecursionError, DataError)

logger = logging.getLogger(__name__)


class AdminErrors:
    """Refuses queries that the admin passes to the database unchecked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the response of the next middleware."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Refuse NUL in any value, and regular expressions, which may take hours."""
        if not _is_admin(request):
            return None
        fields = chain(request.GET.lists(), request.POST.lists())
        values = chain.from_iterable(
            values for name, values in fields if name != SEARCH_VAR
        )  # the search checks its own
        if any("\0" in value for value in values) or any(name.endswith("regex") for name in request.GET):
            return _refuse(request)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer 400 for a value that the database cannot compare; None for other errors."""
        if not (_is_django_s(request) and isinstance(error, _ERRORS)):
            return None
        logger.warning("Refused a query of the admin: %s", type(error).__name__)
        return _refuse(request)


def _is_admin(request: HttpRequest) -> bool:
    """Return whether the page is of the admin; the cards of reviewers check their own values."""
    route = route_of(request)
    return route.startswith("admin/") and not route.startswith("admin/review/")


def _is_django_s(request: HttpRequest) -> bool:
    """Return whether the page is Django's own; in ours such an error is a fault of the program."""
    return request.resolver_match is not None and request.resolver_match.namespace == "admin"


def _refuse(request: HttpRequest) -> HttpResponse:
    return bad_request(request, BadRequest())
