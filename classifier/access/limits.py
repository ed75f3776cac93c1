"""Says who is counted and how much a minute each may ask for, on the pages and in the API together."""

from collections.abc import Mapping
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

from classifier.access import counters
from classifier.access.owners import owner_of


def spend(
    request: HttpRequest | Request, scope: str, cost: int = 1, own: Mapping[str, int] | None = None
) -> counters.Allowance:
    """Take `cost` of the caller's limit in a scope; of nothing, tell what is left. `own` limits come first."""
    limit = (own or {}).get(scope, settings.LIMITS[scope])
    return counters.take(settings.LIMITS_FILE, f"{scope}:{caller_of(request)}", limit, cost)


class LimitExceeded(Exception):
    """That is more than somebody may ask for in a minute."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Wait {seconds} seconds.")
        self.seconds = seconds


def charge(request: HttpRequest, scope: str, cost: int = 1) -> None:
    """Take `cost` of the caller's limit in a scope; raise LimitExceeded when it is too much."""
    allowance = spend(request, scope, cost)
    if not allowance.granted:
        raise LimitExceeded(allowance.seconds)


def caller_of(request: HttpRequest | Request) -> str:
    """Return who is counted: a user, a key, else an address; a cookie is too easily thrown away."""
    owner = owner_of(request)
    return owner if owner and not owner.startswith("visitor:") else f"address:{address_of(request)}"


def address_of(request: HttpRequest | Request) -> str:
    """Return the caller's address as NUM_PROXIES trusted proxies say; of IPv6, the network of a household."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    proxies = settings.NUM_PROXIES
    said = forwarded[-proxies].strip() if 0 < proxies <= len(forwarded) else ""
    try:
        address = ip_address(said or request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return str(request.META.get("REMOTE_ADDR", ""))
    return str(address) if address.version == 4 else str(ip_network((int(address), 64), strict=False))
