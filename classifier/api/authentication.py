"""Authentication and permissions of the API."""

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
    """Authenticates by `Authorization: Bearer <key>`; refuses any other Authorization."""

    def authenticate(self, request: Request) -> tuple[Any, ApiKey] | None:
        """Return the key, or None without an Authorization header.

        Raises AuthenticationFailed for any other header than that of a valid key.
        """
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
        """Return the scheme; without it, 401 would become 403."""
        return "Bearer"


class SessionOfThisSite(BaseAuthentication):
    """Session authentication; checks Origin in place of a CSRF token."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        """Return the session's user, or None.

        Raises PermissionDenied when another site writes with the caller's cookies.
        """
        django_request = request._request  # noqa: SLF001 - it has the session's user
        if request.method not in {"GET", "HEAD"} and _is_cross_origin(django_request) and owner_of(django_request):
            raise PermissionDenied
        user = getattr(django_request, "user", None)
        return (user, None) if user and user.is_authenticated else None


class MayCall(BasePermission):
    """Permits keys by scope; anonymous callers unless API_ANONYMOUS is off."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return whether the caller may use the method.

        Raises NotAuthenticated for an anonymous caller of a closed API.
        """
        if isinstance(request.auth, ApiKey):
            scope = view.scope_of(request)
            return not scope or scope in request.auth.scopes
        if not settings.API_ANONYMOUS and not request.user.is_authenticated:
            raise NotAuthenticated
        return True


def _is_cross_origin(request: HttpRequest) -> bool:
    origin = request.headers.get("Origin")
    own_origin = f"{request.scheme}://{request.get_host()}"
    return origin is not None and origin != own_origin and origin not in settings.CSRF_TRUSTED_ORIGINS
