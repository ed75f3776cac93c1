"""Database backend: SQLite in a file that only `migrate` makes, and that must stay in its place.

SQLite goes on with a deleted or replaced file, makes an empty one where there is none, and applies a log to any file
that lies beside it. So the log carries a mark that names its file.
"""

import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

_PAUSE = 0.001  # seconds between two tries to write
_beginning = threading.Lock()  # of the only thread that tries
_MARK = "user.langid.inodes"  # extended attribute of the log: inodes of its file and of itself


class DatabaseWrapper(base.DatabaseWrapper):
    """Connection to the file at its path, and to no other."""

    _path = _log_path = ""  # paths, as text, which is looked up in half the time; empty for a database in memory
    _file_inode: int | None = None
    _log_inode: int | None = None  # of the write-ahead log, which the first commit has opened

    def get_connection_params(self) -> dict[str, Any]:
        """Return the parameters; raise OperationalError without a file that can be written."""
        parameters: dict[str, Any] = super().get_connection_params()
        name = str(self.settings_dict["NAME"])
        if not name.startswith((":memory:", "file:")):
            file = Path(name).absolute()
            self._path, self._log_path = str(file), _log(file)
            self._file_inode, self._log_inode = _inode(self._path), None
            if self._file_inode is None:
                raise OperationalError(
                    f"There is no {file}: restore a backup, or run `manage.py migrate` for a new one."
                )
            _refuse_log_of_another(file, self._file_inode)
            _refuse_read_only(file)
            parameters["database"] = f"{file.as_uri()}?mode=rw"
        return parameters

    def _start_transaction_under_autocommit(self) -> None:
        """Begin to write as soon as nobody else does; raise OperationalError after the timeout.

        SQLite itself looks only every 100 ms whether the lock is free, and so mostly finds it taken by others.
        """
        timeout: float = self.settings_dict["OPTIONS"].get("timeout", 5)
        end = time.monotonic() + timeout
        if not _beginning.acquire(timeout=timeout):
            raise OperationalError("too many requests wait for the database")
        try:
            self.connection.execute("PRAGMA busy_timeout=0")
            while not self._begin(last=time.monotonic() >= end):
                time.sleep(_PAUSE)
        finally:
            _beginning.release()
            self.connection.execute(f"PRAGMA busy_timeout={int(1000 * timeout)}")

    def _begin(self, *, last: bool) -> bool:
        """Return whether nobody else writes; if `last`, raise OperationalError then."""
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs do not have it
        except OperationalError as error:
            if last or "locked" not in str(error):
                raise
            return False
        return True

    def _commit(self) -> None:
        # Compared after the commit: before it, the file could still vanish in between.
        super()._commit()  # type: ignore[misc]  # the stubs do not have it
        if self._path:
            log_inode, is_first = _inode(self._log_path), self._log_inode is None
            self._log_inode = self._log_inode or log_inode
            if self._moved() or log_inode != self._log_inode:
                raise OperationalError("The database's file or its log was removed or replaced while it was in use.")
            if is_first:
                _mark(self._log_path, f"{self._file_inode} {log_inode}")

    def close_if_unusable_or_obsolete(self) -> None:
        """Close the connection if its file is not at its path any more; called before each request.

        Not if its log is lost: this connection still has it open, and moves it into the file when the server stops.
        """
        if self.connection is not None and not self.in_atomic_block and self._moved():
            self.close()
        super().close_if_unusable_or_obsolete()

    def _moved(self) -> bool:
        return bool(self._path) and self._file_inode != _inode(self._path)


def _refuse_read_only(file: Path) -> None:
    """Raise OperationalError for a file that can only be read.

    SQLite would open it so, and all connections of the process would stay so when it can be written again.
    """
    for path in (str(file), _log(file), f"{file}-shm"):
        inode = _inode(path)
        # SQLite makes and removes the log and -shm at any moment: only one that is there before and after is read-only.
        if not os.access(path, os.W_OK) and inode is not None and inode == _inode(path):
            raise OperationalError(f"{path} is read-only.")


def _log(file: Path) -> str:
    return f"{file}-wal"


def _mark(log: str, inodes: str) -> None:
    with suppress(AttributeError, OSError):  # no Linux, or a file system without attributes
        os.setxattr(log, _MARK, inodes.encode())


def _refuse_log_of_another(file: Path, inode: int) -> None:
    """Raise OperationalError if the log beside the file was written for another one, now replaced."""
    log = _log(file)
    try:
        marked, own = map(int, os.getxattr(log, _MARK).split())
    except (AttributeError, OSError, ValueError):
        return
    if marked != inode and own == _inode(log):  # a copied log has a copied mark
        raise OperationalError(
            f"{log} belongs to the file that was at {file} before. Stop the server, move the log away, and start. "
            "`manage.py restore` puts a backup in place."
        )


def _inode(path: str) -> int | None:
    try:
        return os.stat(path).st_ino  # noqa: PTH116 - it is not a Path
    except FileNotFoundError:
        return None
