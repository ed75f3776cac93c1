"""CPU of pages, and how it grows with the rows."""

import math
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from statistics import median

from benchmarks.performance.fill import DAYS, EACH, PENDING
from benchmarks.performance.results import Measured, Plan, Row, beside
from benchmarks.performance.visitor import Visitor
from benchmarks.performance.words import some_words
from benchmarks.processes import cpu_seconds, tree
from benchmarks.server import GUNICORN, PRODUCTION, Server, serving

SETTINGS = {**PRODUCTION, **{f"LIMIT_{name}": str(10**9) for name in ("SINGLE", "BATCH", "HISTORY", "EXPORT")}}
REPEATS = 100  # of each page a round
VIEWS, ENOUGH = 20, 2.0  # of each page of a large database, a round: views, or seconds after which none follows
MOST_ROUNDS = 3
SMALL = 1000  # rows
FIRST_BYTE, EXPORTS = "first byte of the history's export", 5
GROWING = {
    "history": "/history/",
    "history in the API": "/api/v1/predictions",
    FIRST_BYTE: "/api/v1/predictions/export",
    "admin: predictions": "/admin/classifier/prediction/",
    "admin: feedback": "/admin/classifier/feedback/",
    "review": "/admin/review/",
    "dashboard": "/admin/",
}


def milliseconds_each(server: Server, call: Callable[[], object], repeats: int, enough: float = math.inf) -> float:
    """Return the server's CPU time of a call; repeat it, but not after `enough` seconds."""
    pids = tree(server.process.pid)
    before, end, calls = cpu_seconds(*pids), time.monotonic() + enough, 0
    while calls < repeats and time.monotonic() < end:
        call()
        calls += 1
    return 1000 * (cpu_seconds(*pids) - before) / calls


def pages(plan: Plan) -> Measured:
    """Measure form, answer and history of a visitor."""
    words = iter(some_words(10_000))
    with serving(GUNICORN, **SETTINGS) as server:
        visitor = Visitor(server)
        answers = [visitor.post_form("/", {"word": next(words)}) for _ in range(REPEATS)]
        calls: Mapping[str, Callable[[], object]] = {
            "form, opened": lambda: visitor.request("/"),
            "form, sent": lambda: answers.append(visitor.post_form("/", {"word": next(words)})),
            "answer page": lambda: visitor.request(answers.pop()),
            "history page": lambda: visitor.request("/history/"),
        }
        for call in calls.values():
            milliseconds_each(server, call, REPEATS)
        rounds = [
            {name: milliseconds_each(server, call, REPEATS) for name, call in calls.items()} for _ in range(plan.rounds)
        ]
    return Measured(
        f"one worker, a visitor with a full page of history, {REPEATS} requests of each kind a round, "
        f"{plan.rounds} rounds in turns",
        [Row(name, median(one[name] for one in rounds), "ms CPU", 4, 2, at_most=True) for name in calls],
        {"rounds": rounds},
    )


def growth(plan: Plan) -> Measured:
    """Measure pages with many rows beside the same with few."""
    with serving(GUNICORN, **SETTINGS) as few, serving(GUNICORN, **SETTINGS) as many:
        sides = [(few, _fill(few, SMALL)), (many, _fill(many, plan.rows))]
        first = [milliseconds_each(server, partial(visitor.request, "/admin/"), 1) for server, visitor in sides]
        rounds = min(plan.rounds, MOST_ROUNDS)
        times: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in GROWING}
        for number in range(1 + rounds):
            for name, path in GROWING.items():
                for (server, visitor), values in zip(sides, times[name], strict=True):
                    milliseconds = _view(server, visitor, path)
                    if number:  # the first round warms up
                        values.append(milliseconds)
    rows = [
        beside(
            f"{name}, {plan.rows:,} rows",
            "ms" if name == FIRST_BYTE else "ms CPU",
            large,
            f"{SMALL:,} rows",
            small,
            required=1.5,
            goal=1.1,
            at_most=True,
        )
        for name, (small, large) in times.items()
    ]
    dashboard = Row(f"first view of the dashboard, which counts {plan.rows:,} rows", first[1], "ms CPU")
    return Measured(
        f"predictions of one person over {DAYS} days, feedback by others on one in {EACH}, one in {PENDING} of it "
        f"pending; {rounds} rounds of at most {VIEWS} views in turns",
        [*rows, dashboard],
        {"times": times},
    )


def _fill(server: Server, rows: int) -> Visitor:
    """Fill the server's database; return its owner, logged in as a reviewer."""
    start = time.monotonic()
    command = [sys.executable, "-m", "benchmarks.performance.fill", str(rows)]
    session = subprocess.run(command, env=server.environment, stdout=subprocess.PIPE, text=True, check=True).stdout
    print(f"  {rows:,} rows in {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    return Visitor(server, sessionid=session.strip())


def _view(server: Server, visitor: Visitor, path: str) -> float:
    """Return the CPU time of a page, or the time until the first byte of an export."""
    visitor.disconnect()
    if path == GROWING[FIRST_BYTE]:
        return 1000 * median(visitor.seconds_to_first_byte(path) for _ in range(EXPORTS))
    return milliseconds_each(server, partial(visitor.request, path), VIEWS, ENOUGH)
