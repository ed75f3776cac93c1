"""Start, memory and first use."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.performance.results import Measured, Plan, Row
from benchmarks.performance.visitor import Visitor
from benchmarks.processes import memory_mb
from benchmarks.server import GUNICORN, MANAGE, PRODUCTION, PROJECT, SERVE, free_port, new_settings, serving

STARTS = 5
PATIENCE = 600  # seconds
ROUNDS, WORDS = 100, 100
PAGES = ("/", "/history/", "/api/v1/models")


@contextmanager
def started(command: Sequence[str], folder: Path, environment: Mapping[str, str], url: str) -> Iterator[float]:
    """Start a program in a folder; yield the seconds until it answers; end it with its processes."""
    with tempfile.TemporaryFile("w+") as log:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            if not _answers(url, process):
                log.seek(0)
                sys.exit(f"{url} does not answer:\n{log.read()}")
            yield time.perf_counter() - start
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait()


def _answers(url: str, process: subprocess.Popen[bytes]) -> bool:
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        with suppress(URLError, ConnectionError), urlopen(url, timeout=60) as response:
            return bool(response.status == 200)
        time.sleep(0.02)
    return False


def start(_plan: Plan) -> Measured:
    """Measure from the start of the server until it is ready."""
    commands = {
        "deploy/start": ["deploy/start", "--bind", "127.0.0.1:{port}"],
        "gunicorn": [sys.executable, "-m", *SERVE.split()],
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, **new_settings(Path(folder)), **PRODUCTION}
        subprocess.run([*MANAGE, "migrate", "--verbosity", "0"], env=environment, check=True)
        for _ in range(STARTS):
            for name, command in commands.items():
                port = free_port()
                words = [word.format(port=port) for word in command]
                with started(words, PROJECT, environment, f"http://127.0.0.1:{port}/readyz") as one:
                    seconds[name].append(one)
    return Measured(
        f"until /readyz answers 200, on a migrated database, {STARTS} starts in turns",
        [
            Row("start to ready: `make serve`", median(seconds["deploy/start"]), "s", 2, at_most=True),
            Row("of it gunicorn with its workers", median(seconds["gunicorn"]), "s"),
        ],
        seconds,
    )


def memory(_plan: Plan) -> Measured:
    """Measure a worker after pages, words and batches by all models."""
    with serving(GUNICORN, **PRODUCTION) as server:
        visitor = Visitor(server)
        models = [model["name"] for model in json.loads(visitor.request("/api/v1/models")[0])["models"]]
        _send_words(visitor, models)
        after_words = memory_mb(server.pid)
        for model in models:
            _post(visitor, "/api/v1/predictions/batch", {"items": [{"word": "mot"}] * WORDS, "model": model})
        after_batches = memory_mb(server.pid)
    return Measured(
        f"one worker, resident, after {ROUNDS} requests of pages and of words by each of {len(models)} models, and "
        f"then of a batch of {WORDS} words by each",
        [
            Row("worker's memory after words by all models", after_words["now"], "MB", 150, at_most=True),
            Row("worker's memory after batches by all models", after_batches["now"], "MB", 150, at_most=True),
        ],
        {"after words": after_words, "after batches": after_batches},
    )


def _send_words(visitor: Visitor, models: Sequence[str]) -> None:
    for number in range(ROUNDS):
        for path in PAGES:
            visitor.request(path)
        for model in models:
            _post(visitor, "/api/v1/predictions", {"word": f"mot{'a' * (number % 20)}", "model": model})


def _post(visitor: Visitor, path: str, document: object) -> None:
    visitor.request(path, json.dumps(document).encode(), "application/json")


def first_use(plan: Plan) -> Measured:
    """Measure `make run` in a fresh clone, with pip's cache as an earlier clone has left it."""
    seconds = []
    for _ in range(1 if plan.quick else 2):
        with tempfile.TemporaryDirectory() as folder:
            clone = Path(folder) / "clone"
            subprocess.run(["git", "clone", "--quiet", str(PROJECT), str(clone)], check=True)
            port = free_port()
            own = {*new_settings(clone), "MAKEFLAGS", "MAKELEVEL", "MFLAGS"}  # of this server, and of `make benchmark`
            environment = {key: value for key, value in os.environ.items() if key not in own}
            command = ["make", "--silent", "run", f"ADDRESS=127.0.0.1:{port}"]
            with started(command, clone, environment, f"http://127.0.0.1:{port}/") as one:
                seconds.append(one)
            print(f"  {one:.1f} s", file=sys.stderr)
    return Measured(
        "from `make run` in a new clone of the last commit until the home page answers; the last of "
        f"{len(seconds)} clones, so that pip's cache is warm",
        [Row("`make run`, fresh clone, warm cache", seconds[-1], "s", 30, 20, at_most=True)],
        {"seconds": seconds},
    )
