"""Fixtures of all tests: environment, fake models, users, predictions, keys."""

import os
import subprocess
import sys

os.environ.update(DEBUG="on", SECRET_KEY="of the tests only, " * 4, ALLOWED_HOSTS="localhost,127.0.0.1,[::1]")
os.environ.update(HTTPS="off", BEHIND_PROXY="off", MODEL_DIRS="ml_models,var/models")
os.environ.update(
    {f"LIMIT_{scope}": "1000000000" for scope in ("SINGLE", "BATCH", "HISTORY", "FEEDBACK", "EXPORT", "LOGIN")}
)
os.environ.setdefault("DATABASE_URL", "sqlite:///var/db.sqlite3")
os.environ["DJANGO_SETTINGS_MODULE"] = "langid_site.settings"

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, replace

import hypothesis
import numpy as np
import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection, connections
from django.http import HttpResponse
from django.test.client import Client, ClientHandler
from django.utils import translation

from classifier.ml.artifacts import LITERT_FILE, Card, digest
from classifier.ml.conformal import DEFAULT_CONFIDENCE, Calibration
from classifier.ml.encoding import normalise
from classifier.ml.judging import answer_texts, judge_words
from classifier.ml.verdict import Thresholds
from classifier.services import registry

pytest_plugins = ["tests.selection", "tests.toy_models", "tests.wide_model"]
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")


def pytest_configure():
    assert settings.DATABASES  # pytest-django sets Django up once the settings have been read


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Let PostgreSQL never gather statistics, else plans depend on when it saw which rows of the tests."""
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f'ALTER TABLE "{table}" SET (autovacuum_enabled = off)')


LABELS = ("en", "fr", "es", "und")
WORDS = {
    "orignal": (0.283514, 0.652386, 0.0441, 0.02),
    "piano": (0.343, 0.3332, 0.3038, 0.02),
    "xqzt": (0.03, 0.04, 0.03, 0.9),
}
ENGLISH = (0.9, 0.05, 0.03, 0.02)
ENDINGS = {"eau": (0.03, 0.9, 0.05, 0.02), "é": (0.03, 0.9, 0.05, 0.02), "a": (0.03, 0.05, 0.9, 0.02)}


@dataclass(frozen=True)
class FakeIdentifier:
    """Identifier with a table for a model."""

    card: Card
    calibration: Calibration | None = None

    def identify(self, texts, languages=(), confidence=DEFAULT_CONFIDENCE):
        rules = {"confidence": confidence, "calibration": self.calibration}
        return answer_texts(self.card, texts, self.probabilities, languages, **rules)

    def judge(self, words, languages=(), confidence=DEFAULT_CONFIDENCE):
        rules = {"confidence": confidence, "calibration": self.calibration}
        return judge_words(self.card, words, self.probabilities(words), languages, **rules)

    def probabilities(self, words):
        return np.array([self._row(normalise(word)) for word in words])

    def _row(self, word):
        by_ending = (row for ending, row in ENDINGS.items() if word.endswith(ending))
        return WORDS.get(word) or next(by_ending, ENGLISH)


def make_answer(card, word, probabilities):
    """Return the answer for a word with these probabilities by label."""
    [answer] = answer_texts(card, [word], lambda _words: np.array([[probabilities[label] for label in card.labels]]))
    return answer


def fake_card(name, version):
    return Card(
        name=name,
        version=version,
        labels=LABELS,
        alphabet="abc",
        length=28,
        thresholds=Thresholds(single=0.6, several=0.3, undetermined=0.5),
        golden={},
        tolerance=0,
        sha256={},
        scores={},
    )


@pytest.fixture(autouse=True)
def fake_models(request):
    """Serve fakes of Ngram and FF, unless marked `real_models`."""
    versions = {"Ngram": "20261122-00000001", "FF": "20261122-00000002"}
    fakes = {name: FakeIdentifier(fake_card(name, version)) for name, version in versions.items()}
    with nullcontext() if request.node.get_closest_marker("real_models") else registry.use(fakes):
        yield fakes


@pytest.fixture(autouse=True)
def no_activations(request, monkeypatch):
    """Watch no models, and read activations only in tests with a database."""
    monkeypatch.setattr(registry._registry, "keep_watch", lambda: None)
    with_database = {"db", "transactional_db"}.intersection(request.fixturenames)
    if not request.node.get_closest_marker("django_db") and not with_database:
        monkeypatch.setattr(registry, "read_activated", dict)


@pytest.fixture
def serve():
    """Return a function that serves other identifiers, by name."""
    with ExitStack() as stack:
        yield lambda identifiers: stack.enter_context(registry.use(identifiers))


@pytest.fixture
def without_model(serve, fake_models):
    """Return a function that makes some models unavailable."""
    return lambda *names: serve({**fake_models, **dict.fromkeys(names)})


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, tmp_path_factory):
    """Put SQLite's database into a file.

    In memory, writers would not wait for each other.
    """
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = tmp_path_factory.mktemp("database") / "test.sqlite3"


@pytest.fixture(autouse=True)
def no_language():
    """Deactivate the language, which a request leaves active."""
    yield
    translation.deactivate()


class ServerHandler(ClientHandler):
    """Answers as the server does: plain requests before Django's handler."""

    def __call__(self, environ):
        from classifier.api import plain_requests

        content, started = None, []
        if plain_requests.is_plain(environ):
            content = plain_requests.answer(environ, lambda *start: started.append(start))
        if content is None:
            return super().__call__(environ)
        [(status, headers)] = started
        assert len(headers) == len({name.lower() for name, _ in headers})
        response = HttpResponse(b"".join(content), status=int(status[:3]), headers=dict(headers))
        response.wsgi_request = WSGIRequest(environ)
        return response


