import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import environ
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.urls import reverse

from langid_site.postgresql import BoundedConnection

PRODUCTION = {"DEBUG": "off", "ALLOWED_HOSTS": "words.example", "SECRET_KEY": "x7" + "".join(map(chr, range(60, 120)))}


@pytest.fixture
def settings_in(monkeypatch):
    """Return a function that reads the settings as in production."""

    def read(**environment):
        monkeypatch.setattr(environ.Env, "read_env", lambda *_: None)
        for name in ("DATABASE_URL", "HTTPS", "BEHIND_PROXY", "MODEL_DIRS"):
            monkeypatch.delenv(name, raising=False)
        for name, value in {**PRODUCTION, **environment}.items():
            monkeypatch.setenv(name, value)
        return SimpleNamespace(**runpy.run_path(str(settings.BASE_DIR / "langid_site" / "settings.py")))

    return read


@pytest.mark.parametrize(
    ("environment", "advice"),
    [
        ({"SECRET_KEY": ""}, "Set SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "Set SECRET_KEY"),
        ({"DEBUG": "on", "SECRET_KEY": ""}, "Set SECRET_KEY"),
        ({"ALLOWED_HOSTS": ""}, "Set ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "*"}, "Set ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "words.example,*"}, "Set ALLOWED_HOSTS"),
        ({"DEBUG": "on"}, "DEBUG shows the inside"),
        ({"CONSENSUS": "1"}, "Set CONSENSUS to 0, or to 2"),
        ({"CONSENSUS": "-3"}, "Set CONSENSUS to 0, or to 2"),
    ],
)
def test_unsafe_settings_are_refused(settings_in, environment, advice):
    with pytest.raises(ImproperlyConfigured, match=advice):
        settings_in(**environment)


def test_refusal_reaches_the_terminal(manage):
    process = manage("migrate", **{**PRODUCTION, "SECRET_KEY": ""})
    assert process.returncode != 0
    assert "Set SECRET_KEY" in process.stderr


def test_deployment_checks_pass(manage):
    process = manage("check", "--deploy", "--fail-level", "WARNING", "--tag", "security", HTTPS="on", **PRODUCTION)
    assert process.returncode == 0, process.stderr


def test_migrations_are_complete(db):
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)


def test_debug_is_off_and_https_on_by_default(settings_in):
    read = settings_in(DEBUG="")
    assert (read.DEBUG, read.HTTPS, read.SECURE_SSL_REDIRECT, read.CSRF_COOKIE_SECURE) == (False, True, True, True)


def test_developer_needs_a_key_only(settings_in):
    read = settings_in(DEBUG="on", ALLOWED_HOSTS="localhost")
    assert (read.HTTPS, read.SECURE_HSTS_SECONDS) == (False, 0)


def test_proxy_headers_are_trusted_only_behind_a_proxy(settings_in):
    assert settings_in().SECURE_PROXY_SSL_HEADER is None
    assert settings_in(BEHIND_PROXY="on").SECURE_PROXY_SSL_HEADER == ("HTTP_X_FORWARDED_PROTO", "https")


def test_settings_are_documented(settings_in, monkeypatch):
    class Recorder(dict):
        read = set()

        def __getitem__(self, name):
            self.read.add(name)
            return super().__getitem__(name)

    monkeypatch.setattr(environ.Env, "ENVIRON", Recorder(PRODUCTION))
    settings_in()
    table = (settings.BASE_DIR / "docs" / "operations.md").read_text().partition("## Settings")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == Recorder.read


def test_cors_origins_come_from_the_environment(settings_in):
    assert settings_in().CORS_ALLOWED_ORIGINS == []
    assert settings_in(CORS_ORIGINS="https://a.example, https://b.example").CORS_ALLOWED_ORIGINS == [
        "https://a.example",
        "https://b.example",
    ]


