"""Throughput, waits and faults of gunicorn and granian here (needs wrk and requirements-benchmark.txt)."""

import argparse
import os
import signal
import statistics
import time
from contextlib import suppress
from urllib.request import urlopen

from benchmarks.load import WARM_UP, Figures, measure, post_words, run_wrk
from benchmarks.markdown import table_head, table_row
from benchmarks.server import PRODUCTION, serving

CONNECTIONS, WORKERS, THREADS = 32, 2, 16
KILLS = 4  # of a worker, one a second
WORDS = ["orignal", "piano", "knowledge", "house", "gracias", "bonjour", "xqzt"]
REQUESTS = post_words("/api/v1/predictions", WORDS)
COMMANDS = {
    "gunicorn": f"gunicorn --config deploy/gunicorn.conf.py --workers {WORKERS} --threads {THREADS} "
    "--bind 127.0.0.1:{port} langid_site.wsgi",
    "granian": f"granian --interface wsgi --workers {WORKERS} --blocking-threads {THREADS} --respawn-failed-workers "
    "--no-access-log --host 127.0.0.1 --port {port} langid_site.wsgi:application",
}
SETTINGS = {**PRODUCTION, "LIMIT_SINGLE": str(10**9), "LIMIT_BATCH": str(10**9)}


def measure_round(name: str, seconds: int) -> Figures:
    """Measure one round, after a warm-up."""
    with serving(COMMANDS[name], **SETTINGS) as server:
        run_wrk(server.address, REQUESTS, CONNECTIONS, WARM_UP)
        return measure(server, REQUESTS, CONNECTIONS, seconds)


def survives_kills(name: str) -> bool:
    """Kill a worker each second; return whether the server still answers afterwards."""
    with serving(COMMANDS[name], **SETTINGS) as server:
        for _ in range(KILLS):
            for pid in server.workers[-1:]:
                os.kill(pid, signal.SIGKILL)
            time.sleep(1)
        time.sleep(5)
        with suppress(OSError), urlopen(f"{server.address}/livez"):
            return server.process.poll() is None
    return False


def main() -> None:
    """Measure both servers in turns; print the medians, and whether they survive kills."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=10)
    options = parser.parse_args()
    rounds = [{name: measure_round(name, options.seconds) for name in COMMANDS} for _ in range(options.rounds)]
    print(f"{CONNECTIONS} connections, {WORKERS} workers of {THREADS} threads; load {os.getloadavg()[0]:.1f}")
    print(
        *table_head("server", "requests/s", "median, ms", "p99, ms", "CPU, ms", "answered", "failed", "after kills"),
        sep="\n",
    )
    for name in COMMANDS:
        figures = [f"{statistics.median(values):.4g}" for values in zip(*(each[name] for each in rounds), strict=True)]
        print(table_row(name, *figures, "serves" if survives_kills(name) else "ended"), flush=True)


if __name__ == "__main__":
    main()