@pytest.fixture
def client():
    client = Client()
    client.handler = ServerHandler(enforce_csrf_checks=False)
    return client


@pytest.fixture
def user(django_user_model):
    return django_user_model.objects.create(username="ana")


@pytest.fixture
def make_prediction(db):
    """Return a function that identifies and stores one word."""
    from classifier.services import identify as services

    def make(word="orignal", source="web", **options):
        [prediction] = services.identify(words=[word], source=source, **options)
        return prediction

    return make


@pytest.fixture
def manage(tmp_path):
    """Return a function that runs manage.py with its own database."""
    database = {"DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3"}

    def run(*arguments, **environment):
        command = [sys.executable, "manage.py", *arguments]
        environment = {**os.environ, **database, **environment}
        return subprocess.run(
            command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
        )

    return run


@pytest.fixture
def at_once():
    """Return a function that makes calls in threads at once.

    It returns the result or exception of each call.
    """

    def attempt(start, function, arguments):
        start.wait()
        try:
            return function(*arguments)
        finally:
            connections.close_all()

    def run(function, calls):
        start = threading.Barrier(len(calls))
        with ThreadPoolExecutor(len(calls)) as pool:
            futures = [pool.submit(attempt, start, function, arguments) for arguments in calls]
        return [future.exception() or future.result() for future in futures]

    return run


@pytest.fixture
def make_key(db):
    """Return a function that makes API keys with `headers`."""
    from classifier.api.models import ApiKey

    def make(name="tests", **fields):
        key = ApiKey(name=name, **fields)
        secret = key.set_secret()
        key.save()
        key.headers = {"authorization": f"Bearer {secret}"}
        return key

    return make


@pytest.fixture
def api_key(make_key):
    """Return a key without restrictions."""
    return make_key()


@pytest.fixture(scope="session", autouse=True)
def limits_file(tmp_path_factory):
    """Count limits apart from a server in the same folder."""
    settings.LIMITS_FILE = tmp_path_factory.mktemp("counters") / "limits"


@pytest.fixture(scope="session", autouse=True)
def fast_password_hasher():
    """Hash passwords quickly, since no test is about hashing."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def limits(settings, tmp_path, request):
    """Return a function that sets limits, all unused."""
    settings.LIMITS_FILE = tmp_path / "limits"
    if connection.vendor == "postgresql":
        request.getfixturevalue("db")
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM classifier_counter")

    def limit(**numbers):
        settings.LIMITS = {**settings.LIMITS, **numbers}

    return limit


@pytest.fixture
def limit_queries():
    """Return the number of queries that count a limit."""
    return 1 if connection.vendor == "postgresql" else 0


@pytest.fixture
def break_limits(settings, tmp_path):
    """Return a function that makes limits uncountable, and returns what the log says then."""

    def break_them():
        settings.LIMITS_FILE = tmp_path
        if connection.vendor == "sqlite":
            return "Limits cannot be counted"
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE classifier_counter")
        return 'relation "classifier_counter" does not exist Run `manage.py migrate`.'

    return break_them


@pytest.fixture
def make_version():
    """Return a function that writes a version with a sound card and a file."""

    def make(folder):
        folder.mkdir(parents=True)
        (folder / LITERT_FILE).write_bytes(folder.name.encode())
        card = fake_card(folder.parent.name, folder.name)
        golden = {"orignal": (0.2, 0.7, 0.05, 0.05)}
        replace(card, golden=golden, sha256={LITERT_FILE: digest(folder / LITERT_FILE)}).write(folder)
        return folder

    return make
