"""Back up SQLite's database while it is in use, and restore it."""

import os
import sqlite3  # the one that Django uses
import tempfile
from contextlib import closing
from pathlib import Path

from django.db import connection


class NoBackup(Exception):
    """Error: a backup or restoration is impossible; the message says why."""


def database_file() -> Path:
    """Return the path of SQLite's file; raise NoBackup for other databases."""
    if connection.vendor != "sqlite":
        raise NoBackup("Use pg_dump and pg_restore for PostgreSQL.")
    return Path(connection.settings_dict["NAME"])


def back_up(target: Path) -> None:
    """Write all that is committed into a sound new file.

    Others can read and write meanwhile. Raises NoBackup and OSError.
    """
    _refuse_database(target)
    connection.ensure_connection()
    new = _new_file(target)
    try:
        with closing(sqlite3.connect(new)) as copy:
            connection.connection.backup(copy)
        check(new)
        _move(new, target)
    finally:
        new.unlink(missing_ok=True)


def restore(source: Path) -> Path | None:
    """Put a copy of a backup in place of the database; return the path that the old one has now.

    Raises NoBackup, also while others have the database open, and OSError.
    """
    database = database_file()
    check(source)
    _release(database)
    new = _new_file(database)
    try:
        new.write_bytes(source.read_bytes())
        _give_to_owner_of(database.parent, new)
        old = database.with_name(f"{database.name}.old") if database.exists() else None
        if old:
            database.replace(old)
        _move(new, database)
    finally:
        new.unlink(missing_ok=True)
    return old


def check(path: Path) -> None:
    """Raise NoBackup unless a file is a whole and sound database."""
    if not path.is_file():
        raise NoBackup(f"There is no file {path}.")
    if path.stat().st_size == 0:  # to SQLite a sound database without tables
        raise NoBackup(f"{path} is empty.")
    if _log(path).exists():
        raise NoBackup(
            f"{_log(path).name} lies beside {path}: the newest rows may be there, make a backup with `backup`."
        )
    try:
        # Immutable, so that the check adds no file beside it.
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)) as database:
            [[answer], *_] = database.execute("PRAGMA integrity_check(1)").fetchall()
    except sqlite3.DatabaseError as error:
        raise NoBackup(f"{path}: {error}.") from error
    if answer != "ok":
        raise NoBackup(f"{path} is corrupt: {answer}.")


def check_log(database: Path) -> None:
    """Raise NoBackup if a log that a killed server left does not fit its file.

    Reads the whole file, but no index against its table: 1 s for a million rows.
    """
    log, answer = _log(database), "ok"
    try:
        if log.stat().st_size == 0:
            return
    except FileNotFoundError:  # asked at once: the last connection of a server removes it at any moment
        return
    try:
        # Read-only: else the end of the connection would move the log into the file.
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as opened:
            [[answer], *_] = opened.execute("PRAGMA quick_check(1)").fetchall()
    except sqlite3.OperationalError:
        return  # cannot be opened: whoever needs it reports that
    except sqlite3.DatabaseError as error:
        answer = str(error)
    if answer != "ok":
        reason = answer.splitlines()[-1]
        raise NoBackup(
            f"{database} and its log {log.name} do not fit together ({reason}). If a copy was put over the file: move "
            "both away, then restore a backup with `manage.py restore`."
        )


def _refuse_database(target: Path) -> None:
    """Raise NoBackup for the database itself, its log, and any file with a log."""
    database = database_file()
    files = [database, *(database.with_name(f"{database.name}-{suffix}") for suffix in ("wal", "shm", "journal"))]
    if target.resolve() in {file.resolve() for file in files} or (target.exists() and target.samefile(database)):
        raise NoBackup(f"{target} is the database: choose another file.")
    if _log(target).exists():
        raise NoBackup(f"{target} is a database in use, for {_log(target).name} lies beside it: choose another file.")


def _release(database: Path) -> None:
    """Move the log into the old database, which is possible only while nobody else has it open."""
    if database.exists():
        uri = f"{database.absolute().as_uri()}?mode=rw"
        try:
            with closing(sqlite3.connect(uri, uri=True, timeout=0)) as old:
                old.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            raise NoBackup(f"Stop the server first: {database} is in use ({error}).") from error
        except sqlite3.DatabaseError as error:
            raise NoBackup(f"Stop the server and move {database} and {_log(database).name} away: {error}.") from error
    if _log(database).exists():  # SQLite would apply it to any file of this name
        raise NoBackup(f"Stop the server and move {_log(database)} away: it belongs to another file.")


def _log(database: Path) -> Path:
    return database.with_name(f"{database.name}-wal")


def _new_file(path: Path) -> Path:
    """Return an empty file beside `path`, for its owner only."""
    descriptor, new = tempfile.mkstemp(prefix=f"{path.name}.", suffix=".new", dir=path.absolute().parent)
    os.close(descriptor)
    return Path(new)


def _give_to_owner_of(folder: Path, file: Path) -> None:
    """Let the server's user read and write a file that root restores."""
    if os.geteuid() == 0:
        os.chown(file, folder.stat().st_uid, folder.stat().st_gid)


def _move(new: Path, path: Path) -> None:
    """Rename a file so that it survives a power cut."""
    _sync(new)
    new.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
