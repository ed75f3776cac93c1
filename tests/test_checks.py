import sqlite3

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection

from classifier import checks
from classifier.checks import check_models, check_sqlite
from classifier.ml.artifacts import ACTIVE_FILE, BadVersion, write_active

VERSION = "20261122-00000001"


@pytest.fixture
def found(tmp_path, settings, monkeypatch):
    """Return what the check on models finds when one version, sound by the digest, is shipped."""
    settings.MODEL_DIRS = [tmp_path / "ml_models", tmp_path / "var"]
    monkeypatch.setattr(checks, "verify", lambda folder: None)
    (tmp_path / "ml_models" / "Ngram" / VERSION).mkdir(parents=True)
    write_active(tmp_path / "ml_models", "Ngram", VERSION)
    return lambda: [message.id for message in check_models()]


@pytest.fixture
def without_models(found, settings):
    (settings.MODEL_DIRS[0] / ACTIVE_FILE).unlink()


def test_sound_models_are_fine(found):
    assert found() == []


def test_no_models_at_all_are_a_warning(found, without_models):
    assert found() == ["classifier.W001"]


def test_missing_files_are_a_warning(found, settings):
    (settings.MODEL_DIRS[0] / "Ngram" / VERSION).rmdir()
    assert found() == ["classifier.W002"]


def test_a_bad_version_is_a_warning_that_says_what_to_do(found, monkeypatch):
    def verify(folder):
        raise BadVersion(f"{folder.name}: the digest differs")

    monkeypatch.setattr(checks, "verify", verify)
    [message] = check_models()
    assert "the digest differs" in message.msg
    assert "Restore ml_models/" in message.hint
    assert not message.is_serious()


def test_check_alone_passes_with_a_warning(without_models):
    assert call_command("check") is None


def test_check_of_the_models_fails_at_level_warning(without_models):
    with pytest.raises(SystemCheckError, match="There are no models"):
        call_command("check", "--tag", "models", "--fail-level", "WARNING")


def test_check_of_the_models_passes_when_they_are_sound(found):
    assert call_command("check", "--tag", "models", "--fail-level", "WARNING") is None


def test_check_of_other_tags_does_not_look_at_models(without_models):
    assert not [message for message in run_checks(tags=["urls"]) if message.id.startswith("classifier")]


@pytest.mark.parametrize(("version", "ids"), [((3, 40, 1), ["classifier.W003"]), ((3, 51, 3), []), ((3, 53, 4), [])])
def test_an_old_sqlite_is_a_warning(monkeypatch, version, ids):
    monkeypatch.setattr(connection, "vendor", "sqlite")
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    assert [message.id for message in check_sqlite()] == ids


def test_the_sqlite_of_postgresql_users_does_not_matter(monkeypatch):
    monkeypatch.setattr(connection, "vendor", "postgresql")
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))
    assert check_sqlite() == []


@pytest.mark.slow
def test_without_any_model_file_the_commands_that_repair_it_start(manage, tmp_path):
    empty = {"MODEL_DIRS": str(tmp_path / "none")}
    assert manage("migrate", **empty).returncode == 0
    assert manage("check", **empty).returncode == 0
    assert manage("check", "--tag", "models", "--fail-level", "WARNING", **empty).returncode == 1
