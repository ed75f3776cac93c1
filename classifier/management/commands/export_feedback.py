"""`manage.py export_feedback`: writes the outcomes of reviews as a table."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from classifier.services import promotion
from classifier.words.reviewed import write_rows


class Command(BaseCommand):
    """Write reviewed words, sorted, without people and comments."""

    help = (
        "Write the reviewed words as tab-separated values with the columns word, label, languages, votes and use "
        "(train, or measure for the one in ten that never trains)."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("file", nargs="?", default="-", metavar="FILE", help="default: standard output")

    def handle(self, *_args: Any, file: str, **_options: Any) -> None:
        """Write the table; raise CommandError for an unwritable file."""
        rows = promotion.reviewed_rows()
        table = write_rows(rows)
        if file == "-":
            self.stdout.write(table, ending="")
        else:
            try:
                Path(file).write_text(table, encoding="utf-8", newline="")
            except OSError as error:
                raise CommandError(f"{file}: cannot be written ({error.strerror})") from error
        training, measuring = sum(row.trains for row in rows), sum(row.measures for row in rows)
        self.stderr.write(f"{len(rows)} reviewed words: {training} train, {measuring} measure")
