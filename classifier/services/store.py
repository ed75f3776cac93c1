"""Insert rows; purge deleted ones from SQLite's files."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Model, QuerySet

from classifier.services.group_commit import Replaceable, Unit, commit

STEP = 1000  # rows deleted in one transaction
_TRIES, _PAUSE = 20, 0.05  # seconds between two tries to empty the log

T = TypeVar("T")
logger = logging.getLogger(__name__)


def store(rows: Sequence[Model], *, instead_of: Replaceable | None = None) -> None:
    """Insert `rows`, of any tables, in one commit; delete the row `instead_of` in it.

    On return they survive a power cut. Tables are written in the order of their first row. On SQLite a commit also
    holds what other threads store at the time. Raises IntegrityError, OperationalError, AlreadyReplaced, and
    RuntimeError inside a transaction.
    """
    if not rows:
        return
    unit = Unit(rows, instead_of)
    if connection.vendor == "sqlite":
        commit(unit)
    elif unit.is_statement and not connection.in_atomic_block:
        unit.write()  # commits itself; BEGIN and COMMIT would be two more round trips
    else:
        with transaction.atomic(durable=True):
            unit.write()


def empty_log() -> None:
    """Empty SQLite's write-ahead log, which still holds deleted rows.

    Inside a transaction this happens after the commit. A log that others use for a second is left for the next call.
    """
    if connection.vendor == "sqlite":
        transaction.on_commit(_checkpoint)


def _checkpoint() -> None:
    with connection.cursor() as cursor:
        [milliseconds] = cursor.execute("PRAGMA busy_timeout").fetchone()
        # SQLite itself would wait for the log's readers with all writers locked out.
        cursor.execute("PRAGMA busy_timeout=0")
        try:
            for _ in range(_TRIES):
                [busy, *_pages] = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                if not busy:
                    return
                time.sleep(_PAUSE)
        finally:
            cursor.execute(f"PRAGMA busy_timeout={milliseconds}")
    logger.warning("SQLite's log is in use and still holds deleted rows until the next deletion or purge.")


def delete_in_steps(rows: QuerySet[Any]) -> int:
    """Delete rows in short transactions; return their number."""
    total = 0
    while keys := list(rows.values_list("pk", flat=True)[:STEP]):
        total += take_turn(rows.filter(pk__in=keys).delete)[0]
    return total


def take_turn(write: Callable[[], T]) -> T:
    """Write, then let others write for as long; SQLite lets the next in by chance."""
    start = time.monotonic()
    result = write()
    time.sleep(time.monotonic() - start)
    return result


def wipe_unused_space() -> None:
    """Rewrite SQLite's file, without remains of deleted rows.

    Raises OperationalError while others use the database, and when the disk has no room for a copy.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
        empty_log()
