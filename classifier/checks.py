"""System checks: models, SQLite, deployment."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register  # noqa: A004 - Django's name
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from classifier.api.health import check_static_files
from classifier.ml.artifacts import ACTIVE_FILE, BadVersion, read_active, verify_all
from classifier.services import loading

SAFE_SQLITE = (3, 51, 3)


# Warnings, since an error would stop migrate and train, the commands that repair it.
# `check --tag models --fail-level WARNING` fails on them.
@register("models")
def check_models(**_: Any) -> list[CheckMessage]:
    """Warn of missing and unsound model versions."""
    hint = f"Restore {settings.MODEL_DIRS[0].name}/ from version control or run `manage.py train`."
    versions = read_active(settings.MODEL_DIRS[0])
    if not versions:
        problem = f"{settings.MODEL_DIRS[0] / ACTIVE_FILE} is missing, malformed or empty."
        return [Warning(problem, hint=hint, id="classifier.W001")]
    problems = (problem for name, version in versions.items() for problem in _problems(name, version))
    return [Warning(problem, hint=hint, id="classifier.W002") for problem in problems]


def _problems(name: str, version: str) -> Iterator[str]:
    folders = [folder for folder in loading.folders(name, version) if folder.is_dir()]
    if not folders:
        yield f"The files of {name} {version} are missing."
    for folder in folders:
        try:
            verify_all(folder)
        except BadVersion as error:
            yield str(error)


@register("database")
def check_sqlite(**_: Any) -> list[CheckMessage]:
    """Warn of a SQLite version that can corrupt the database."""
    if connection.vendor != "sqlite":
        return []
    from sqlite3 import sqlite_version, sqlite_version_info  # the one that Django uses

    if sqlite_version_info >= SAFE_SQLITE:
        return []
    safe = ".".join(map(str, SAFE_SQLITE))
    message = f"SQLite {sqlite_version} has a bug that can corrupt the database."
    hint = f"Install pysqlite3 or a SQLite of {safe} or newer, or set DATABASE_URL to PostgreSQL."
    return [Warning(message, hint=hint, id="classifier.W003")]


@register("deployment", deploy=True)
def check_server(**_: Any) -> list[CheckMessage]:
    """Warn of settings and files that would fail a server."""
    return [Warning(problem, hint=hint, id=id_) for problem, hint, id_ in _server_problems()]


def _server_problems() -> Iterator[tuple[str, str, str]]:
    """Yield message, hint and id of each problem."""
    try:
        check_static_files()
    except ImproperlyConfigured:
        yield (
            "The static files are not collected: pages have no style.",
            "Run `manage.py collectstatic`.",
            "classifier.W004",
        )
    if settings.BEHIND_PROXY is None:
        yield (
            "BEHIND_PROXY is not set: behind a proxy, all visitors would share one address and its limits.",
            "Set BEHIND_PROXY to on behind a proxy such as nginx, else to off.",
            "classifier.W005",
        )
    for folder in _written_folders():
        if not os.access(folder, os.W_OK):
            yield f"{folder} cannot be written.", "Give it to the user that runs the server.", "classifier.W006"


def _written_folders() -> Iterator[Path]:
    if connection.vendor == "sqlite":
        yield settings.LIMITS_FILE.parent
        yield Path(connection.settings_dict["NAME"]).parent
