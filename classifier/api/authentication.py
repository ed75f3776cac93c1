"""Says who calls the API and what the caller may do, and keeps other sites from using a visitor's cookies."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from classifier.access.owners import owner_of
from classifier.api.models import ApiKey


class BearerKey(BaseAuthentication):
    """Accepts `Authorization: Bearer <key>`; any other Authorization is refused, not ignored."""

    def authenticate(self, request: Request) -> tuple[Any, ApiKey] | None:
        """Return the key; None without an Authorization header. Raises AuthenticationFailed."""
        header = request.headers.get("Authorization")
        if header is None:
            return None
        scheme, _separator, text = header.partition(" ")
        key = ApiKey.find(text.strip()) if scheme.lower() == "bearer" else None
        if key is None:
            raise AuthenticationFailed
        key.note_use()
        return AnonymousUser(), key

    def authenticate_header(self, request: Request) -> str:
        """Return the scheme to use; with it REST framework answers 401 and not 403."""
        return "Bearer"


class SessionOfThisSite(BaseAuthentication):
    """Accepts the session's user; no CSRF token, since JSON and the Origin header do its work."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        """Return the session's user if there is one; refuse writes that another site makes for it."""
        django_request = request._request  # noqa: SLF001 - its user is the session's
        if request.method not in {"GET", "HEAD"} and _from_another_site(django_request) and owner_of(django_request):
            raise PermissionDenied
        user = getattr(django_request, "user", None)
        return (user, None) if user and user.is_authenticated else None


class MayCall(BasePermission):
    """Lets everybody in unless API_ANONYMOUS is off, and keys only where their scopes reach."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return whether the caller may use the view's method."""
        if isinstance(request.auth, ApiKey):
            scope = view.scope_of(request)
            return not scope or scope in request.auth.scopes
        if not settings.API_ANONYMOUS and not request.user.is_authenticated:
            raise NotAuthenticated
        return True


def _from_another_site(request: HttpRequest) -> bool:
    origin = request.headers.get("Origin")
    own = f"{request.scheme}://{request.get_host()}"
    return origin is not None and origin != own and origin not in settings.CSRF_TRUSTED_ORIGINS
