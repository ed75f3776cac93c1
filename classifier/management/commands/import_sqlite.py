"""`manage.py import_sqlite`: copies SQLite's database into an empty PostgreSQL."""

from argparse import ArgumentParser
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management.base import BaseCommand, CommandError
from django.core.management.color import no_style
from django.db import connection, connections, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model
from tqdm import tqdm

from classifier.models import Prediction

SOURCE = "import_sqlite"  # alias of the connection to the file
ROWS = 1000  # in one statement


class Command(BaseCommand):
    """Copy all rows, as they are."""

    help = (
        "Copy all rows of SQLite's database into that of DATABASE_URL, a PostgreSQL that is migrated and empty. "
        "Stop all servers first."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file."""
        parser.add_argument("file", type=Path, help="SQLite's database, as in var/db.sqlite3")

    def handle(self, *_args: Any, file: Path, **_options: Any) -> None:
        """Copy all or nothing; raise CommandError for unfit databases."""
        if connection.vendor != "postgresql":
            raise CommandError("Set DATABASE_URL to the PostgreSQL that shall receive the rows.")
        connections.databases[SOURCE] = connections.configure_settings(
            {"default": {"ENGINE": "langid_site.sqlite", "NAME": file.absolute()}}
        )["default"]
        try:
            self._check()
            self.stdout.write(f"rows copied: {_copy()}")
        finally:
            connections[SOURCE].close()
            del connections[SOURCE], connections.databases[SOURCE]

    def _check(self) -> None:
        migrations = [set(MigrationRecorder(connections[alias]).applied_migrations()) for alias in (SOURCE, "default")]
        if migrations[0] != migrations[1]:
            raise CommandError("Run `manage.py migrate` of the same version on both databases first.")
        if Prediction.objects.exists():
            raise CommandError("The database is not empty.")


@transaction.atomic
def _copy() -> int:
    """Copy all tables; return the number of rows."""
    models = apps.get_models(include_auto_created=True)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        # Foreign keys are checked at the commit. What `migrate` has added comes from the file, too, with its keys.
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in models)  # noqa: SLF001
        cursor.execute(f"TRUNCATE {tables}")
    count = sum(tqdm((_copy_rows(model) for model in models), total=len(models), unit=" tables", disable=None))
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
    ContentType.objects.clear_cache()
    return count


def _copy_rows(model: type[Model]) -> int:
    count = 0
    manager = model._base_manager  # noqa: SLF001 - those of our models delete and hide rows
    rows = manager.using(SOURCE).order_by("pk").iterator(ROWS)
    while chunk := list(islice(rows, ROWS)):
        count += len(manager.using("default").bulk_create(chunk))
    return count
