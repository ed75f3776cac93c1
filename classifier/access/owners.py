"""Owners of requests and rows: users, API keys, visitors."""

import hashlib
import secrets

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.request import Request

COOKIE = "visitor"
COOKIE_SECONDS = 365 * 24 * 3600
HISTORY_COOKIE, HISTORY_OFF = "history", "off"
OWNER_DIGITS = 6  # of a name for people, enough to tell visitors apart

_signer = Signer(salt="classifier.owners.visitor")


def owner_of(request: HttpRequest | Request) -> str:
    """Return `user:<id>`, `key:<id>`, `visitor:<hash>`, or an empty string."""
    key = getattr(request, "auth", None)  # only REST framework's requests have it
    if key is not None:
        return str(key.owner)
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return f"user:{user.pk}"
    return visitor_of(request)


def owner_of_get(request: HttpRequest | Request) -> str:
    """Return the owner of rows that a GET stores.

    Empty if a page of another site caused the request: its links carry cookies, but never a key.
    """
    if getattr(request, "auth", None) is None and _is_cross_site(request):
        return ""
    return owner_of(request)


def _is_cross_site(request: HttpRequest | Request) -> bool:
    # "none" is the address bar; programs and old browsers send no header at all.
    return request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"}


def assign_visitor(request: HttpRequest) -> str:
    """Return the owner; an anonymous caller becomes a new visitor.

    `set_visitor_cookie` makes the browser remember it.
    """
    owner = owner_of(request)
    if owner:
        return owner
    request.COOKIES[full_name(COOKIE)] = _signer.sign(secrets.token_urlsafe(24))
    return visitor_of(request)


def set_visitor_cookie(request: HttpRequest, response: HttpResponseBase) -> None:
    """Set the visitor's cookie for another year; users get none."""
    if assign_visitor(request).startswith("visitor:"):
        set_cookie(response, COOKIE, request.COOKIES[full_name(COOKIE)])


def keeps_history(request: HttpRequest | Request) -> bool:
    """Return whether the browser keeps a history; else questions are private."""
    return request.COOKIES.get(full_name(HISTORY_COOKIE)) != HISTORY_OFF


def full_name(cookie: str) -> str:
    """Return the name of a cookie with the prefix of the settings."""
    return f"{settings.COOKIE_PREFIX}{cookie}"


def set_cookie(response: HttpResponseBase, name: str, value: str) -> None:
    """Set a cookie for a year, HttpOnly and SameSite=Lax."""
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(full_name(name), value, max_age=COOKIE_SECONDS, secure=secure, httponly=True, samesite="Lax")


def delete_cookie(response: HttpResponseBase, name: str) -> None:
    """Delete a cookie; browsers take only a secure answer for one with the prefix."""
    response.set_cookie(
        full_name(name), max_age=0, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )


def visitor_of(request: HttpRequest | Request) -> str:
    """Return `visitor:<hash>` by the cookie, or an empty string."""
    try:
        value = _signer.unsign(request.COOKIES.get(full_name(COOKIE), ""))
    except BadSignature:
        return ""
    # Rows hold only a hash, so that a reader of the database cannot pose as the visitor.
    return f"visitor:{hashlib.sha256(value.encode()).hexdigest()}"


def short_owner(owner: str) -> str:
    """Return a name for a caller that tells callers apart."""
    kind, _separator, name = owner.partition(":")
    names = {"user": _("user %(name)s"), "key": _("API key %(name)s"), "visitor": _("visitor %(name)s")}
    return names[kind] % {"name": name[:OWNER_DIGITS]} if owner else _("nobody")
