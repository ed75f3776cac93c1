"""Switches of versions under load: failed requests, delays, stored versions, memory (Linux).

Run as `python -m benchmarks.switches [COUNT]`. Two processes serve one database, since each switches by itself.
"""

import http.client
import itertools
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.processes import memory_mb
from benchmarks.server import MANAGE, PROJECT, Server, serving, serving_too
from classifier.ml.artifacts import Card, read_active, write_active
from classifier.ml.identifier import Identifier

SHIPPED = PROJECT / "ml_models"
NAME = "Ngram"
SOURCES = {NAME: "shipped", "FF": "trained"}  # FF's files as a second version of Ngram, since they answer otherwise
WORDS = ("attendance", "orignal", "piano", "mañana", "école", "knowledge", "seminar", "rangement", "hoz", "xqzt")
ASKERS = 2  # clients of each process
SWITCHES, EARLY = 50, 10
SECONDS_TO_SWITCH, LONGEST_WAIT = 5, 60
MOST_GROWTH_MB = 10
ACTIVATE = f"""
import sys, time
from classifier.services.promotion import activate
for line in sys.stdin:
    activate({NAME!r}, line.strip())
    print(time.time(), flush=True)
"""


@dataclass(frozen=True)
class Report:
    """Measurements of a run."""

    requests: int
    failures: list[str]
    delays: list[float]  # seconds from each activation to the last process's first answer by that version
    rows: int
    false_rows: list[str]  # words of rows whose answer is not that of their version
    memory: list[list[int]]  # MB of each process, after EARLY switches and at the end

    @property
    def passes(self) -> bool:
        """Whether all that the documentation promises was seen."""
        grown = max(late - early for early, late in zip(*self.memory, strict=True))
        in_time = max(self.delays) <= SECONDS_TO_SWITCH
        return not self.failures and not self.false_rows and in_time and grown <= MOST_GROWTH_MB


class Asker(threading.Thread):
    """Client that asks a process one word after another, with a pause of some seconds before each."""

    def __init__(self, port: int, pause: float = 0) -> None:
        super().__init__(daemon=True)
        self.requests = 0
        self.failures: list[str] = []
        self.changes = [("", 0.0)]  # versions of answers, and when each came first
        self.stopped = threading.Event()
        self._port, self._pause = port, pause

    def run(self) -> None:
        """Ask until stopped."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        for word in itertools.cycle(WORDS):
            if self.stopped.wait(self._pause):
                break
            self.requests += 1
            try:
                version = ask(connection, word)["model_version"]
            except (OSError, http.client.HTTPException, RuntimeError) as error:
                self.failures.append(repr(error))
                connection.close()
                time.sleep(0.1)
            else:
                if version != self.changes[-1][0]:
                    self.changes.append((version, time.time()))
        connection.close()

    def stop(self) -> None:
        """Ask no more, and wait for the last answer."""
        self.stopped.set()
        self.join()


def ask(connection: http.client.HTTPConnection, word: str) -> dict[str, Any]:
    """Return the answer for a word; raise RuntimeError for an error response."""
    body = json.dumps({"word": word})
    connection.request("POST", "/api/v1/predictions", body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    content = response.read()
    if response.status >= 400:
        raise RuntimeError(f"{response.status}: {content[:200]!r}")
    answer: dict[str, Any] = json.loads(content)
    return answer


def copy_versions(folder: Path) -> dict[str, Path]:
    """Copy two versions of Ngram into `folder`; return their folders, the active one first."""
    active, copies = read_active(SHIPPED), {}
    for name, directory in SOURCES.items():
        source = SHIPPED / name / active[name]
        copy = copies[source.name] = folder / directory / NAME / source.name
        shutil.copytree(source, copy)
        replace(Card.read(source), name=NAME).write(copy)
    write_active(folder / "shipped", NAME, active[NAME])
    return copies


def settings_of(folder: Path) -> dict[str, str]:
    """Return settings of a server without limits that serves the versions in `folder`."""
    return {"MODEL_DIRS": f"{folder / 'shipped'},{folder / 'trained'}", "LIMIT_SINGLE": "1000000000"}


@contextmanager
def activating(server: Server) -> Iterator[Callable[[str], float]]:
    """Yield a function that activates a version and returns when it did, without the gate."""
    command = [*MANAGE, "shell", "--no-imports", "--command", ACTIVATE]
    with subprocess.Popen(
        command, env=server.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:
        assert process.stdin
        assert process.stdout
        pipes = process.stdin, process.stdout

        def activate(version: str) -> float:
            pipes[0].write(f"{version}\n")
            return float(pipes[1].readline())

        yield activate
        process.stdin.close()


def wait_for(askers: Sequence[Asker], version: str) -> float:
    """Wait until all are answered by a version; return when the last was."""
    end = time.monotonic() + LONGEST_WAIT
    while any(asker.changes[-1][0] != version for asker in askers):
        if time.monotonic() > end:
            raise TimeoutError(f"{version} does not serve after {LONGEST_WAIT} seconds")
        time.sleep(0.01)
    return max(asker.changes[-1][1] for asker in askers)


def false_rows(rows: Sequence[Mapping[str, Any]], identifiers: Mapping[str, Identifier]) -> list[str]:
    """Return the words of rows whose probabilities are not those of their version."""
    true = {
        (version, word): identifier.identify([word])[0].probabilities
        for version, identifier in identifiers.items()
        for word in WORDS
    }
    return [row["word"] for row in rows if row["probabilities"] != true[row["model_version"], row["word"]]]


def measure(switches: int) -> Report:
    """Switch between two versions while two processes are asked."""
    with ExitStack() as stack:
        versions = copy_versions(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        folder = next(iter(versions.values())).parents[2]
        server = stack.enter_context(serving(**settings_of(folder)))
        servers = [server, stack.enter_context(serving_too(server))]
        activate = stack.enter_context(activating(server))
        askers = [Asker(one.port) for one in servers for _ in range(ASKERS)]
        for asker in askers:
            asker.start()
        wait_for(askers, next(iter(versions)))
        delays, memory = [], []
        following = itertools.islice(itertools.cycle(versions), 1, switches + 1)
        for number, version in enumerate(following, 1):
            activated = activate(version)
            delays.append(wait_for(askers, version) - activated)
            if number in {min(EARLY, switches), switches}:
                memory.append([memory_mb(one.pid)["now"] for one in servers])
        for asker in askers:
            asker.stop()
        dump = server.manage("dumpdata", "classifier.prediction").stdout
        rows = [row["fields"] for row in json.loads(dump)]
        return Report(
            sum(asker.requests for asker in askers),
            [failure for asker in askers for failure in asker.failures],
            delays,
            len(rows),
            false_rows(rows, {version: Identifier(path) for version, path in versions.items()}),
            [memory[0], memory[-1]],
        )


def main() -> None:
    """Measure and print; exit 1 unless all promises hold."""
    switches = int(sys.argv[1]) if len(sys.argv) > 1 else SWITCHES
    report = measure(switches)
    early, late = (" and ".join(map(str, memory)) for memory in report.memory)
    print(
        f"switches                  {switches}, seen by both processes after {median(report.delays):.1f} s, "
        f"at most {max(report.delays):.1f} s"
    )
    print(f"requests                  {report.requests}, failed: {len(report.failures)}")
    print(f"stored rows               {report.rows}, of another version than they name: {len(report.false_rows)}")
    print(f"memory of the processes   {early} MB after {min(EARLY, switches)} switches, {late} MB at the end")
    sys.exit(not report.passes)


if __name__ == "__main__":
    main()
