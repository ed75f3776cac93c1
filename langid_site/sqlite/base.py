"""Database backend: SQLite in a file that only `migrate` makes, and that must stay in its place.

SQLite goes on with a deleted or replaced file, and makes an empty one where there is none.
"""

from pathlib import Path
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Connection to the file at its path, and to no other."""

    _inodes: dict[Path, int | None]  # of the file and its write-ahead log; empty for a database in memory

    def get_connection_params(self) -> dict[str, Any]:
        """Return the parameters; raise OperationalError without a file."""
        parameters: dict[str, Any] = super().get_connection_params()
        self._inodes = {}
        name = str(self.settings_dict["NAME"])
        if not name.startswith((":memory:", "file:")):
            path = Path(name).absolute()
            self._inodes = {path: _inode(path)}
            if self._inodes[path] is None:
                raise OperationalError(
                    f"There is no {path}: restore a backup, or run `manage.py migrate` for a new one."
                )
            parameters["database"] = f"{path.as_uri()}?mode=rw"
        return parameters

    def _commit(self) -> None:
        # Compared after the commit: before it, the file could still vanish in between.
        super()._commit()  # type: ignore[misc]  # the stubs do not have it
        for path in tuple(self._inodes)[:1]:
            log = Path(f"{path}-wal")
            self._inodes[log] = self._inodes.get(log) or _inode(log)
        if self._moved():
            raise OperationalError("The database's file or its log was removed or replaced: nothing is stored.")

    def close_if_unusable_or_obsolete(self) -> None:
        """Close the connection if its file is not at its path any more; called before each request."""
        if self.connection is not None and not self.in_atomic_block and self._moved():
            self.close()
        super().close_if_unusable_or_obsolete()

    def _moved(self) -> bool:
        return any(inode not in {None, _inode(path)} for path, inode in self._inodes.items())


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None
