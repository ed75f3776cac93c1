"""Base of the API's views: limits, owners, validation."""

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page
from rest_framework.exceptions import NotAuthenticated, Throttled, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from classifier.access.allowances import WINDOW, Allowance
from classifier.access.limits import consume, cost_of_body
from classifier.access.owners import owner_of
from classifier.api.problems import InvalidQuery

View = Callable[..., HttpResponseBase]


class JsonView(APIView):
    """Base of the views that answer JSON."""

    http_method_names = ["get", "head", "post", "put", "delete", "options"]
    scopes: ClassVar[Mapping[str, str]] = {}  # by method; one without a scope is free and needs no permission
    queries: ClassVar[Collection[str]] = ()  # methods with parameters; the others refuse a query

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate, check permission and limit; keep the body for idempotency.

        Raises ValidationError for a query or body that the method does not take.
        """
        super().initial(request, *args, **kwargs)
        if request.method in self.allowed_methods:  # others get 405, whatever they carry
            _refuse_ignored(request, self.queries)
        if "Idempotency-Key" in request.headers:
            _ = request._request.body  # noqa: SLF001 - hashed after the parser has emptied the stream

    # Not a Response, since the renderers of files render none.
    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """Name the methods of this address, in Allow."""
        return HttpResponse(status=204)

    def scope_of(self, request: Request) -> str:
        """Return the scope of the request's method."""
        return self.scopes.get("GET" if request.method == "HEAD" else request.method or "", "")

    def check_throttles(self, request: Request) -> None:
        """Charge the call and its body, before reading it."""
        self.allowance: tuple[str, Allowance] | None = None
        self.paid = 0
        if self.scope_of(request):
            self.charge(request, cost_of_body(request))

    def charge(self, request: Request, cost: int) -> None:
        """Charge the request `cost` in all; raise Throttled or LimitTooLow."""
        if cost <= self.paid:
            return
        scope = self.scope_of(request)
        allowance = consume(request, scope, cost, paid=self.paid)
        self.allowance, self.paid = (scope, allowance), cost
        if not allowance.granted:
            raise Throttled(wait=allowance.seconds)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        """Add the headers of the IETF's draft on rate limits."""
        if consumption := getattr(self, "allowance", None):
            add_limit_headers(response, *consumption)
        return super().finalize_response(request, response, *args, **kwargs)


def add_limit_headers(response: HttpResponseBase, scope: str, allowance: Allowance) -> None:
    """Add the headers of the IETF's draft on rate limits."""
    response["RateLimit-Policy"] = f'"{scope}";q={allowance.limit};w={WINDOW}'
    response["RateLimit"] = f'"{scope}";r={allowance.remaining};t={allowance.seconds}'


def _refuse_ignored(request: Request, queries: Collection[str]) -> None:
    """Raise ValidationError for input that would be ignored."""
    if request.query_params and request.method not in queries:
        raise InvalidQuery("This method takes no parameters here.", code="unexpected_query")
    if request.method in {"GET", "HEAD", "DELETE"} and request.META.get("CONTENT_LENGTH") not in {None, "", "0"}:
        raise ValidationError("This method takes no body.", code="unexpected_body")


def revalidated(view: View) -> View:
    """Let clients keep an answer, and ask by its ETag whether it is still valid."""
    return cache_control(private=True, no_cache=True)(conditional_page(view))


def require_owner(request: Request) -> str:
    """Return the caller's owner; raise NotAuthenticated without one."""
    owner = owner_of(request)
    if not owner:
        raise NotAuthenticated
    return owner


def query_params(request: Request) -> dict[str, str]:
    """Return the query parameters; raise InvalidQuery if one is repeated."""
    if any(len(values) > 1 for _, values in request.query_params.lists()):
        raise InvalidQuery("Each parameter may be given once.", code="repeated")
    return request.query_params.dict()


def next_page(request: Request, cursor: str) -> str | None:
    """Return the address of the next page; None without a cursor."""
    if not cursor:
        return None
    parameters = request.query_params.copy()
    parameters["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{parameters.urlencode()}")


def validate_query(request: Request, serializer: type[Serializer[Any]]) -> dict[str, Any]:
    """Return the validated query parameters; raise InvalidQuery if there are errors."""
    try:
        return validate(serializer, query_params(request))
    except ValidationError as error:
        raise InvalidQuery(error.detail) from error


def validate(serializer: type[Serializer[Any]], data: object) -> dict[str, Any]:
    """Return the validated fields; raise ValidationError if there are errors."""
    if data is None:
        raise ValidationError({api_settings.NON_FIELD_ERRORS_KEY: "No data provided."}, code="null")
    fields: dict[str, Any] = _serializer(serializer).run_validation(data)
    return fields


@cache
def _serializer(serializer: type[Serializer[Any]]) -> Serializer[Any]:
    """Return one instance for all requests: to copy its fields takes longer than to validate."""
    return serializer()
