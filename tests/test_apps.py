import pytest
from django.contrib.auth.models import Group

from classifier.apps import REVIEWERS_MAY, add_reviewers


def test_migrating_switches_sqlite_to_its_write_ahead_log(manage, tmp_path):
    assert manage("migrate").returncode == 0
    assert (tmp_path / "db.sqlite3").read_bytes()[18:20] == b"\x02\x02"  # the file format's mark of WAL


def test_migrating_lets_only_its_owner_read_the_database(manage, tmp_path):
    path = tmp_path / "db.sqlite3"
    path.touch(0o644)
    assert manage("migrate").returncode == 0
    assert {file.name: file.stat().st_mode & 0o777 for file in tmp_path.glob("db.sqlite3*")} == {path.name: 0o600}


@pytest.mark.django_db
def test_migrating_adds_the_group_of_reviewers_once():
    group = Group.objects.get(name="Reviewers")
    assert sorted(group.permissions.values_list("codename", flat=True)) == sorted(REVIEWERS_MAY)
    group.permissions.clear()
    add_reviewers(using="default")
    assert not group.permissions.exists()


def test_command_before_the_first_migration_does_not_warn(manage, tmp_path):
    (tmp_path / "db.sqlite3").touch()
    assert manage("identify", "orignal").stderr == ""


def test_command_without_a_database_makes_none(manage, tmp_path):
    result = manage("identify", "orignal")
    assert (result.returncode, result.stderr) == (0, "")
    assert not (tmp_path / "db.sqlite3").exists()


def test_migrating_makes_a_file_for_its_owner_only(manage, tmp_path):
    assert manage("migrate").returncode == 0
    assert (tmp_path / "db.sqlite3").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "There is no"), (b"", "Run `manage.py migrate`"), (b"x" * 10_000, "file is not a database")],
)
def test_command_says_in_one_line_why_the_database_cannot_be_used(manage, tmp_path, content, message):
    if content is not None:
        (tmp_path / "db.sqlite3").write_bytes(content)
    result = manage("purge_history")
    assert result.returncode == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr
