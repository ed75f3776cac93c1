"""GET /livez and /readyz."""

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from classifier.api import health
from classifier.api.health import PARTS
from classifier.api.models import Heartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_last_check(monkeypatch):
    monkeypatch.setattr(health, "_last_check", (float("-inf"), {}))


@pytest.fixture
def read_only_database(monkeypatch):
    """Make writes to the database fail."""

    def fail():
        raise OperationalError("attempt to write a readonly database")

    monkeypatch.setattr(Heartbeat, "beat", fail)


def not_ready(client):
    """Return the parts that are not ready."""
    response = client.get("/readyz")
    parts = response.json()
    assert response.status_code == 503
    assert parts.pop("status") == "unavailable"
    return [name for name, status in parts.items() if status != "ok"]


def test_process_that_can_answer_is_ready(client):
    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (200, {"status": "ok", **dict.fromkeys(PARTS, "ok")})
    assert Heartbeat.objects.count() == 1


def test_process_without_writable_database_is_alive_but_not_ready(client, read_only_database):
    assert not_ready(client) == ["database"]
    assert client.get("/livez").status_code == 200


@pytest.mark.parametrize("name", ["Ngram", "FF"])
def test_process_without_one_of_its_models_is_not_ready(client, without_model, name):
    without_model(name)

    assert not_ready(client) == ["models"]


def test_process_with_a_migration_to_apply_is_not_ready(client, caplog):
    MigrationRecorder(connection).record_unapplied("classifier", "0001_initial")
    assert not_ready(client) == ["database"]
    assert "Run `manage.py migrate` for classifier.0001_initial" in caplog.text


def test_process_with_unusable_limits_is_not_ready(client, break_limits):
    break_limits()
    assert not_ready(client) == ["limits"]


def test_process_without_collected_static_files_is_not_ready(client, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "langid_site.storage.HashedFiles"}}
    assert not_ready(client) == ["static"]
    assert client.get("/").status_code == 200


def test_liveness_needs_no_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/livez").json() == {"status": "ok"}


def test_readiness_writes_at_most_once_a_second(client, monkeypatch):
    beats = []
    monkeypatch.setattr(Heartbeat, "beat", lambda: beats.append(1))
    for _ in range(20):
        client.get("/readyz")
    assert len(beats) <= 2


def test_reason_of_a_failed_check_is_in_the_log_only(client, read_only_database, caplog):
    assert "readonly" not in client.get("/readyz").content.decode()
    assert "readonly" in caplog.text


@pytest.mark.parametrize("address", ["/livez", "/readyz"])
def test_health_is_answered_over_http_and_never_cached(client, settings, address):
    settings.SECURE_SSL_REDIRECT = True
    response = client.get(address)

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert client.post(address).status_code == 405
