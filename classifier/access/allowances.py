"""The sliding minute of a limit, as both counters keep it.

A counter has one number for every two seconds. Their sum is the use of the last 60 to 62 seconds, so that a limit is
never exceeded and at least 96 % of it can be used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hmac import HMAC

from django.conf import settings
from django.utils.crypto import salted_hmac

WINDOW = 60  # seconds
STEP = 2  # seconds of one number
COUNTERS = WINDOW // STEP + 1  # one more, since the newest is not full yet


class LimitsUnavailable(Exception):
    """Error of an unusable counter: nothing is granted without limits."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """State of a limit after a call."""

    limit: int  # a minute
    remaining: int
    seconds: int  # until more is free; if refused, until the cost is
    granted: bool = True


def digest_of(name: str) -> bytes:
    """Return 16 bytes for a name, so that nobody can choose them and no caller is stored."""
    code = _message_code(settings.SECRET_KEY).copy()
    code.update(name.encode())
    return code.digest()[:16]


@lru_cache(maxsize=1)
def _message_code(secret: str) -> HMAC:
    """Return the code of an empty message: to derive its key takes longer than to copy it."""
    return salted_hmac("classifier.access.counters", b"", secret, algorithm="sha256")


def seconds_until_free(counts: Sequence[int], latest: int, now: float, needed: int) -> int:
    """Return the seconds until `needed` of the counts expire.

    The first count is that of the step `latest`, each other that of the step before.
    """
    for age in range(len(counts) - 1, -1, -1):
        needed -= counts[age]
        if needed <= 0:
            return max(1, (latest - age + COUNTERS) * STEP - int(now // 1))
    return WINDOW
