"""Says who calls the API, and keeps other sites from calling it with a visitor's cookies."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from classifier.owners import owner_of


class SessionOfThisSite(BaseAuthentication):
    """Accepts the session's user; no CSRF token, since JSON and the Origin header do its work."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        """Return the session's user if there is one; refuse writes that another site makes for it."""
        django_request = request._request  # noqa: SLF001 - its user is the session's
        if request.method not in {"GET", "HEAD"} and _from_another_site(django_request) and owner_of(django_request):
            raise PermissionDenied
        user = getattr(django_request, "user", None)
        return (user, None) if user and user.is_authenticated else None


def _from_another_site(request: HttpRequest) -> bool:
    origin = request.headers.get("Origin")
    own = f"{request.scheme}://{request.get_host()}"
    return origin is not None and origin != own and origin not in settings.CSRF_TRUSTED_ORIGINS
