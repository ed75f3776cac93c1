"""Decorators for the pages: private caching, rate limits, body size."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control

from classifier.access.limits import consume_or_raise

View = Callable[..., HttpResponseBase]

personal = cache_control(private=True, no_store=True)


def limited(scope: str, method: str = "POST") -> Callable[[View], View]:
    """Count a view's requests by `method` for a limit, shared with the API."""

    def decorate(view: View) -> View:
        @wraps(view)
        def counted(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
            if method == ("GET" if request.method == "HEAD" else request.method):
                consume_or_raise(request, scope)
            return view(request, *arguments, **named)

        return counted

    return decorate


def back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """Redirect to the page of this site in the form's `next`, else to the page named `otherwise`."""
    address = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(address if ours else resolve_url(otherwise), status=303)


def body_limit(size: int) -> Callable[[View], View]:
    """Allow a view bodies of `size` bytes; fields other than files keep the usual limit."""

    def decorate(view: View) -> View:
        view.body_limit = size  # type: ignore[attr-defined]  # the middleware reads it
        return view

    return decorate
