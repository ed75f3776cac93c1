"""Calls that several threads make at a time, answered together.

The first thread to queue waits for its turn, then answers all that was queued meanwhile. It is the thread of a request:
none has to be started after a fork or stopped by SIGTERM, and a queue is never longer than the number of threads.

After a group of several calls it pauses before it takes the queue, the longer the larger that group was: under load
groups grow to nearly all threads, and a call that comes alone never waits.
"""

import threading
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

from django.conf import settings
from django.db import DataError, Error, IntegrityError, NotSupportedError, OperationalError, ProgrammingError

Item = TypeVar("Item")
Result = TypeVar("Result")

PAUSE = 0.0003  # seconds; of 0.1 to 1 ms, this gave the most answers a second under load
# Errors of single items. Any other of the database, such as a full disk, fails the whole group.
OWN_ERRORS: tuple[type[Exception], ...] = (
    *(IntegrityError, DataError, ProgrammingError, NotSupportedError),
    *(ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError),
)


def try_together(
    function: Callable[[Sequence[Item]], Sequence[Result]],
    items: Sequence[Item],
    own_errors: tuple[type[Exception], ...] = OWN_ERRORS,
) -> Iterator[Result | Exception]:
    """Yield the result of each item, or its error: one of `own_errors`, after which each is tried alone.

    So the function must have changed nothing when it raises one.
    """
    try:
        yield from function(items)
    except own_errors as error:
        if len(items) == 1:
            yield error
        else:
            for item in items:
                yield from try_together(function, [item], own_errors)


class _Call(Generic[Item, Result]):
    def __init__(self, item: Item) -> None:
        self.item = item
        self.outcome: Future[Result] = Future()


class _Queue(Generic[Item, Result]):
    """Calls of one key."""

    def __init__(self) -> None:
        self.calls: list[_Call[Item, Result]] = []
        self.turn = threading.Lock()  # of the thread that answers
        self.threads = 0  # that wait for an answer
        self.size = 1  # of the last group


class GroupedCalls(Generic[Item, Result]):
    """A function of many items, called by threads with one each."""

    def __init__(
        self,
        function: Callable[[Sequence[Item]], Sequence[Result]],
        own_errors: tuple[type[Exception], ...] = OWN_ERRORS,
        observe: Callable[[int, float], None] | None = None,
        pause: float = 0.0,
    ) -> None:
        """Take the function, which returns a result for each item, and the errors after which each is tried alone.

        `observe` is told the size of each group and the seconds that it waited for its turn. After a group of n calls,
        the next waits n - 1 times `pause` seconds for more calls.
        """
        self._function, self._own_errors, self._observe, self._pause = function, own_errors, observe, pause
        self._queues: dict[Hashable, _Queue[Item, Result]] = {}
        self._lock = threading.Lock()

    def __call__(self, item: Item, key: Hashable = None) -> Result:
        """Return the item's result, answered alone or with others of the same key.

        Raises the item's error, that of the whole group, and OperationalError after settings.WAIT.
        """
        call = _Call[Item, Result](item)
        with self._lock:
            queue = self._queues.setdefault(key, _Queue())
            queue.calls.append(call)
            queue.threads += 1
            is_first = len(queue.calls) == 1
        try:
            if is_first:
                self._answer_queue(queue)
            return call.outcome.result()
        finally:
            with self._lock:
                queue.threads -= 1
                if not queue.threads:
                    del self._queues[key]

    def _answer_queue(self, queue: _Queue[Item, Result]) -> None:
        """Wait for the turn, then answer what is queued."""
        start = time.monotonic()
        if not self._wait(queue):
            return
        seconds = time.monotonic() - start
        calls = self._take(queue)
        queue.size = len(calls)
        try:
            self._answer(calls, queue)
        finally:
            queue.turn.release()
        if self._observe:
            self._observe(len(calls), seconds)

    def _wait(self, queue: _Queue[Item, Result]) -> bool:
        """Wait for the turn, and for others; return whether it came in time."""
        has_turn = is_ready = False
        try:
            has_turn = queue.turn.acquire(timeout=settings.WAIT)
            if has_turn and queue.size > 1:
                time.sleep(self._pause * (queue.size - 1))
            is_ready = has_turn
        finally:  # also if this thread was interrupted, since the others wait for it
            if not is_ready:
                if has_turn:
                    queue.turn.release()
                _fail(self._take(queue), OperationalError("too many requests wait for the database"))
        return is_ready

    def _take(self, queue: _Queue[Item, Result]) -> list[_Call[Item, Result]]:
        with self._lock:
            calls, queue.calls = queue.calls, []
        return calls

    def _answer(self, calls: Sequence[_Call[Item, Result]], queue: _Queue[Item, Result]) -> None:
        """Answer the calls together, or tell each why there is no result."""
        if not calls:  # the group before has failed, and these with it
            return
        failure: Exception = OperationalError("the thread that answers these calls was stopped")
        try:
            outcomes = try_together(self._function, [call.item for call in calls], self._own_errors)
            for call, outcome in zip(calls, outcomes, strict=True):
                if isinstance(outcome, Exception):
                    call.outcome.set_exception(outcome)
                else:
                    call.outcome.set_result(outcome)
        except Error as error:
            failure = error
            calls = [*calls, *self._take(queue)]  # else they would wait as long once more
        finally:
            _fail(calls, failure)


def _fail(calls: Sequence[_Call[Item, Result]], failure: Exception) -> None:
    """Tell those who still wait why there is no result."""
    for call in calls:
        if not call.outcome.done():
            call.outcome.set_exception(failure)
