"""Sliding-minute counters in one file, shared by all processes of a machine.

The file is set-associative: a name hashes to a set, and a new name takes a slot of it that was not used in the last
minute. Names are hashed with the secret key, so that nobody can choose names of one set; a set whose slots are all
in use refuses new names. Reading and writing a slot takes microseconds, under a lock on its set.
"""

import fcntl
import os
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from classifier.access.allowances import (
    COUNTERS,
    STEP,
    WINDOW,
    Allowance,
    LimitsUnavailable,
    digest_of,
    seconds_until_free,
)

SETS, SLOTS = 8192, 8
_SLOT = struct.Struct(f"<16sQ{COUNTERS}I")
_SET_SIZE = _SLOT.size * SLOTS
_MAX_COUNT = 2**32 - 1

_thread_lock = threading.Lock()  # file locks do not exclude threads of one process


def consume(path: Path, name: str, limit: int, cost: int = 1) -> Allowance:
    """Add `cost` to the count of `name` if `limit` allows.

    Raises LimitsUnavailable if the file cannot be read or written.
    """
    try:
        with _thread_lock:  # else the first threads would each open the file
            counter = _counter(path)
            if counter.is_moved():
                _counter.cache_clear()
                counter = _counter(path)
        return counter.consume(name, limit, cost)
    except OSError as error:
        raise LimitsUnavailable(f"Limits cannot be counted: {error}") from error


@lru_cache(maxsize=8)
def _counter(path: Path) -> "_Counter":
    return _Counter(path)


class _Counter:
    """The file of counters, opened once per process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._stat = os.fstat(self._file)

    def is_moved(self) -> bool:
        """Return whether the file is not at its path, so that new processes count in another."""
        try:
            return not os.path.samestat(self._stat, self._path.stat())
        except FileNotFoundError:
            return True

    def consume(self, name: str, limit: int, cost: int) -> Allowance:
        """Add `cost` if it fits."""
        digest = digest_of(name)
        place = int.from_bytes(digest[:4]) % SETS * _SET_SIZE
        with self._locked(place):
            # Under the lock, so that no other process has written a later step. The time of day, since any other clock
            # starts again with the machine, and would take old counts for new ones.
            now = time.time()
            step = int(now // STEP)
            offset, latest, counts = self._find(place, digest, step)
            if offset is None:
                return Allowance(limit, 0, WINDOW, granted=False)
            counts = _expire(counts, latest, step)
            used = sum(counts)
            granted = used + cost <= limit
            if granted and cost:
                counts[step % COUNTERS] = min(counts[step % COUNTERS] + cost, _MAX_COUNT)
                os.pwrite(self._file, _SLOT.pack(digest, step, *counts), offset)
                used += cost
        by_age = [counts[(step - age) % COUNTERS] for age in range(COUNTERS)]
        seconds = seconds_until_free(by_age, step, now, 1 if granted else used + cost - limit)
        return Allowance(limit, max(limit - used, 0), seconds, granted)

    @contextmanager
    def _locked(self, place: int) -> Iterator[None]:
        with _thread_lock:
            fcntl.lockf(self._file, fcntl.LOCK_EX, _SET_SIZE, place)
            try:
                yield
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN, _SET_SIZE, place)

    def _find(self, place: int, digest: bytes, step: int) -> tuple[int | None, int, list[int]]:
        """Return offset, latest step and counts of the digest's slot.

        A new digest gets a slot that was not used in the last minute; None if there is none.
        """
        slots = os.pread(self._file, _SET_SIZE, place).ljust(_SET_SIZE, b"\0")
        free = None
        for offset in range(0, _SET_SIZE, _SLOT.size):
            if slots.startswith(digest, offset):
                _name, latest, *counts = _SLOT.unpack_from(slots, offset)
                return place + offset, latest, counts
            latest = int.from_bytes(slots[offset + 16 : offset + 24], "little")
            if not _is_live(latest, step):
                free = place + offset
        return free, 0, [0] * COUNTERS


def _is_live(latest: int, step: int) -> bool:
    """Return whether counts up to the step `latest` count at `step`.

    They do not after the clock was set back.
    """
    return latest <= step < latest + COUNTERS


def _expire(counts: list[int], latest: int, step: int) -> list[int]:
    """Return `counts`, expired ones 0."""
    if not _is_live(latest, step):
        return [0] * COUNTERS
    for old in range(latest + 1, step + 1):
        counts[old % COUNTERS] = 0
    return counts
