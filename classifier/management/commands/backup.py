"""`manage.py backup`: copies SQLite's database while it is in use."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from classifier.services.backup import NoBackup, back_up


class Command(BaseCommand):
    """Back up the database."""

    help = "Write SQLite's database, with all that is committed, into a file; servers may run. PostgreSQL: use pg_dump."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file."""
        parser.add_argument("file", type=Path, help="where to write it; an older file is replaced")

    def handle(self, *_args: Any, file: Path, **_options: Any) -> None:
        """Back up and check the copy; raise CommandError."""
        try:
            back_up(file)
        except (NoBackup, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{file}: {file.stat().st_size} bytes, checked")
