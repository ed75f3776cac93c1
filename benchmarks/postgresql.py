"""A throw-away PostgreSQL server, with the settings of its installation."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NoPostgresql(Exception):
    """Error of a machine without PostgreSQL's server."""


class Cluster:
    """A server on a socket in `folder`, of the user postgres if started by root."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder, self._programs = folder, programs
        self._user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []  # it refuses to run as root
        if self._user:
            shutil.chown(folder, pwd.getpwnam("postgres").pw_uid)
        self._run("initdb", "--pgdata", f"{folder}/data", "--username", "postgres", "--auth", "trust")
        options = f"listen_addresses = ''\nunix_socket_directories = '{folder}'\n"
        with (folder / "data" / "postgresql.conf").open("a") as file:
            file.write(options)
        self.url = f"postgres://postgres@/{folder}/postgres"

    def _run(self, program: str, *arguments: str, output: int = subprocess.DEVNULL) -> str:
        command = [*self._user, str(self._programs / program), *arguments]
        run = subprocess.run(command, check=True, cwd=self.folder, stdout=output, text=True, timeout=120)
        return run.stdout or ""

    def start(self) -> None:
        """Start, and wait until it answers."""
        self._run("pg_ctl", "--pgdata", f"{self.folder}/data", "--log", f"{self.folder}/log", "--wait", "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop, and wait for the end."""
        self._run("pg_ctl", "--pgdata", f"{self.folder}/data", "--mode", mode, "stop")

    def query(self, text: str) -> list[str]:
        """Return the lines of the answer, with | between the columns."""
        options = ["--host", str(self.folder), "--username", "postgres", "--tuples-only", "--no-align"]
        return self._run("psql", *options, "--command", text, output=subprocess.PIPE).splitlines()

    def stored_ids(self) -> list[str]:
        """Return the public ids of all predictions, without hyphens."""
        return self.query("SELECT replace(public_id::text, '-', '') FROM classifier_prediction")

    @property
    def pid(self) -> int:
        """The process id of the server; its connections are children."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def processes(self) -> list[int]:
        """Return the process ids of the server and its children."""
        listed = subprocess.run(["pgrep", "-P", str(self.pid)], capture_output=True, text=True, check=False)
        return [self.pid, *map(int, listed.stdout.split())]


@contextmanager
def postgresql() -> Iterator[Cluster]:
    """Run a server until the end of the block; raise NoPostgresql where none is installed."""
    found = shutil.which("initdb")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin")) or ([Path(found).resolve().parent] if found else [])
    if not folders:
        raise NoPostgresql("no PostgreSQL server is installed (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="words-"))  # short, for the socket, and of its user alone
    cluster = Cluster(folder, folders[-1])
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop("immediate")
        shutil.rmtree(folder)
