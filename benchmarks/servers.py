"""Throughput, waits and faults of gunicorn and granian here (needs wrk and requirements-benchmark.txt)."""

import argparse
import os
import re
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from benchmarks.markdown import table_head, table_row
from benchmarks.server import MANAGE, PROJECT, free_port

CONNECTIONS, WORKERS, THREADS = 32, 2, 4
KILLS = 4  # of a worker, one a second
SCRIPT = """
local words, place = {"orignal", "piano", "knowledge", "house", "gracias", "bonjour", "xqzt"}, 0
wrk.method, wrk.headers["Content-Type"] = "POST", "application/json"
function request()
  place = place % #words + 1
  return wrk.format(nil, nil, nil, '{"word":"' .. words[place] .. '"}')
end
"""
COMMANDS = {
    "gunicorn": f"gunicorn --config deploy/gunicorn.conf.py --workers {WORKERS} --threads {THREADS} langid_site.wsgi",
    "granian": f"granian --interface wsgi --workers {WORKERS} --blocking-threads {THREADS} --respawn-failed-workers "
    "--no-access-log langid_site.wsgi:application",
}


class Figures(NamedTuple):
    """Figures of one round."""

    requests: float  # a second
    median: float  # milliseconds
    p99: float  # milliseconds
    cpu: float  # milliseconds a request
    failed: int  # answers that are no 2xx


@contextmanager
def running(name: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Serve an empty database; yield the process and the address."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        environment = {
            **os.environ,
            **dict.fromkeys(("DEBUG", "HTTPS", "BEHIND_PROXY"), "off"),
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "ALLOWED_HOSTS": "127.0.0.1",
            "LIMIT_SINGLE": str(10**9),
        }
        for task in (["migrate"], ["collectstatic", "--no-input"]):
            subprocess.run([*MANAGE, *task, "--verbosity", "0"], env=environment, check=True)
        bind = ["--bind", f"127.0.0.1:{port}"] if name == "gunicorn" else ["--host", "127.0.0.1", "--port", str(port)]
        with (Path(folder) / "log").open("w") as log:
            command = [sys.executable, "-m", *COMMANDS[name].split(), *bind]
            process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=log, stderr=log)
            try:
                yield process, f"http://127.0.0.1:{port}"
            finally:
                process.terminate()
                process.wait()


def wait_until_ready(address: str) -> None:
    """Wait until the server is ready, at most a minute."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with suppress(HTTPError, URLError), urlopen(f"{address}/readyz"):
            return
        time.sleep(0.1)
    sys.exit("the server did not start")


def children(process: subprocess.Popen[bytes]) -> list[int]:
    """Return the process ids of the workers."""
    listed = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, check=False)
    return [int(pid) for pid in listed.stdout.split()]


def cpu_seconds(process: subprocess.Popen[bytes]) -> float:
    """Return the CPU time of the server with its workers."""
    total = 0
    for pid in (process.pid, *children(process)):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def load(address: str, seconds: int) -> str:
    """Post words for some seconds; return what wrk prints."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT)
        script.flush()
        options = [f"-c{CONNECTIONS}", "-t1", f"-d{seconds}", "--latency", "--timeout", "30s", "-s", script.name]
        run = subprocess.run(
            ["wrk", *options, f"{address}/api/v1/predictions"], capture_output=True, text=True, check=True
        )
    return run.stdout


def measure(name: str, seconds: int) -> Figures:
    """Measure one round, after a warm-up."""
    with running(name) as (process, address):
        wait_until_ready(address)
        load(address, 3)
        before = cpu_seconds(process)
        text = load(address, seconds)
        used = cpu_seconds(process) - before
    requests = int(_find(r"(\d+) requests in", text))
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return Figures(
        requests / seconds,
        _milliseconds(_find(r"50%\s+(\S+)", text)),
        _milliseconds(_find(r"99%\s+(\S+)", text)),
        1000 * used / requests,
        int(failed[1]) if failed else 0,
    )


def survives_kills(name: str) -> bool:
    """Kill a worker each second; return whether the server still answers afterwards."""
    with running(name) as (process, address):
        wait_until_ready(address)
        for _ in range(KILLS):
            for pid in children(process)[-1:]:
                os.kill(pid, signal.SIGKILL)
            time.sleep(1)
        time.sleep(5)
        with suppress(OSError), urlopen(f"{address}/livez"):
            return process.poll() is None
    return False


def _find(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        sys.exit(f"wrk printed no figures:\n{text}")
    return match[1]


def _milliseconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[unit]


def main() -> None:
    """Measure both servers in turns; print the medians, and whether they survive kills."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=10)
    options = parser.parse_args()
    rounds = [{name: measure(name, options.seconds) for name in COMMANDS} for _ in range(options.rounds)]
    print(f"{CONNECTIONS} connections, {WORKERS} workers of {THREADS} threads; load {os.getloadavg()[0]:.1f}")
    print(*table_head("server", "requests/s", "median, ms", "p99, ms", "CPU, ms", "failed", "after kills"), sep="\n")
    for name in COMMANDS:
        figures = [f"{statistics.median(values):.4g}" for values in zip(*(each[name] for each in rounds), strict=True)]
        print(table_row(name, *figures, "serves" if survives_kills(name) else "ended"), flush=True)


if __name__ == "__main__":
    main()
