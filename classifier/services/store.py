"""Insert rows; purge deleted ones from SQLite's log and free pages."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Model


def store(rows: Sequence[Model]) -> None:
    """Insert `rows`, of one table or several, in one commit: all or none.

    When this returns, they survive a power cut. It is a transaction of its own: inside another one it raises
    RuntimeError. Tables are written in the order of their first row. Raises IntegrityError.
    """
    rows_by_model: dict[Any, list[Model]] = defaultdict(list)
    for row in rows:
        rows_by_model[type(row)].append(row)
    if rows_by_model:
        with transaction.atomic(durable=True):
            for model, own in rows_by_model.items():
                model.objects.bulk_create(own)


def empty_log() -> None:
    """Move SQLite's write-ahead log, which still holds deleted rows, into the database and empty it.

    In a transaction this waits for the commit. A log that others read is left for the next call.
    """
    if connection.vendor == "sqlite":
        transaction.on_commit(_checkpoint)


def _checkpoint() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def wipe_unused_space() -> None:
    """Rewrite SQLite's file, since its pages may hold pieces of deleted rows that were moved within it.

    Raises OperationalError while others use the database, or when the disk has no room for a copy.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
        empty_log()
