"""Health checks: liveness and readiness."""

import logging
import pkgutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

from django.apps import apps
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from classifier.access.allowances import LimitsUnavailable
from classifier.access.counters import consume
from classifier.api.models import Heartbeat
from classifier.services import registry
from classifier.services.errors import describe

CHECK_SECONDS = 1  # a process checks at most this often, however many ask
OK, UNAVAILABLE = "ok", "unavailable"
STYLE = "site.css"  # stands for all static files

logger = logging.getLogger(__name__)
_lock = threading.Lock()
_last_check: tuple[float, dict[str, str]] = (float("-inf"), {})


@never_cache
@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """Answer 200 while the process is alive."""
    return JsonResponse({"status": OK})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 if able to answer and store whatever is asked, else 503."""
    parts = _check_parts()
    is_ready = set(parts.values()) == {OK}
    return JsonResponse({"status": OK if is_ready else UNAVAILABLE, **parts}, status=200 if is_ready else 503)


def _check_parts() -> dict[str, str]:
    """Return the last status of each part; check again after CHECK_SECONDS."""
    global _last_check  # noqa: PLW0603 - shared by all requests of the process
    with _lock:
        if time.monotonic() - _last_check[0] > CHECK_SECONDS:
            parts = {name: _check(part) for name, part in PARTS.items()}
            _last_check = time.monotonic(), parts
        return _last_check[1]


def _check(part: Callable[[], object]) -> str:
    try:
        part()
    except (Error, ImproperlyConfigured, LimitsUnavailable, registry.ModelUnavailable) as error:
        logger.error("Not ready: %s", describe(error))
        return UNAVAILABLE
    return OK


def check_database() -> None:
    """Commit a row; raise OperationalError for migrations to apply."""
    Heartbeat.beat()
    if missing := _migrations() - MigrationRecorder(connection).applied_migrations().keys():
        names = ", ".join(sorted(".".join(migration) for migration in missing))
        raise OperationalError(f"Run `manage.py migrate` for {names}.")


def _migrations() -> set[tuple[str, str]]:
    """Return application and name of all migrations, without importing them."""
    return {
        (application.label, module.name)
        for application in apps.get_app_configs()
        for module in pkgutil.iter_modules([str(Path(application.path) / "migrations")])
    }


def check_models() -> None:
    """Load all listed models; raise ModelUnavailable."""
    serving = registry.current()
    for name in serving.names or ("",):
        serving.get(name)


def check_limits() -> None:
    """Read a counter; raise LimitsUnavailable."""
    consume("", limit=1, cost=0)


def check_static_files() -> None:
    """Raise ImproperlyConfigured unless `collectstatic` ran before this process began."""
    hashed = getattr(staticfiles_storage, "hashed_files", None)
    if hashed is not None and STYLE not in hashed:
        raise ImproperlyConfigured("Run `manage.py collectstatic`, and restart a server that runs already.")


PARTS: dict[str, Callable[[], None]] = {
    "database": check_database,
    "models": check_models,
    "limits": check_limits,
    "static": check_static_files,
}
