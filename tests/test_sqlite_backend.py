"""SQLite in a file that is not made, and not left, in silence."""

import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from threading import Timer

import pytest
from django.db import OperationalError, connection, transaction

from langid_site.sqlite.base import DatabaseWrapper

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]


@pytest.fixture
def path(tmp_path):
    """Return the path of a database with a write-ahead log and a table."""
    path = tmp_path / "données 100%.sqlite3"
    path.touch()
    made = wrapper(path)
    with made.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("CREATE TABLE words (word)")
    made.close()
    return path


def wrapper(path):
    return DatabaseWrapper({**connection.settings_dict, "NAME": path}, "other")


@pytest.fixture
def database(path):
    """Return an open connection."""
    database = wrapper(path)
    insert(database, "un")
    yield database
    database.close()


def insert(database, word):
    database.set_autocommit(False)
    try:
        with database.cursor() as cursor:
            cursor.execute("INSERT INTO words VALUES (%s)", [word])
        database.commit()
    finally:
        database.rollback()
        database.set_autocommit(True)


def words(database):
    with database.cursor() as cursor:
        return [word for (word,) in cursor.execute("SELECT word FROM words").fetchall()]


def test_missing_file_is_refused_and_not_made(tmp_path):
    with pytest.raises(OperationalError, match="restore a backup, or run `manage.py migrate`"):
        words(wrapper(tmp_path / "none.sqlite3"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", ["", "-wal"])
def test_commit_to_a_removed_file_is_refused(database, path, suffix):
    path.with_name(path.name + suffix).unlink()
    with pytest.raises(OperationalError, match="removed or replaced"):
        insert(database, "deux")


def test_removed_file_is_not_made_anew_by_the_next_request(database, path):
    path.unlink()
    database.close_if_unusable_or_obsolete()
    with pytest.raises(OperationalError, match="restore a backup"):
        words(database)
    assert not path.exists()


def test_file_in_its_place_is_opened_by_the_next_request(database, path, tmp_path):
    insert(database, "deux")
    shutil.copy(path, tmp_path / "copy")
    path.unlink()
    path.with_name(f"{path.name}-wal").unlink()
    (tmp_path / "copy").rename(path)
    with pytest.raises(OperationalError, match="removed or replaced"):
        insert(database, "trois")
    database.close_if_unusable_or_obsolete()
    assert words(database) == []
    insert(database, "quatre")
    assert words(database) == ["quatre"]


@pytest.fixture
def other_writer(transactional_db):
    """Return another connection to the database of the tests, which writes."""
    with closing(
        sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, check_same_thread=False)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


def wait_of_statements():
    with connection.cursor() as cursor:
        return cursor.execute("PRAGMA busy_timeout").fetchone()[0]


def test_write_begins_when_another_has_ended(other_writer):
    Timer(0.05, other_writer.close).start()
    with transaction.atomic():
        assert connection.in_atomic_block
    assert wait_of_statements() == 1000 * connection.settings_dict["OPTIONS"]["timeout"]


def test_write_is_refused_after_the_wait(other_writer, monkeypatch):
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.05)
    with pytest.raises(OperationalError, match="locked"), transaction.atomic():
        pass
    assert wait_of_statements() == 50


linux = pytest.mark.skipif(sys.platform != "linux", reason="needs extended attributes")


@pytest.fixture
def renamed(database, path, tmp_path):
    """Rename a copy onto the database while its log is in use; return the connection that uses it."""
    shutil.copy(path, tmp_path / "copy")
    (tmp_path / "copy").rename(path)
    return database


@linux
def test_log_of_a_replaced_file_is_not_applied_to_the_new_one(renamed, path):
    with pytest.raises(OperationalError, match=r"sqlite3-wal belongs to .* Stop the server"):
        words(wrapper(path))


def test_renamed_file_is_opened_once_the_log_of_the_old_one_is_gone(renamed, path):
    renamed.close_if_unusable_or_obsolete()
    with pytest.raises(OperationalError, match="belongs to"):
        words(renamed)
    path.with_name(f"{path.name}-wal").unlink()
    assert words(renamed) == []
    insert(renamed, "deux")
    renamed.close()
    assert words(renamed) == ["deux"]


@linux
def test_log_without_a_mark_is_applied(database, path):
    os.removexattr(path.with_name(f"{path.name}-wal"), "user.langid.inodes")
    assert words(wrapper(path)) == ["un"]


def test_copied_log_is_applied_to_the_copied_file(database, path, tmp_path):
    for suffix in ("", "-wal"):
        copy = tmp_path / f"copy{suffix}"
        shutil.copy2(path.with_name(f"{path.name}{suffix}"), copy)  # with the mark
    assert words(wrapper(tmp_path / "copy")) == ["un"]


def test_connection_without_its_log_stays_open_and_keeps_the_rows_in_it(database, path):
    opened = database.connection
    path.with_name(f"{path.name}-wal").unlink()
    database.close_if_unusable_or_obsolete()
    assert database.connection is opened
    database.close()
    assert words(wrapper(path)) == ["un"]


def test_connection_to_an_unchanged_file_stays_open(database):
    opened = database.connection
    database.close_if_unusable_or_obsolete()
    assert database.connection is opened


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm"])
def test_read_only_file_is_refused(database, path, monkeypatch, suffix):
    file, access = path.with_name(path.name + suffix), os.access  # root may write all files
    monkeypatch.setattr(os, "access", lambda asked, mode: asked != str(file) and access(asked, mode))
    with pytest.raises(OperationalError, match=f"{file.name} is read-only"):
        words(wrapper(path))


@pytest.mark.parametrize("happens", [Path.unlink, Path.touch])
@pytest.mark.parametrize("suffix", ["-wal", "-shm"])
def test_file_that_sqlite_removes_or_makes_meanwhile_is_not_read_only(path, monkeypatch, suffix, happens):
    file, access = path.with_name(path.name + suffix), os.access
    if happens is Path.unlink:
        file.touch()

    def access_meanwhile(asked, mode):
        if asked != str(file):
            return access(asked, mode)
        happens(file)
        return False

    monkeypatch.setattr(os, "access", access_meanwhile)
    assert words(wrapper(path)) == []
