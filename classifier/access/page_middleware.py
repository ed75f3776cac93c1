"""Django's middleware of pages, skipped for API calls without cookies.

Such a call has no session, no user and no form, and is answered in English. The skipped middleware took 8 % of its time
in the process.
"""

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils.deprecation import MiddlewareMixin

from classifier.access.bodies import is_api


class _OfPages(MiddlewareMixin):
    def __call__(self, request: HttpRequest) -> Any:
        if is_api(request) and not request.META.get("HTTP_COOKIE"):
            return self.get_response(request)
        return super().__call__(request)


class Sessions(_OfPages, SessionMiddleware):
    """Reads and stores the session."""


class Locale(_OfPages, LocaleMiddleware):
    """Chooses the language of texts."""


class Authentication(_OfPages, AuthenticationMiddleware):
    """Adds the session's user."""


class Messages(_OfPages, MessageMiddleware):
    """Keeps messages for the next page."""