def test_model_folders_come_from_the_environment(settings_in):
    folders = settings_in(MODEL_DIRS="ml_models,/srv/models").MODEL_DIRS
    assert folders == [settings.BASE_DIR / "ml_models", Path("/srv/models")]


@pytest.fixture(params=["/admin/login/", "/nowhere", "/static/nowhere.css", "/api/v1/models", "/api/nowhere"])
def response(request, client, db):
    """Return the responses of several kinds of address."""
    return client.get(request.param)


def test_responses_have_the_security_headers(response):
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]


def test_content_security_policy_is_strict(response):
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_bad_host_is_refused_with_the_headers(client):
    response = client.get("/admin/login/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert "Content-Security-Policy" in response


def test_http_is_redirected_to_https(client, settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 3600
    assert client.get("/admin/login/")["Location"].startswith("https://")
    assert "max-age=3600" in client.get("/admin/login/", secure=True, follow=True)["Strict-Transport-Security"]


@pytest.mark.django_db
def test_admin_has_no_inline_code(admin_client):
    page = admin_client.get(reverse("admin:index")).content.decode()
    assert "<script>" not in page
    assert " style=" not in page
    assert " onclick=" not in page


def test_sqlite_writes_are_durable(manage, tmp_path):
    (tmp_path / "db.sqlite3").touch()
    command = (
        "from django.db import connection\nwith connection.cursor() as cursor:\n for name in"
        " ('synchronous', 'mmap_size', 'secure_delete'): print(cursor.execute(f'PRAGMA {name}').fetchone()[0])\n"
        "print(connection.transaction_mode, connection.settings_dict['CONN_MAX_AGE'])"
    )
    process = manage("shell", "--no-imports", "-c", command)
    assert process.stdout.split() == ["2", "0", "1", "IMMEDIATE", "None"], process.stderr


def test_postgresql_has_a_pool_and_timeouts(settings_in):
    options = settings_in(DATABASE_URL="postgres://me@words.example/words").DATABASES["default"]["OPTIONS"]
    pool = options["pool"]
    assert pool["timeout"] == pool["reconnect_timeout"] == options["connect_timeout"] == 5
    assert pool["connection_class"] is BoundedConnection
    assert "statement_timeout=5s" in options["options"]


def test_options_of_the_database_url_take_precedence(settings_in):
    address = "postgres://me@words.example/words?sslmode=require&connect_timeout=2"
    options = settings_in(DATABASE_URL=address).DATABASES["default"]["OPTIONS"]
    assert (options["sslmode"], options["connect_timeout"]) == ("require", 2)


def test_pysqlite3_replaces_sqlite_where_installed():
    pysqlite3 = pytest.importorskip("pysqlite3", reason="no wheel of pysqlite3 for this machine")
    from django.db.backends.sqlite3.base import Database

    assert Database is pysqlite3.dbapi2


def test_log_records_are_filtered_once():
    handlers = settings.LOGGING["handlers"].values()
    assert [handler["filters"] for handler in handlers] == [["without_query", "request_id"]]
    assert not any(settings.LOGGING["loggers"][name]["handlers"] for name in ("django", "django.server"))


@pytest.mark.parametrize(("https", "prefix"), [("on", "__Host-"), ("off", "")])
def test_cookies_are_bound_to_the_host_with_https(settings_in, https, prefix):
    read = settings_in(HTTPS=https)
    names = {read.SESSION_COOKIE_NAME, read.CSRF_COOKIE_NAME, read.LANGUAGE_COOKIE_NAME}
    assert names == {f"{prefix}{name}" for name in ("sessionid", "csrftoken", "django_language")}


@pytest.mark.parametrize(("debug", "formatter"), [("on", "line"), ("off", "json")])
def test_logs_are_json_on_a_server(settings_in, debug, formatter):
    read = settings_in(DEBUG=debug, ALLOWED_HOSTS="localhost")
    assert read.LOGGING["handlers"]["console"]["formatter"] == formatter
