"""Throughput of one to three nodes behind nginx on one PostgreSQL, and what bounds it (Linux; needs wrk and nginx).

Run as `python -m benchmarks.nodes`. A node is gunicorn with one worker; each answer is stored before it is sent.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path

from benchmarks.load import WARM_UP, Requests, post_words, read_figures, run_wrk
from benchmarks.markdown import table_head, table_row
from benchmarks.postgresql import Cluster, NoPostgresql, postgresql
from benchmarks.server import Server, free_port, serving, serving_too
from benchmarks.servers import CONNECTIONS, SETTINGS, WORDS

NODES = 3
SINGLE = "/api/v1/predictions"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
# As deploy/nginx.conf, but without TLS, whose cost depends on how long clients keep their connections.
CONFIGURATION = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/log;
events {{}}
http {{
    access_log off; {paths}
    upstream langid {{ zone langid_nodes 64k; least_conn; {servers} keepalive 64; keepalive_timeout 1s; }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://langid; proxy_http_version 1.1; proxy_set_header Connection "";
            proxy_set_header Host $http_host; proxy_set_header X-Forwarded-For $remote_addr;
        }}
    }}
}}
"""
DATABASE = "SELECT xact_commit, wal_sync, wal_bytes FROM pg_stat_database, pg_stat_wal WHERE datname = 'postgres'"
SECONDS_OF_STATISTICS = 2  # until PostgreSQL's processes have reported theirs
COLUMNS = {
    "words": "words/s",
    "median": "median, ms",
    "p99": "p99, ms",
    "nodes": "CPU ms a word: nodes",
    "postgresql": "PostgreSQL",
    "nginx": "nginx",
    "wrk": "wrk",
    "commits": "commits",
    "syncs": "syncs",
    "log": "log, KB",
    "busy": "cores busy",
    "failed": "failed",
}

Figures = dict[str, float]


@contextmanager
def nginx(servers: Sequence[Server]) -> Iterator[tuple[str, int]]:
    """Run nginx in front of the nodes; yield its URL and process id."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "nginx.conf"
        values = {
            "folder": folder,
            "port": port,
            "paths": " ".join(f"{name}_temp_path {folder};" for name in ("client_body", "proxy")),
            "servers": " ".join(f"server 127.0.0.1:{server.port};" for server in servers),
        }
        file.write_text(CONFIGURATION.format(**values))
        process = subprocess.Popen([str(NGINX), "-e", f"{folder}/log", "-p", folder, "-c", str(file)])
        try:
            time.sleep(0.5)
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()
            process.wait()


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process with its children."""
    listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout
    fields = [_times(pid), *map(_times, map(int, listed.split()))]
    ended = fields[0][2] + fields[0][3]
    return (ended + sum(user + system for user, system, *_ in fields)) / os.sysconf("SC_CLK_TCK")


def _times(pid: int) -> list[int]:
    """Return the ticks in user and system mode, its own and those of ended children."""
    return [int(field) for field in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]]


def _wrk_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(servers: Sequence[Server], cluster: Cluster, seconds: int, words: int) -> Figures:
    """Measure one round of so many words a request, after a warm-up."""
    requests = post_words(SINGLE, WORDS) if words == 1 else _batch(words)
    with nginx(servers) as (address, nginx_pid):
        run_wrk(address, requests, CONNECTIONS, WARM_UP)

        def counted() -> Figures:
            time.sleep(SECONDS_OF_STATISTICS)
            commits, syncs, log = map(int, cluster.query(DATABASE)[0].split("|"))
            nodes = sum(cpu_seconds(server.process.pid) for server in servers)
            figures = {"commits": commits, "syncs": syncs, "log": log / 1000, "nodes": 1000 * nodes}
            return {**figures, "nginx": 1000 * cpu_seconds(nginx_pid), "postgresql": 1000 * cpu_seconds(cluster.pid)}

        before, wrk = counted(), _wrk_seconds()
        report = read_figures(run_wrk(address, requests, CONNECTIONS, seconds))
        wrk = 1000 * (_wrk_seconds() - wrk)
        used = {name: value - before[name] for name, value in counted().items()} | {"wrk": wrk}
    busy = sum(used[name] for name in ("nodes", "postgresql", "nginx", "wrk")) / 1000 / seconds
    each = {name: value / max(report.answered, 1) / words for name, value in used.items()}
    speed = {"words": report.requests * words, "median": report.median, "p99": report.p99}
    return {**speed, **each, "busy": busy, "failed": report.failed}


def _batch(words: int) -> Requests:
    items = [{"word": word} for word, _ in zip(cycle(WORDS), range(words), strict=False)]
    return Requests([json.dumps({"items": items})], f"{SINGLE}/batch")


def medians(rounds: Sequence[Mapping[int, Figures]]) -> dict[int, Figures]:
    """Return the medians of all rounds, by number of nodes."""
    return {
        count: {name: statistics.median(one[count][name] for one in rounds) for name in COLUMNS} for count in rounds[0]
    }


def main() -> None:
    """Measure in turns; print the medians, and write all rounds as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--words", type=int, default=1, help="of a request; 2 to 1000 are a batch")
    parser.add_argument("--json", type=Path, help="file for the figures")
    options = parser.parse_args()
    if not NGINX or not shutil.which("wrk"):
        sys.exit("needs nginx and wrk (Debian: apt-get install nginx-light wrk)")
    with ExitStack() as stack:
        try:
            cluster = stack.enter_context(postgresql())
        except NoPostgresql as error:
            sys.exit(str(error))
        first = stack.enter_context(serving(**SETTINGS, DATABASE_URL=cluster.url))
        servers = [first, *(stack.enter_context(serving_too(first)) for _ in range(1, NODES))]
        rounds = [
            {count: measure(servers[:count], cluster, options.seconds, options.words) for count in range(1, NODES + 1)}
            for _ in range(options.rounds)
        ]
    machine = {"cores": os.cpu_count(), "load": os.getloadavg()[0], "connections": CONNECTIONS}
    print(", ".join(f"{name} {value:.3g}" for name, value in machine.items() if value is not None))
    print(*table_head("nodes", *COLUMNS.values()), sep="\n")
    for count, figures in medians(rounds).items():
        print(table_row(str(count), *(f"{figures[name]:.3g}" for name in COLUMNS)))
    if options.json:
        document = {
            **machine,
            "seconds": options.seconds,
            "words": options.words,
            "medians": medians(rounds),
            "rounds": rounds,
        }
        options.json.write_text(json.dumps(document, indent=2) + "\n")


if __name__ == "__main__":
    main()
