"""Health checks: liveness and readiness."""

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

CHECK_SECONDS = 1  # a process writes at most this often, however many ask
OK = "ok"

logger = logging.getLogger(__name__)
_lock = threading.Lock()
_last_check: tuple[float, str] = (float("-inf"), "")


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """Answer 200 while the process is alive."""
    return JsonResponse({"status": OK})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 if able to store and answer, else 503.

    It can if a row can be committed, and the default model is loaded and verified.
    """
    parts = {
        "database": _check_database(),
        "model": _check(lambda: registry.current().get(), registry.ModelUnavailable),
    }
    is_ready = set(parts.values()) == {OK}
    return JsonResponse({"status": OK if is_ready else "unavailable", **parts}, status=200 if is_ready else 503)


def _check_database() -> str:
    """Return the last status; check again after CHECK_SECONDS."""
    global _last_check  # noqa: PLW0603 - shared by all requests of the process
    with _lock:
        if time.monotonic() - _last_check[0] > CHECK_SECONDS:
            status = _check(Heartbeat.beat, DatabaseError)
            _last_check = time.monotonic(), status
        return _last_check[1]


def _check(part: Callable[[], object], error_type: type[Exception]) -> str:
    try:
        part()
    except error_type as error:
        logger.error("Not ready: %s: %s", type(error).__name__, error)
        return "unavailable"
    return OK
