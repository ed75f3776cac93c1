"""`manage.py migrate`: Django's; the only command that makes SQLite's file."""

from pathlib import Path
from typing import Any

from django.core.management.commands import migrate
from django.db import connections


class Command(migrate.Command):
    """Migrate, in a new file if there is none."""

    def execute(self, *args: Any, **options: Any) -> Any:
        """Make SQLite's file, before the system checks, which connect."""
        connection = connections[options["database"]]
        name = str(connection.settings_dict["NAME"])
        if connection.vendor == "sqlite" and not name.startswith((":memory:", "file:")):
            Path(name).touch(mode=0o600)  # it holds everybody's words
        return super().execute(*args, **options)
