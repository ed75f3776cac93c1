"""A production server of real processes, on a database and models of its own."""

import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from benchmarks.postgresql import NoPostgresql, postgresql

PROJECT = Path(__file__).resolve().parents[2]
MODEL = "Ngram"
SECONDS_TO_START = 120  # a busy machine is slow
LIMITS = ("SINGLE", "BATCH", "HISTORY", "FEEDBACK", "EXPORT", "LOGIN")


class Server:
    """A gunicorn server in `folder`; its workers are real processes."""

    key = ""  # an API key to call with
    project = PROJECT  # the folder of the code, and of `var`

    def __init__(self, folder, *, workers=2, database_url="", before=(), **environment):
        self.folder, self.database = folder, folder / "db.sqlite3"
        self.models = folder / "ml_models"
        self.port = _free_port()
        self.environment = {
            **os.environ,
            **{f"LIMIT_{scope}": str(10**9) for scope in LIMITS},
            "DATABASE_URL": database_url or f"sqlite:///{self.database}",
            "MODEL_DIRS": str(self.models),
            "SECRET_KEY": secrets.token_urlsafe(50),
            **dict.fromkeys(("DEBUG", "HTTPS", "BEHIND_PROXY"), "off"),
            "ALLOWED_HOSTS": "127.0.0.1",
            **environment,
        }
        gunicorn = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "langid_site.wsgi"]
        self.command = [*before, *gunicorn, "--bind", f"127.0.0.1:{self.port}", "--workers", str(workers)]
        self.log = folder / "log"

    def copy_models(self):
        """Copy the best shipped model, the only one that is listed."""
        listed = json.loads((PROJECT / "ml_models" / "active.json").read_text())
        shutil.copytree(PROJECT / "ml_models" / MODEL / listed[MODEL], self.models / MODEL / listed[MODEL])
        (self.models / "active.json").write_text(json.dumps({MODEL: listed[MODEL]}))
        self.version = self.models / MODEL / listed[MODEL]

    def manage(self, *arguments):
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=self.project, env=self.environment, capture_output=True, text=True, check=False, timeout=300
        )

    def start(self):
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.project, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.kill()

    @property
    def workers(self):
        """The process ids of the workers."""
        listed = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False)
        return [int(pid) for pid in listed.stdout.split()]

    def call(self, method, path, body=None, timeout=60, headers=None):
        """Return status, parsed body (None if it is no JSON) and seconds; status 0 for a cut connection."""
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, method=method)
        key = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        request.headers = {"Content-type": "application/json", **key, **(headers or {})}
        start = time.monotonic()
        try:
            with urllib.request.urlopen(request, timeout=timeout) as response:
                status, content = response.status, response.read()
        except urllib.error.HTTPError as error:
            status, content = error.code, error.read()
        except (OSError, http.client.HTTPException):
            status, content = 0, b""
        return status, parse(content), time.monotonic() - start

    def post(self, word="orignal"):
        return self.call("POST", "/api/v1/predictions", {"word": word})

    def kill(self):
        """End all its processes at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def ready(self):
        return self.call("GET", "/readyz")[:2]

    def wait_until(self, status, path="/readyz", seconds=SECONDS_TO_START):
        """Wait until the address answers so; return the seconds."""
        start = time.monotonic()
        while self.call("GET", path)[0] != status:
            assert time.monotonic() - start < seconds, f"{path} is not {status}\n{self.log.read_text()[-4000:]}"
            time.sleep(0.05)
        return time.monotonic() - start

    def wait_for_log(self, text, seconds=10):
        start = time.monotonic()
        while text not in self.log.read_text():
            assert time.monotonic() - start < seconds, f"{text} is not logged\n{self.log.read_text()[-4000:]}"
            time.sleep(0.05)

    def stored_ids(self):
        """Return the public ids in the file, and its integrity."""
        with closing(sqlite3.connect(self.database)) as database:
            ids = [row[0] for row in database.execute("SELECT public_id FROM classifier_prediction")]
            return ids, database.execute("PRAGMA integrity_check").fetchone()[0]


class Load:
    """Clients that post words until the block ends, and log each answer."""

    def __init__(self, server, clients=8):
        self.server, self.answers, self._stop = server, [], threading.Event()
        self._threads = [threading.Thread(target=self._post) for _ in range(clients)]

    def _post(self):
        while not self._stop.is_set():
            self.answers.append(self.server.post())

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    @property
    def acknowledged(self):
        """The ids of answers with status 201, as the database writes them."""
        return [body["id"].replace("-", "") for status, body, _ in self.answers if status == 201]

    def statuses(self):
        return {status for status, *_ in self.answers}


@contextmanager
def serving(folder, **options):
    """Migrate and serve in `folder`."""
    server = Server(folder, **options)
    server.copy_models()
    migrated = server.manage("migrate", "--verbosity", "0")
    assert migrated.returncode == 0, migrated.stderr
    server.start()
    try:
        server.wait_until(200)
        yield server
    finally:
        server.stop()


@contextmanager
def postgresql_or_skip():
    """Run a throw-away PostgreSQL server until the end of the block."""
    try:
        with postgresql() as cluster:
            yield cluster
    except NoPostgresql as error:
        pytest.skip(str(error))


def parse(content):
    try:
        return json.loads(content)
    except ValueError:
        return None


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]
