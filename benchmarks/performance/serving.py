"""Requests a second, waits and CPU of servers beside each other."""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from urllib.error import HTTPError
from urllib.request import urlopen

from benchmarks.load import WARM_UP, Figures, Requests, get_words, measure, post_words, run_wrk
from benchmarks.performance.results import Measured, Plan, Row, Unavailable, beside
from benchmarks.performance.words import some_words
from benchmarks.server import PRODUCTION, PROJECT, SERVE, Server, running, serving

WORKERS = 2
CONNECTIONS, FEW = 32, 8
WORDS, BATCH, BATCHES = 60_000, 1000, 60
OURS, FASTAPI, KERAS, EMPTY = "ours", "FastAPI + lingua, SQLite FULL", "the 2019 way", "empty view"
POSTGRESQL, SQLITE = "ours on PostgreSQL", "ours on SQLite"
PREDICTIONS = "/api/v1/predictions"
# Limits count every request but refuse none; everything else is as shipped.
SETTINGS = {
    **PRODUCTION,
    "WEB_CONCURRENCY": str(WORKERS),
    **{f"LIMIT_{name}": str(10**9) for name in ("SINGLE", "BATCH")},
}
UVICORN = f"uvicorn --workers {WORKERS} --no-access-log --port {{port}} benchmarks.peers.fastapi_lingua:app"
FLASK = f"gunicorn --workers {WORKERS} --threads 4 --bind 127.0.0.1:{{port}} benchmarks.peers.flask_keras_2019:app"
TODAY = 8.0  # milliseconds of CPU a request when the targets were set: 7 to 9
LAST = "p99"


@dataclass
class Contestant:
    """A running server with its requests, and its figures by round."""

    server: Server
    requests: Requests
    connections: int = CONNECTIONS
    rounds: list[Figures] = field(default_factory=list)

    def each(self, name: str) -> list[float]:
        """Return one figure of each round."""
        return [float(getattr(figures, name)) for figures in self.rounds]

    def median(self, name: str) -> float:
        """Return the median of a figure."""
        return median(self.each(name))

    def wait(self) -> None:
        """Wait for any answer: gunicorn listens before its workers have loaded their models."""
        with suppress(HTTPError):
            urlopen(self.server.address, timeout=120).close()

    @property
    def stored(self) -> int:
        """The rows in the server's database, in a file."""
        file = self.server.environment.get("DATABASE_FILE") or self.server.environment["DATABASE_URL"]
        table = "prediction" if "DATABASE_FILE" in self.server.environment else "classifier_prediction"
        with sqlite3.connect(file.removeprefix("sqlite:///")) as database:
            [count] = database.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(count)


def in_turns(contestants: Mapping[str, Contestant], plan: Plan) -> dict[str, object]:
    """Warm up all servers, then load one after the other in each round; return the figures."""
    for one in contestants.values():
        one.wait()
    for one in contestants.values():
        run_wrk(one.server.address, one.requests, one.connections, WARM_UP)
    for number in range(plan.rounds):
        for name, one in contestants.items():
            figures = measure(one.server, one.requests, one.connections, plan.seconds)
            one.rounds.append(figures)
            print(
                f"  {number + 1}/{plan.rounds} {name}: {figures.requests:.1f}/s, p99 {figures.p99:.0f} ms, "
                f"CPU {figures.cpu:.2f} ms, failed {figures.failed}",
                file=sys.stderr,
                flush=True,
            )
    return {name: [figures._asdict() for figures in one.rounds] for name, one in contestants.items()}


def check_stored(*contestants: Contestant, words: int = 1) -> None:
    """Exit if a server has answered more requests than it has stored."""
    for one in contestants:
        answered = words * sum(figures.answered for figures in one.rounds)
        if one.stored < answered:
            sys.exit(f"{one.server.log}: {answered} answers, but {one.stored} stored rows")


