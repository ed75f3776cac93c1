"""What the pages share: they are nobody else's to keep, and nobody sends more forms than the limits allow."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control

from classifier.access.limits import charge

View = Callable[..., HttpResponseBase]

personal = cache_control(private=True, no_store=True)


def limited(scope: str, method: str = "POST") -> Callable[[View], View]:
    """Let a view's requests by `method` count for a limit, the same as the API's."""

    def decorate(view: View) -> View:
        @wraps(view)
        def counted(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
            if method == ("GET" if request.method == "HEAD" else request.method):
                charge(request, scope)
            return view(request, *arguments, **named)

        return counted

    return decorate


def back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """Send the reader to the page of this site that the form names as `next`, or else to the one of this name."""
    address = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(address if ours else resolve_url(otherwise), status=303)


def body_limit(size: int) -> Callable[[View], View]:
    """Let a view's requests have a body of `size` bytes; what is not a file in it has the usual limit still."""

    def decorate(view: View) -> View:
        view.body_limit = size  # type: ignore[attr-defined]  # read before the view is called
        return view

    return decorate
