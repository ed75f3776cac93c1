"""Rate limits of callers, for pages and API."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

from classifier.access import counters
from classifier.access.allowances import Allowance
from classifier.access.owners import owner_of

BYTES_PER_WORD = 1024  # reading so many costs at most as much as identifying a word


class LimitExceeded(Exception):
    """Error of an exceeded limit; `seconds` until the cost fits."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Wait {seconds} seconds.")
        self.seconds = seconds


class LimitTooLow(Exception):
    """Error of a cost above the whole `limit`: waiting does not help."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"This costs more than your limit of {limit} words a minute.")
        self.limit = limit


def consume(
    request: HttpRequest | Request, scope: str, cost: int = 1, *, paid: int = 0, counter: str = ""
) -> Allowance:
    """Consume `cost` from the caller's limit, less what it `paid`; 0 only reads the limit.

    A named `counter` has the same limit, but counts apart.
    Raises LimitTooLow and LimitsUnavailable.
    """
    name, limit = limit_of(request, scope, cost, counter=counter)
    return counters.consume(name, limit, max(cost - paid, 0))


def limit_of(request: HttpRequest | Request, scope: str, cost: int, *, counter: str = "") -> tuple[str, int]:
    """Return the name of the caller's counter, and the limit; raise LimitTooLow for a higher cost.

    Limits of an API key override those of the settings.
    """
    key_limits = getattr(getattr(request, "auth", None), "limits", {})  # only REST framework's requests have `auth`
    limit = key_limits.get(scope, settings.LIMITS[scope])
    if cost > max(limit, 1):
        raise LimitTooLow(limit)
    return f"{scope}{counter}:{caller_of(request)}", limit


def consume_or_raise(request: HttpRequest, scope: str, cost: int = 1, *, paid: int = 0, counter: str = "") -> None:
    """Consume `cost`; raise LimitExceeded if it does not fit."""
    allowance = consume(request, scope, cost, paid=paid, counter=counter)
    if not allowance.granted:
        raise LimitExceeded(allowance.seconds)


def cost_of_body(request: HttpRequest | Request) -> int:
    """Return the cost of reading the body, in words: 1 at least."""
    length = str(request.META.get("CONTENT_LENGTH") or "0")
    return 1 + (int(length) if length.isdecimal() else 0) // BYTES_PER_WORD


def caller_of(request: HttpRequest | Request) -> str:
    """Return `user:<id>`, `key:<id>` or `address:<address>`."""
    owner = owner_of(request)
    # Visitors count by address: their cookie is too easily thrown away.
    return owner if owner and not owner.startswith("visitor:") else f"address:{address_of(request)}"


def address_of(request: HttpRequest | Request) -> str:
    """Return the caller's IPv4 address or IPv6 /64 network.

    A /64 network is usually one household. In X-Forwarded-For, only the entries of NUM_PROXIES trusted proxies count.
    """
    remote = str(request.META.get("REMOTE_ADDR", ""))
    entries = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    proxies = settings.NUM_PROXIES
    forwarded = entries[-proxies].strip() if 0 < proxies <= len(entries) else ""
    return _network_of(forwarded) or _network_of(remote) or remote


@lru_cache(maxsize=1024)
def _network_of(text: str) -> str:
    """Return an IPv4 address or IPv6 /64 network, else empty."""
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    # A server that listens on [::] sees IPv4 callers as ::ffff:a.b.c.d, all of them in one /64.
    ipv4 = address.ipv4_mapped if isinstance(address, IPv6Address) else address
    return str(ipv4 or ip_network((int(address), 64), strict=False))
