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
SERVE = "gunicorn --config deploy/gunicorn.conf.py --bind 127.0.0.1:{port} langid_site.wsgi"  # as deploy/start does
GUNICORN = SERVE.replace("--bind", "--workers 1 --bind")
PRODUCTION = {"DEBUG": "off", "HTTPS": "off"}  # as measured; by default pages have their style without collectstatic
SECONDS_TO_START = 120  # on a busy machine


@dataclass(frozen=True)
class Server:
    """A running server."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    environment: Mapping[str, str]

    @property
    def pid(self) -> int:
        """The process id of the only worker."""
        [pid] = self.workers
        return pid

    @property
    def workers(self) -> list[int]:
        """The process ids of the workers, oldest first."""
        listed = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, check=False)
        return [int(pid) for pid in listed.stdout.split()]

    @property
    def address(self) -> str:
        """URL of the home page, without the last slash."""
        return f"http://127.0.0.1:{self.port}"

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run manage.py with the server's database and models."""
        command = [*MANAGE, *arguments]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)


@contextmanager
def serving(command: str = GUNICORN, **settings: str) -> Iterator[Server]:
    """Serve an empty database with these settings, then remove it."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, **new_settings(Path(folder)), **settings}
        subprocess.run([*MANAGE, "migrate", "--verbosity", "0"], env=environment, check=True)
        with running(command, environment, Path(folder) / "log") as server:
            yield server


def new_settings(folder: Path) -> dict[str, str]:
    """Return the settings of a server with its database in a folder."""
    settings = {"DEBUG": "on", "SECRET_KEY": secrets.token_urlsafe(50), "ALLOWED_HOSTS": "127.0.0.1"}
    return {**settings, "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3"}


@contextmanager
def serving_too(server: Server) -> Iterator[Server]:
    """Serve the database of another server in one more process."""
    with tempfile.TemporaryDirectory() as folder, running(GUNICORN, server.environment, Path(folder) / "log") as other:
        yield other


@contextmanager
def running(command: str, environment: Mapping[str, str], path: Path) -> Iterator[Server]:
    """Run a server, a module of Python, until it is used no more; `path` is its log."""
    port = free_port()
    serve = [sys.executable, "-m", *command.format(port=port).split()]
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
