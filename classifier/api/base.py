"""What all addresses of the API share: who calls, what it costs, and how the query is read."""

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework.exceptions import NotAuthenticated, Throttled, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from classifier.access.counters import WINDOW, Allowance
from classifier.access.limits import spend
from classifier.access.owners import owner_of
from classifier.api.models import ApiKey


class JsonView(APIView):
    """An address that answers JSON; its methods are those that the class defines."""

    http_method_names = ["get", "head", "post", "put", "delete"]
    scopes: ClassVar[Mapping[str, str]] = {}  # method: scope; without one a call is free and needs no permission

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Authenticate, permit and count; keep the body readable for the digest of a request to be stored once."""
        super().initial(request, *args, **kwargs)
        if "Idempotency-Key" in request.headers:
            _ = request._request.body  # noqa: SLF001 - before the parser empties the stream

    def scope_of(self, request: Request) -> str:
        """Return the scope of the request's method."""
        return self.scopes.get("GET" if request.method == "HEAD" else request.method or "", "")

    def check_throttles(self, request: Request) -> None:
        """Count the call; raise Throttled when it is one too many."""
        self.allowance: tuple[str, Allowance] | None = None
        if scope := self.scope_of(request):
            self.spend(request, scope, 1)

    def spend(self, request: Request, scope: str, cost: int) -> None:
        """Count `cost`, a number of calls or of words; raise Throttled when it is too much."""
        allowance = allowance_of(request, scope, cost)
        self.allowance = scope, allowance
        if not allowance.granted:
            raise Throttled(wait=allowance.seconds)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        """Tell what is left, in the fields of the IETF's draft on rate limits."""
        if spent := getattr(self, "allowance", None):
            scope, left = spent
            response["RateLimit-Policy"] = f'"{scope}";q={left.limit};w={WINDOW}'
            response["RateLimit"] = f'"{scope}";r={left.remaining};t={left.seconds}'
        return super().finalize_response(request, response, *args, **kwargs)


def allowance_of(request: Request, scope: str, cost: int = 0) -> Allowance:
    """Take `cost` of the caller's limit in a scope; of nothing, tell what is left."""
    own = request.auth.limits if isinstance(request.auth, ApiKey) else {}
    return spend(request, scope, cost, own)


def require_owner(request: Request) -> str:
    """Return whose history is asked for; raise NotAuthenticated when it is nobody's."""
    owner = owner_of(request)
    if not owner:
        raise NotAuthenticated
    return owner


def query(request: Request) -> dict[str, str]:
    """Return the query's parameters; raise ValidationError when one is given twice."""
    if any(len(values) > 1 for _, values in request.query_params.lists()):
        raise ValidationError("Each parameter may be given once.", code="repeated")
    return request.query_params.dict()


def valid(serializer: Any) -> dict[str, Any]:
    """Return the validated fields; raise ValidationError."""
    serializer.is_valid(raise_exception=True)
    fields: dict[str, Any] = serializer.validated_data
    return fields
