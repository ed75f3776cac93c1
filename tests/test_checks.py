import sqlite3

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection

from classifier import checks
from classifier.checks import check_models, check_server, check_sqlite
from classifier.ml.artifacts import ACTIVE_FILE, BadVersion, write_active

VERSION = "20261122-00000001"


@pytest.fixture
def check_ids(tmp_path, settings, monkeypatch):
    """Ship one sound version; return a function that checks: ids."""
    settings.MODEL_DIRS = [tmp_path / "ml_models", tmp_path / "var"]
    monkeypatch.setattr(checks, "verify_all", lambda folder: None)
    (tmp_path / "ml_models" / "Ngram" / VERSION).mkdir(parents=True)
    write_active(tmp_path / "ml_models", "Ngram", VERSION)
    return lambda: [message.id for message in check_models()]


@pytest.fixture
def without_models(check_ids, settings):
    (settings.MODEL_DIRS[0] / ACTIVE_FILE).unlink()


def test_sound_models_give_no_warning(check_ids):
    assert check_ids() == []


def test_missing_models_are_a_warning(check_ids, without_models):
    assert check_ids() == ["classifier.W001"]


def test_missing_files_are_a_warning(check_ids, settings):
    (settings.MODEL_DIRS[0] / "Ngram" / VERSION).rmdir()
    assert check_ids() == ["classifier.W002"]


def test_unsound_version_is_a_warning_with_a_hint(check_ids, monkeypatch):
    def verify(folder):
        raise BadVersion(f"{folder.name}: the digest differs")

    monkeypatch.setattr(checks, "verify_all", verify)
    [message] = check_models()
    assert "the digest differs" in message.msg
    assert "Restore ml_models/" in message.hint
    assert not message.is_serious()


def test_check_alone_passes_with_a_warning(without_models):
    assert call_command("check") is None


def test_check_of_the_models_fails_at_level_warning(without_models):
    with pytest.raises(SystemCheckError, match="active.json is missing, malformed or empty"):
        call_command("check", "--tag", "models", "--fail-level", "WARNING")


def test_check_of_the_models_passes_when_they_are_sound(check_ids):
    assert call_command("check", "--tag", "models", "--fail-level", "WARNING") is None


def test_check_of_other_tags_does_not_check_models(without_models):
    assert not [message for message in run_checks(tags=["urls"]) if message.id.startswith("classifier")]


@pytest.mark.parametrize(("version", "ids"), [((3, 40, 1), ["classifier.W003"]), ((3, 51, 3), []), ((3, 53, 4), [])])
def test_outdated_sqlite_is_a_warning(monkeypatch, version, ids):
    monkeypatch.setattr(connection, "vendor", "sqlite")
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    assert [message.id for message in check_sqlite()] == ids


def test_outdated_sqlite_does_not_matter_with_postgresql(monkeypatch):
    monkeypatch.setattr(connection, "vendor", "postgresql")
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 40, 1))
    assert check_sqlite() == []


@pytest.mark.slow
def test_repairing_commands_start_without_models(manage, tmp_path):
    empty = {"MODEL_DIRS": str(tmp_path / "none")}
    assert manage("migrate", **empty).returncode == 0
    assert manage("check", **empty).returncode == 0
    assert manage("check", "--tag", "models", "--fail-level", "WARNING", **empty).returncode == 1


@pytest.fixture
def server(settings, tmp_path):
    """Set up what a server needs; return a function that checks: ids."""
    settings.BEHIND_PROXY, settings.LIMITS_FILE = True, tmp_path / "limits"
    return lambda: [message.id for message in check_server()]


def test_server_with_all_it_needs_gives_no_warning(server):
    assert server() == []


def test_uncollected_static_files_are_a_warning(server, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "langid_site.storage.HashedFiles"}}
    assert server() == ["classifier.W004"]


@pytest.mark.parametrize(("stated", "ids"), [(None, ["classifier.W005"]), (False, []), (True, [])])
def test_proxy_has_to_be_stated(server, settings, stated, ids):
    settings.BEHIND_PROXY = stated
    assert server() == ids


def test_folder_that_cannot_be_written_is_a_warning(server, settings, tmp_path):
    settings.LIMITS_FILE = tmp_path / "none" / "limits"
    assert server() == ["classifier.W006"]