@contextmanager
def fastapi() -> Iterator[Server]:
    """Serve the peer with a database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**_environment(), "DATABASE_FILE": f"{folder}/db.sqlite3"}
        with running(UVICORN, environment, Path(folder) / "log") as server:
            yield server


@contextmanager
def keras() -> Iterator[Server]:
    """Serve a Keras model as in 2019."""
    with tempfile.TemporaryDirectory() as folder, running(FLASK, _environment(), Path(folder) / "log") as server:
        yield server


def _environment() -> dict[str, str]:
    return {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"}


def post(plan: Plan) -> Measured:
    """Post a word: ours, FastAPI, the 2019 way and an empty view."""
    words = some_words(WORDS)
    ours, theirs = post_words(PREDICTIONS, words), post_words("/predictions", words)
    with ExitStack() as stack:
        enter = stack.enter_context
        empty = SERVE.replace("langid_site.wsgi", "benchmarks.peers.empty_view")
        all_ = {
            OURS: Contestant(enter(serving(SERVE, **SETTINGS)), ours),
            FASTAPI: Contestant(enter(fastapi()), theirs),
            KERAS: Contestant(enter(keras()), get_words("/api", words), FEW),
            EMPTY: Contestant(enter(serving(empty, **SETTINGS, DJANGO_SETTINGS_MODULE="langid_site.settings")), ours),
        }
        details = in_turns(all_, plan)
        check_stored(all_[OURS], all_[FASTAPI])
    return Measured(
        f"{WORDS:,} words of wordfreq's lists in turn, {CONNECTIONS} connections ({KERAS}: {FEW}), {WORKERS} workers "
        f"each, {plan.rounds} rounds of {plan.seconds} s in turns",
        [*_post_rows(all_)],
        details,
    )


def _post_rows(all_: Mapping[str, Contestant]) -> Iterator[Row]:
    rate, cpu, what = "requests", "cpu", f"`POST {PREDICTIONS}`, one word, durable"
    one = all_[OURS]
    for peer, required, goal in ((FASTAPI, 1.0, 1.5), (KERAS, 60.0, None)):
        theirs = all_[peer].each(rate)
        yield beside(what, "requests/s", one.each(rate), peer, theirs, required=required, goal=goal)
    theirs = all_[FASTAPI].each(LAST)
    yield beside("one word: p99", "ms", one.each(LAST), FASTAPI, theirs, required=0.5, goal=0.2, at_most=True)
    empty = all_[EMPTY]
    goal = empty.median(cpu) + 0.3
    yield Row("one word: CPU a request", one.median(cpu), "ms", TODAY / 10, goal, at_most=True)
    yield beside("one word: share of the ceiling", "requests/s", one.each(rate), EMPTY, empty.each(rate))
    yield beside("one word: CPU beside the ceiling's", "ms", one.each(cpu), EMPTY, empty.each(cpu))
    failed = sum(one.each("failed"))
    yield Row("one word: failed requests", failed, "", 0, 0, at_most=True)


@contextmanager
def throwaway_postgresql() -> Iterator[str]:
    """Run a PostgreSQL server that syncs commits; yield its address."""
    command = [str(PROJECT / "tests" / "with-postgres"), "sh", "-c", 'echo "$DATABASE_URL"; cat']
    environment = {**os.environ, "POSTGRES_OPTIONS": "", "DATABASE_URL": ""}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        address = process.stdout.readline().strip()
        if not address.startswith("postgres"):
            raise Unavailable(address)
        yield address
        process.stdin.close()


def postgresql(plan: Plan) -> Measured:
    """Post a word: our server on PostgreSQL and on SQLite."""
    requests = post_words(PREDICTIONS, some_words(WORDS))
    with (
        throwaway_postgresql() as address,
        serving(SERVE, **SETTINGS) as on_sqlite,
        serving(SERVE, **SETTINGS, DATABASE_URL=address) as on_postgresql,
    ):
        all_ = {POSTGRESQL: Contestant(on_postgresql, requests), SQLITE: Contestant(on_sqlite, requests)}
        details = in_turns(all_, plan)
        check_stored(all_[SQLITE])
    rates = [one.each("requests") for one in all_.values()]
    row = beside("the same on PostgreSQL", "requests/s", rates[0], SQLITE, rates[1], required=0.8, goal=1.0)
    failed = sum(all_[POSTGRESQL].each("failed"))
    return Measured(
        f"the same words and connections; PostgreSQL on the same machine, with fsync and synchronous_commit; "
        f"{plan.rounds} rounds of {plan.seconds} s in turns",
        [row, Row("the same on PostgreSQL: failed requests", failed, "", 0, 0, at_most=True)],
        details,
    )


def batches(words: Sequence[str]) -> Iterator[tuple[str, Requests]]:
    """Yield requests of BATCH words, as a document and as lines."""
    parts = [words[start : start + BATCH] for start in range(0, len(words), BATCH)]
    items = [[{"word": word} for word in part] for part in parts]
    yield (
        "batch of 1,000 words, all stored",
        Requests([json.dumps({"items": part}, ensure_ascii=False) for part in items], f"{PREDICTIONS}/batch"),
    )
    yield (
        "the same as an NDJSON stream",
        Requests(
            ["\n".join(json.dumps(item, ensure_ascii=False) for item in part) for part in items],
            f"{PREDICTIONS}/batch.ndjson",
            "application/x-ndjson",
        ),
    )


def batch(plan: Plan) -> Measured:
    """Post batches over HTTP."""
    connections = 2 * WORKERS
    plan = replace(plan, rounds=min(plan.rounds, 3), seconds=2 * plan.seconds)  # a batch unanswered at the end is lost
    with ExitStack() as stack:
        all_ = {
            name: Contestant(stack.enter_context(serving(SERVE, **SETTINGS)), requests, connections)
            for name, requests in batches(some_words(BATCHES * BATCH))
        }
        details = in_turns(all_, plan)
        check_stored(*all_.values(), words=BATCH)
    return Measured(
        f"{BATCHES} batches in turn, {connections} connections, {WORKERS} workers, {plan.rounds} rounds of "
        f"{plan.seconds} s in turns",
        [
            *(Row(name, BATCH * one.median("requests"), "words/s", 20_000, 30_000) for name, one in all_.items()),
            Row(
                "batches: failed requests",
                sum(sum(one.each("failed")) for one in all_.values()),
                "",
                0,
                0,
                at_most=True,
            ),
        ],
        details,
    )
