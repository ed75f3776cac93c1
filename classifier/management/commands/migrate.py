"""`manage.py migrate`: Django's; the only command that makes SQLite's file."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections

from classifier.services.backup import NoBackup, check_log


class Command(migrate.Command):
    """Migrate, in a new file if there is none."""

    def execute(self, *args: Any, **options: Any) -> Any:
        """Make SQLite's file, or check its log, before the system checks, which connect.

        Raises CommandError for a log that does not fit the file.
        """
        connection = connections[options["database"]]
        name = str(connection.settings_dict["NAME"])
        if connection.vendor == "sqlite" and not name.startswith((":memory:", "file:")):
            Path(name).touch(mode=0o600)  # it holds everybody's words
            try:
                check_log(Path(name))  # the end of a connection would move the log into the file
            except NoBackup as error:
                raise CommandError(str(error)) from error
        return super().execute(*args, **options)
