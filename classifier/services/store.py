"""Insert rows; purge deleted ones from SQLite's files."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Model


def store(rows: Sequence[Model]) -> None:
    """Insert `rows`, of any tables, in one commit.

    On return they survive a power cut. Tables are written in the order of their first row. Raises IntegrityError, and
    RuntimeError inside a transaction.
    """
    rows_by_model: dict[Any, list[Model]] = defaultdict(list)
    for row in rows:
        rows_by_model[type(row)].append(row)
    if rows_by_model:
        with transaction.atomic(durable=True):
            for model, model_rows in rows_by_model.items():
                model.objects.bulk_create(model_rows)


def empty_log() -> None:
    """Empty SQLite's write-ahead log, which still holds deleted rows.

    Inside a transaction this happens after the commit. A log that others read is left for the next call.
    """
    if connection.vendor == "sqlite":
        transaction.on_commit(_checkpoint)


def _checkpoint() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def wipe_unused_space() -> None:
    """Rewrite SQLite's file, without remains of deleted rows.

    Raises OperationalError while others use the database, and when the disk has no room for a copy.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
        empty_log()
