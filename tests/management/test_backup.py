"""`manage.py backup` and `restore`, each in a process of its own, as an operator runs them."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from classifier.services.backup import check_log

pytestmark = pytest.mark.sqlite


@pytest.fixture
def database(tmp_path):
    """Return a connection that stays open, as a server's does."""
    with closing(sqlite3.connect(tmp_path / "db.sqlite3", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE numbers (number)")
        yield connection


def numbers(path):
    with closing(sqlite3.connect(path)) as connection:
        return [number for (number,) in connection.execute("SELECT number FROM numbers")]


def write(connection, number):
    connection.execute("INSERT INTO numbers VALUES (?)", [number])


def refusal(process):
    """Return the one line of a refused command."""
    assert process.returncode == 1
    [line] = process.stderr.splitlines()
    return line


def test_backup_holds_what_was_committed_before_though_others_write(manage, database, tmp_path):
    database.execute("PRAGMA wal_autocheckpoint=0")
    write(database, 1)
    database.execute("BEGIN IMMEDIATE")
    write(database, 2)
    assert "checked" in manage("backup", str(tmp_path / "copy")).stdout
    database.execute("COMMIT")
    assert numbers(tmp_path / "copy") == [1]


def test_backup_is_for_its_owner_only_and_leaves_no_other_file(manage, database, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    manage("backup", str(folder / "copy"))
    assert [path.name for path in folder.iterdir()] == ["copy"]
    assert (folder / "copy").stat().st_mode & 0o777 == 0o600


def test_restored_backup_replaces_what_came_later(manage, database, tmp_path):
    write(database, 1)
    manage("backup", str(tmp_path / "copy"))
    write(database, 2)
    database.close()
    assert "Restored" in manage("restore", str(tmp_path / "copy")).stdout
    assert numbers(tmp_path / "db.sqlite3") == [1]
    assert numbers(tmp_path / "db.sqlite3.old") == [1, 2]


def test_restoring_is_refused_while_a_server_has_the_file_open(manage, database, tmp_path):
    write(database, 1)
    manage("backup", str(tmp_path / "copy"))
    assert "Stop the server first" in refusal(manage("restore", str(tmp_path / "copy")))
    assert numbers(tmp_path / "db.sqlite3") == [1]


def test_restoring_is_refused_beside_the_log_of_another_file(manage, database, tmp_path):
    write(database, 1)
    manage("backup", str(tmp_path / "copy"))
    (tmp_path / "db.sqlite3").unlink()
    assert "belongs to another file" in refusal(manage("restore", str(tmp_path / "copy")))
    assert not (tmp_path / "db.sqlite3").exists()


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda path: path.unlink(), "There is no file"),
        (lambda path: path.write_bytes(b"x" * 9000), "not a database"),
        (lambda path: path.write_bytes(path.read_bytes()[:-5000]), "malformed|corrupt"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.with_name("copy-wal").touch(), "lies beside"),
    ],
)
def test_unsound_backup_is_refused_and_changes_nothing(manage, database, tmp_path, damage, reason):
    write(database, 1)
    manage("backup", str(tmp_path / "copy"))
    database.close()
    damage(tmp_path / "copy")
    line = refusal(manage("restore", str(tmp_path / "copy")))
    assert any(part in line for part in reason.split("|"))
    assert numbers(tmp_path / "db.sqlite3") == [1]


@pytest.mark.parametrize("name", ["db.sqlite3", "db.sqlite3-wal", "link", "folder/../db.sqlite3", "other"])
def test_backup_over_a_database_is_refused(manage, database, tmp_path, name):
    write(database, 1)
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "db.sqlite3")
    (tmp_path / "other-wal").touch()
    assert "choose another file" in refusal(manage("backup", str(tmp_path / name)))
    write(database, 2)
    assert numbers(tmp_path / "db.sqlite3") == [1, 2]


def test_backup_with_the_ending_of_new_files_is_restored(manage, database, tmp_path):
    write(database, 1)
    manage("backup", str(tmp_path / "db.sqlite3.new"))
    database.close()
    manage("restore", str(tmp_path / "db.sqlite3.new"))
    assert numbers(tmp_path / "db.sqlite3") == [1]


def put_copy_under_log(folder, database):
    """Leave what a killed server leaves, with an older copy put over its file."""
    (folder / "copy").write_bytes((folder / "db.sqlite3").read_bytes())
    for count in (2000, 500):
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.executemany("INSERT INTO numbers VALUES (?)", [[number] for number in range(count)])
    log = (folder / "db.sqlite3-wal").read_bytes()
    database.close()
    (folder / "copy").replace(folder / "db.sqlite3")
    (folder / "db.sqlite3-wal").write_bytes(log)


def test_migrate_refuses_a_file_under_the_log_of_another_and_changes_neither(manage, database, tmp_path):
    put_copy_under_log(tmp_path, database)
    before = (tmp_path / "db.sqlite3").read_bytes(), (tmp_path / "db.sqlite3-wal").read_bytes()
    for _ in range(2):
        line = refusal(manage("migrate"))
        assert "do not fit together" in line
        assert "manage.py restore" in line
    assert ((tmp_path / "db.sqlite3").read_bytes(), (tmp_path / "db.sqlite3-wal").read_bytes()) == before


def test_migrate_applies_the_log_that_a_killed_server_left(manage, database, tmp_path):
    write(database, 1)
    log = (tmp_path / "db.sqlite3-wal").read_bytes()
    file = (tmp_path / "db.sqlite3").read_bytes()
    database.close()
    (tmp_path / "db.sqlite3").write_bytes(file)
    (tmp_path / "db.sqlite3-wal").write_bytes(log)
    assert manage("migrate").returncode == 0
    assert numbers(tmp_path / "db.sqlite3") == [1]


def test_log_that_a_server_removes_while_it_is_checked_is_no_error(tmp_path, monkeypatch):
    log, stat = tmp_path / "db.sqlite3-wal", Path.stat
    log.write_bytes(b"rows")

    def stat_and_remove(path, **options):
        status = stat(path, **options)
        path.unlink()
        return status

    with monkeypatch.context() as patch:
        patch.setattr(Path, "stat", stat_and_remove)
        check_log(tmp_path / "db.sqlite3")
    assert not log.exists()


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_commands_name_the_tools_of_postgresql(command, monkeypatch, tmp_path):
    monkeypatch.setattr("classifier.services.backup.connection.vendor", "postgresql")
    with pytest.raises(CommandError, match="pg_"):
        call_command(command, str(tmp_path / "copy"))


def test_what_root_restores_belongs_to_the_user_of_the_folder(manage, database, tmp_path):
    manage("backup", str(tmp_path / "copy"))
    database.close()
    if os.geteuid() == 0:
        os.chown(tmp_path, 10001, 10001)
    manage("restore", str(tmp_path / "copy"))
    assert (tmp_path / "db.sqlite3").stat().st_uid == tmp_path.stat().st_uid
