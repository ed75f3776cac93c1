"""Ordered work by forked processes."""

import gc
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

Chunk = TypeVar("Chunk")
Result = TypeVar("Result")

MOST_AHEAD = 2  # chunks a process that may be answered before an earlier one is
SEARCHED = 100_000  # new objects after which a process searches for garbage; the default is 700


class ProcessEnded(Exception):
    """A process has ended before its work was done, for example for lack of memory."""


def usable_cores() -> int:
    """Return the number of cores for this process; 1 on systems where forking is unsafe."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1


def map_in_order(
    function: Callable[[Chunk], Result], chunks: Iterable[Chunk], processes: int, is_urgent: Callable[[], bool]
) -> Iterator[Result]:
    """Yield the result of each chunk, in their order.

    While `is_urgent`, no chunk is read before all results have been yielded. Raises ProcessEnded.
    """
    workers = [_Worker(function) for _ in range(processes)]
    try:
        yield from _map_by(workers, chunks, is_urgent)
    finally:
        for worker in workers:
            worker.stop()


class _Worker(Generic[Chunk, Result]):
    """A process that applies a function to one chunk at a time, and ends with this process, however that ends.

    Forked, not spawned: it shares loaded models and the state of the function, and starts in a hundredth of a second.
    """

    def __init__(self, function: Callable[[Chunk], Result]) -> None:
        context = get_context("fork")
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(function, self.pipe, theirs), daemon=True)
        self._process.start()
        theirs.close()  # else the end of the process would not be noticed

    def send(self, chunk: Chunk) -> None:
        """Begin to work on a chunk."""
        self._call(self.pipe.send, chunk)

    def receive(self) -> Result:
        """Wait for the result."""
        result: Result = self._call(self.pipe.recv)
        return result

    def stop(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.join()
        self.pipe.close()

    def _call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return function(*arguments)
        except (EOFError, OSError) as error:
            self._process.join()
            raise ProcessEnded(
                f"A process has ended before its work was done (exit code {self._process.exitcode})."
            ) from error


def _map_by(
    workers: Sequence[_Worker[Chunk, Result]], chunks: Iterable[Chunk], is_urgent: Callable[[], bool]
) -> Iterator[Result]:
    idle, busy = list(workers), dict[_Worker[Chunk, Result], int]()  # the number of each one's chunk
    results: dict[int, Result] = {}
    first = 0  # number of the next result to yield

    def finished() -> Iterator[Result]:
        nonlocal first
        ready = wait([worker.pipe for worker in busy])
        for worker in [worker for worker in busy if worker.pipe in ready]:
            results[busy.pop(worker)] = worker.receive()
            idle.append(worker)
        while first in results:
            yield results.pop(first)
            first += 1

    for number, chunk in enumerate(chunks):
        worker = idle.pop()
        worker.send(chunk)
        busy[worker] = number
        while busy and (not idle or number - first >= MOST_AHEAD * len(workers) or is_urgent()):
            yield from finished()
    while busy:
        yield from finished()


def _serve(function: Callable[[Chunk], Result], ours: Connection, theirs: Connection) -> None:
    """Answer chunks until the parent closes the pipe or ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of a terminal; the parent stops them
    gc.freeze()  # what is shared with the parent need not be searched for garbage again and again,
    gc.set_threshold(SEARCHED)  # nor the answers to a chunk
    ours.close()
    with suppress(EOFError, BrokenPipeError):
        while True:
            theirs.send(function(theirs.recv()))
