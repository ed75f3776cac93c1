"""`manage.py restore`: puts a backup in place of SQLite's database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from classifier.services.backup import NoBackup, restore


class Command(BaseCommand):
    """Restore a backup."""

    help = (
        "Put a backup, once checked, in place of SQLite's database. Stop all servers first. PostgreSQL: use pg_restore."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file."""
        parser.add_argument("file", type=Path, help="a file that `manage.py backup` wrote")

    def handle(self, *_args: Any, file: Path, **_options: Any) -> None:
        """Restore; raise CommandError for an unsound file and while the database is in use."""
        try:
            old = restore(file)
        except (NoBackup, OSError) as error:
            raise CommandError(str(error)) from error
        if old:
            self.stdout.write(f"The database before is {old}.")
        self.stdout.write("Restored. Run `manage.py migrate` before you start a newer program.")
