"""The only door through which predictions enter the database, and the broom for what they leave behind."""

from collections.abc import Sequence

from django.db import connection, transaction

from classifier.models import Prediction


def store(rows: Sequence[Prediction]) -> None:
    """Insert `rows` in one commit; inside an open transaction they join it.

    When this returns outside of a transaction, the rows survive a power cut.
    """
    Prediction.objects.bulk_create(rows)


def empty_log() -> None:
    """Let SQLite's write-ahead log, which still holds what was deleted, be moved into the database and emptied.

    At the commit, when a transaction is open. While others read the log it stays, until the next time.
    """
    if connection.vendor == "sqlite":
        transaction.on_commit(_checkpoint)


def _checkpoint() -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def wipe_unused_space() -> None:
    """Write SQLite's file anew, since its pages may hold pieces of deleted rows that were moved within it.

    Raises OperationalError while others use the database, or when the disk has no room for a copy.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
        empty_log()
