"""Prints the memory of one web worker after it has served pages and answers of every model."""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LIMIT_MB = 150
ROUNDS = 100
PAGES = ("/", "/history/", "/api/v1/models")
PROJECT = Path(__file__).parents[1]


@contextmanager
def server(database: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Serve what `make run` serves, on a database of its own, without the reloader's second process."""
    environment = {**os.environ, "DEBUG": "on", "SECRET_KEY": "benchmark" * 6, "DATABASE_URL": f"sqlite:///{database}"}
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "--verbosity", "0"], cwd=PROJECT, env=environment, check=True)
    serve = [*manage, "runserver", "--noreload", f"127.0.0.1:{port}"]
    process = subprocess.Popen(serve, cwd=PROJECT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


def request(port: int, method: str, path: str, body: object = None) -> bytes:
    """Return the body of a successful answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Content-Type": "application/json"} if body else {}
    connection.request(method, path, json.dumps(body) if body else None, headers)
    response = connection.getresponse()
    if response.status >= 400:
        sys.exit(f"{method} {path}: {response.status}")
    return response.read()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return when the server accepts connections."""
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return
    sys.exit("the server did not start")


def use(port: int) -> None:
    """Ask for pages and, of every model, for answers."""
    models = [model["name"] for model in json.loads(request(port, "GET", "/api/v1/models"))["models"]]
    for number in range(ROUNDS):
        for path in PAGES:
            request(port, "GET", path)
        for model in models:
            request(port, "POST", "/api/v1/predictions", {"word": f"mot{'a' * (number % 20)}", "model": model})


def memory_mb(pid: int) -> dict[str, float]:
    """Return the resident memory of a process (Linux), now and at most, and what of it is not shared."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    values = {key: value.split()[0] for key, value in (line.split(":", 1) for line in lines) if value.split()}
    return {name: int(values[key]) / 1024 for name, key in (("now", "VmRSS"), ("peak", "VmHWM"), ("own", "RssAnon"))}


def main() -> None:
    """Serve, ask, measure; exit 1 above the limit."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder, server(Path(folder) / "db.sqlite3", port) as process:
        wait_for(port, process)
        use(port)
        memory = memory_mb(process.pid)
    print(f"web worker: {memory['now']:.0f} MB resident ({memory['own']:.0f} MB its own), peak {memory['peak']:.0f} MB")
    sys.exit(memory["now"] > LIMIT_MB)


if __name__ == "__main__":
    main()
