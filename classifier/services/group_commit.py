"""Group commit: one transaction for the rows that several threads store at a time.

SQLite has one writer, and each commit waits for the disk. The first thread to queue waits for its turn, then commits
all that was queued meanwhile. It is the thread of a request: none has to be started after a fork or stopped by SIGTERM,
and the queue is never longer than the number of threads.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any, Protocol

from django.db import (
    DataError,
    Error,
    IntegrityError,
    InterfaceError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)
from django.db.models import Model

from classifier.models import Prediction
from classifier.services.metrics import observe_group


class AlreadyReplaced(Exception):
    """The row to replace is gone: somebody else replaced or deleted it."""


class Replaceable(Protocol):
    """A row that others replace."""

    def take(self) -> bool:
        """Delete the row within a transaction; return whether it was there."""


# Errors of a unit's own rows. Any other, such as a full disk, fails the whole transaction.
_OWN_ERRORS = (
    *(AlreadyReplaced, IntegrityError, DataError, ProgrammingError, InterfaceError, NotSupportedError),
    *(ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError),
)


class Unit:
    """Rows of one caller, stored together or not at all."""

    def __init__(self, rows: Sequence[Model], instead_of: Replaceable | None = None) -> None:
        self.rows, self.instead_of = rows, instead_of
        self.outcome: Future[None] = Future()
        self._without_key = [row for row in rows if row.pk is None]

    @property
    def is_statement(self) -> bool:
        """Whether one statement writes all rows."""
        return not self.instead_of and all(type(row) is Prediction and row.pk is None for row in self.rows)

    def write(self) -> None:
        """Write the rows, within a transaction; another that failed leaves no trace."""
        for row in self._without_key:
            row.pk = None
        if self.instead_of and not self.instead_of.take():
            raise AlreadyReplaced
        rows_by_model: dict[Any, list[Model]] = defaultdict(list)
        for row in self.rows:
            rows_by_model[type(row)].append(row)
        for model, model_rows in rows_by_model.items():
            objects: Any = model.objects
            (objects.insert if model is Prediction else objects.bulk_create)(model_rows)

    def end(self, failure: Exception | None) -> None:
        """Tell the caller that all is stored, or why not."""
        if failure:
            self.outcome.set_exception(failure)
        else:
            self.outcome.set_result(None)


_queue: list[Unit] = []
_queue_lock = threading.Lock()
_turn = threading.Lock()  # of the thread that commits


def commit(unit: Unit) -> None:
    """Commit the unit, alone or with others; raise its error, or the commit's."""
    with _queue_lock:
        _queue.append(unit)
        is_first = len(_queue) == 1
    if is_first:
        _commit_queue()
    unit.outcome.result()


def _commit_queue() -> None:
    """Wait for the turn, then commit what is queued."""
    has_turn, start = False, time.monotonic()
    try:
        # SQLite lets waiting writers in by chance: of 32 threads without turns, some waited in vain for 5 s.
        has_turn = _turn.acquire(timeout=connection.settings_dict["OPTIONS"]["timeout"])
    finally:  # also if this thread was interrupted, since the others wait for it
        units = _take_queue()
        if not has_turn:
            _end(units, OperationalError("too many requests wait for the database"))
    if has_turn:
        seconds = time.monotonic() - start
        try:
            _commit_together(units)
        finally:
            _turn.release()
        observe_group(len(units), seconds)


def _take_queue() -> list[Unit]:
    with _queue_lock:
        units = _queue[:]
        _queue.clear()
    return units


def _commit_together(units: Sequence[Unit]) -> None:
    """Commit the units in one transaction; if one has a faulty row, each in its own."""
    if not units:  # the commit before has failed, and these with it
        return
    failure: Exception | None = OperationalError("the thread that stores these rows was stopped")
    try:
        with transaction.atomic(durable=True):
            _write_together(units)
        failure = None
    except _OWN_ERRORS as error:
        if len(units) == 1:
            failure = error
        else:
            for unit in units:
                _commit_together([unit])
    except Error as error:
        failure = error
        units = [*units, *_take_queue()]  # else they would wait as long once more
    finally:
        _end(units, failure)


def _write_together(units: Sequence[Unit]) -> None:
    """Write the rows of units; by one statement all that need no other, which took an eighth off a request."""
    others = [unit for unit in units if not unit.is_statement]
    rows = [row for unit in units if unit.is_statement for row in unit.rows]
    for unit in (Unit(rows), *others):
        unit.write()


def _end(units: Sequence[Unit], failure: Exception | None) -> None:
    for unit in units:
        if not unit.outcome.done():
            unit.end(failure)
