"""Tells whoever runs the service whether this process lives, and whether it can answer."""

import logging
import threading
import time
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from classifier.api.models import Heartbeat
from classifier.services import registry

SECONDS_TO_TRUST = 1  # so often at most a process writes for those who ask
OK = "ok"

logger = logging.getLogger(__name__)
_lock = threading.Lock()
_last: tuple[float, str] = (float("-inf"), "")


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """Answer: the process is alive."""
    return JsonResponse({"status": OK})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 if a row can be committed and the default model is loaded and verified, else 503."""
    parts = {"database": _database(), "model": _check(lambda: registry.current().get(), registry.ModelUnavailable)}
    well = set(parts.values()) == {OK}
    return JsonResponse({"status": OK if well else "unavailable", **parts}, status=200 if well else 503)


def _database() -> str:
    """Return what the last write said, if that is not long ago, else write."""
    global _last  # noqa: PLW0603 - one memory for the process
    with _lock:
        if time.monotonic() - _last[0] > SECONDS_TO_TRUST:
            said = _check(Heartbeat.beat, DatabaseError)
            _last = time.monotonic(), said
        return _last[1]


def _check(part: Callable[[], object], error_type: type[Exception]) -> str:
    try:
        part()
    except error_type as error:
        logger.error("Not ready: %s: %s", type(error).__name__, error)
        return "unavailable"
    return OK
