"""Load from wrk, and what it costs a server."""

import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote

from benchmarks.processes import cpu_seconds, tree
from benchmarks.server import Server

WARM_UP = 3  # seconds
SEPARATOR = "\x1e"  # of records in the script's file: no body and no address contains it
SCRIPT = """
local records, place = {{}}, {start}
for record in io.open("{records}"):read("*a"):gmatch("[^\\30]+") do records[#records + 1] = record end
wrk.headers["Content-Type"] = "{content_type}"
function request()
  place = place % #records + 1
  return wrk.format({arguments})
end
"""


@dataclass(frozen=True)
class Requests:
    """Requests to send in turn, which differ in their body or, without a `path`, in their address."""

    records: Sequence[str]
    path: str = ""
    content_type: str = "application/json"

    def script(self, records: str) -> str:
        """Return wrk's script; it starts anywhere, so that rounds repeat few words."""
        arguments = f'"POST", "{self.path}", nil, records[place]' if self.path else '"GET", records[place]'
        start = random.randrange(len(self.records))
        return SCRIPT.format(start=start, records=records, content_type=self.content_type, arguments=arguments)


class Figures(NamedTuple):
    """Figures of one round."""

    requests: float  # a second, answered with 2xx
    median: float  # milliseconds
    p99: float  # milliseconds
    cpu: float  # milliseconds a request, of all processes of the server
    answered: int
    failed: int  # other answers than 2xx, and none


def post_words(path: str, words: Sequence[str]) -> Requests:
    """Return requests that post a word each."""
    return Requests([json.dumps({"word": word}, ensure_ascii=False) for word in words], path)


def get_words(path: str, words: Sequence[str]) -> Requests:
    """Return requests with a word each in the query."""
    return Requests([f"{path}?word={quote(word)}" for word in words])


def measure(server: Server, requests: Requests, connections: int, seconds: float) -> Figures:
    """Load a server for some seconds."""
    pids = tree(server.process.pid)
    before = cpu_seconds(*pids)
    text = run_wrk(server.address, requests, connections, seconds)
    return read_figures(text, cpu_seconds(*pids) - before)


def run_wrk(address: str, requests: Requests, connections: int, seconds: float) -> str:
    """Send requests for some seconds; return what wrk prints."""
    if not shutil.which("wrk"):
        sys.exit("wrk is missing, which sends the requests. Debian: apt-get install wrk")
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script, tempfile.NamedTemporaryFile("w") as records:
        records.write(SEPARATOR.join(requests.records))
        records.flush()
        script.write(requests.script(records.name))
        script.flush()
        options = [f"-c{connections}", "-t1", f"-d{seconds:.0f}", "--latency", "--timeout", "30s", "-s", script.name]
        run = subprocess.run(["wrk", *options, address], capture_output=True, text=True, check=True)
    return run.stdout


def read_figures(text: str, cpu: float = 0.0) -> Figures:
    """Read what wrk has printed; `cpu` are the seconds that the server has used."""
    sent = int(_find(r"(\d+) requests in", text))
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    lost = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    refused_count, lost_count = int(refused[1]) if refused else 0, sum(map(int, lost.groups())) if lost else 0
    return Figures(
        requests=float(_find(r"Requests/sec: +([\d.]+)", text)) * (sent - refused_count) / max(sent, 1),
        median=_milliseconds(_find(r"\n +50% +(\S+)", text)),
        p99=_milliseconds(_find(r"\n +99% +(\S+)", text)),
        cpu=1000 * cpu / max(sent, 1),
        answered=sent - refused_count,
        failed=refused_count + lost_count,
    )


def _find(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        sys.exit(f"wrk printed no figures:\n{text}")
    return match[1]


def _milliseconds(text: str) -> float:
    match = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text)
    if match is None:
        sys.exit(f"wrk printed a time that is none: {text}")
    return float(match[1]) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[match[2]]
