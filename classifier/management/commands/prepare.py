"""`manage.py prepare`: migrates, collects static files and checks, before a server starts."""

import hashlib
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections


class Command(BaseCommand):
    """Prepare the start of a server, in one process: Django takes a second to load."""

    help = "Migrate the database, collect static files, and print what `check --deploy` finds."
    requires_system_checks = ()  # the last step runs all, once

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run all steps; raise the error of the first that fails."""
        call_command("migrate", interactive=False, verbosity=0)
        _collect_static_files()
        call_command("check", deploy=True, databases=list(connections))


def _collect_static_files() -> None:
    """Collect static files, unless none has changed: to compress them takes longer than the rest of a start."""
    mark, sources = settings.STATIC_ROOT.with_suffix(".collected"), "\n".join(_sources())
    digest = hashlib.sha256(sources.encode()).hexdigest()
    if mark.exists() and mark.read_text() == digest and _are_collected():
        return
    mark.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    mark.write_text(digest)


def _sources() -> Iterator[str]:
    """Yield what tells whether static files have changed: their names, sizes and times, and who compresses them."""
    yield from (version(package) for package in ("django", "whitenoise"))
    for finder in get_finders():
        for name, storage in finder.list(None):
            yield f"{name} {storage.size(name)} {storage.get_modified_time(name)}"


def _are_collected() -> bool:
    names: dict[str, str] = getattr(staticfiles_storage, "hashed_files", {})  # as the manifest says
    return bool(names) and all(map(staticfiles_storage.exists, names.values()))
