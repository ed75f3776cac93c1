"""Temporary server with an empty database."""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
MANAGE = (sys.executable, str(PROJECT / "manage.py"))
PRODUCTION = {"DEBUG": "off", "HTTPS": "off"}  # as measured; by default pages have their style without collectstatic
SECONDS_TO_START = 120  # on a busy machine


@dataclass(frozen=True)
class Server:
    """A running server: gunicorn as `make serve` starts it, but with one worker."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    environment: Mapping[str, str]

    @property
    def pid(self) -> int:
        """The process id of the worker."""
        command = ["pgrep", "-P", str(self.process.pid)]
        return int(subprocess.run(command, capture_output=True, check=True).stdout)

    @property
    def address(self) -> str:
        """URL of the home page, without the last slash."""
        return f"http://127.0.0.1:{self.port}"

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run manage.py with the server's database and models."""
        command = [*MANAGE, *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)


@contextmanager
def serving(**settings: str) -> Iterator[Server]:
    """Serve an empty database with these settings, then remove it."""
    with tempfile.TemporaryDirectory() as folder:
        options = {"DEBUG": "on", "SECRET_KEY": secrets.token_urlsafe(50), "ALLOWED_HOSTS": "127.0.0.1"}
        environment = {**os.environ, **options, **settings, "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3"}
        subprocess.run([*MANAGE, "migrate", "--verbosity", "0"], env=environment, check=True)
        with _process(environment, Path(folder) / "log") as server:
            yield server


@contextmanager
def serving_too(server: Server) -> Iterator[Server]:
    """Serve the database of another server in one more process."""
    with _process(server.environment, server.log.with_name("log-of-the-other")) as other:
        yield other


@contextmanager
def _process(environment: Mapping[str, str], path: Path) -> Iterator[Server]:
    port = free_port()
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "langid_site.wsgi"]
    serve = [*gunicorn, "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    with path.open("w") as log:
        process = subprocess.Popen(serve, cwd=PROJECT, env=environment, stdout=log, stderr=log)
        try:
            _wait_for(port, process, path)
            yield Server(process, port, path, environment)
        finally:
            process.terminate()
            process.wait()


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return
    sys.exit(f"the server did not start:\n{log.read_text()}")
