"""Says who is counted and how much a minute each may ask for, on the pages and in the API together."""

from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address, ip_network

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
    """Return the caller's address; for IPv6 its /64 network, usually one household.

    Of X-Forwarded-For, only the entries of NUM_PROXIES trusted proxies count.
    """
    remote = str(request.META.get("REMOTE_ADDR", ""))
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    proxies = settings.NUM_PROXIES
    sent = forwarded[-proxies].strip() if 0 < proxies <= len(forwarded) else ""
    return _network_of(sent) or _network_of(remote) or remote


def _network_of(text: str) -> str:
    """Return an IPv4 address or an IPv6 /64 network; empty if `text` is no address."""
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    # A server that listens on [::] sees IPv4 callers as ::ffff:a.b.c.d, all of them in one /64.
    ipv4 = address.ipv4_mapped if isinstance(address, IPv6Address) else address
    return str(ipv4 or ip_network((int(address), 64), strict=False))
