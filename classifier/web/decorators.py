"""Decorators of page views, and helpers: caching, known fields, rate limits, body size."""

from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from classifier.access.limits import LimitTooLow, consume_or_raise, cost_of_body
from classifier.web.forms import WordForm

View = Callable[..., HttpResponseBase]

no_store = cache_control(private=True, no_store=True)


def rate_limit(scope: str, method: str = "POST") -> Callable[[View], View]:
    """Consume from a limit for each request by `method`: one for GET, for POST what its body costs.

    HEAD counts as GET. The API consumes the same limits.
    """

    def decorate(view: View) -> View:
        if method == "POST":
            view.post_scope = scope  # type: ignore[attr-defined]  # the middleware charges before it reads the body
            return view

        @wraps(view)
        def limited_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method in {"GET", "HEAD"}:
                consume_or_raise(request, scope)
            return view(request, *args, **kwargs)

        return limited_view

    return decorate


def takes(*fields: str, query: Collection[str] | None = None) -> Callable[[View], View]:
    """Refuse other fields of a form, and other or repeated parameters.

    Without `query` a POST has no parameters, and those of a GET are ignored: links carry marks of other sites.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def checked_view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if query is not None or request.method == "POST":
                _refuse_ignored(request, fields, query or ())
            return view(request, *args, **kwargs)

        return checked_view

    return decorate


def _refuse_ignored(request: HttpRequest, fields: Collection[str], query: Collection[str]) -> None:
    """Raise BadRequest for input that would be ignored."""
    if (request.POST.keys() | request.FILES.keys()) - {*fields, "csrfmiddlewaretoken"}:
        raise BadRequest("The form has an unknown field.")
    if request.GET.keys() - set(query) or any(len(values) > 1 for _name, values in request.GET.lists()):
        raise BadRequest("The address has an unknown parameter, or the same twice.")


def charge(request: HttpRequest, form: WordForm, scope: str) -> bool:
    """Charge a valid form its cost; return whether the caller's limit is high enough.

    If not, the form has an error. Raises LimitExceeded.
    """
    paid = cost_of_body(request) if request.method == "POST" else 1
    try:
        consume_or_raise(request, scope, form.cost, paid=paid)
    except LimitTooLow as error:
        message = _("These words, for each model you chose, are more than your limit of %(limit)d a minute.")
        form.add_error(form.input, message % {"limit": error.limit})
        return False
    return True


def body_limit(size: int) -> Callable[[View], View]:
    """Allow a view bodies of `size` bytes.

    Fields other than files keep the usual limit.
    """

    def decorate(view: View) -> View:
        view.body_limit = size  # type: ignore[attr-defined]  # the middleware reads it
        return view

    return decorate


def redirect_back(request: HttpRequest, default: str) -> HttpResponseRedirect:
    """Redirect to the form's `next`, else to the page `default`.

    Addresses of other sites are ignored.
    """
    address = request.POST.get("next", "")
    local = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(address if local else resolve_url(default), status=303)
