"""Throughput of `manage.py identify_dataset` against `manage.py identify`.

Run as `python -m benchmarks.dataset [ROWS]`: rows of words drawn by their frequency in wordfreq.
"""

import csv
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from multiprocessing import get_context
from pathlib import Path

from benchmarks.performance.words import words_of_texts
from benchmarks.server import MANAGE, PROJECT

ROWS = 1_000_000
PROCESSES = (1, 2, 4, 8)  # no more than there are cores
PARTITIONS = 20


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took."""

    wall: float  # seconds
    cpu: float  # seconds, of all its processes
    peak: int  # MB resident, of its largest process

    def line(self, name: str, rows: int) -> str:
        """Return the figures in a line."""
        return f"{name:28} {self.wall:8.1f} {self.cpu:8.1f} {rows / self.wall:10,.0f} {self.peak:8}"


def write_table(path: Path, rows: int) -> None:
    """Write a numbered word a row."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(chain([("n", "word")], enumerate(words_of_texts(rows), 1)))


def measure(*arguments: str, output: Path) -> Cost:
    """Run a command of manage.py; exit when it fails."""
    environment = {**os.environ, "DEBUG": "on", "SECRET_KEY": secrets.token_urlsafe(50)}
    start = time.perf_counter()
    with output.open("wb") as file, tempfile.TemporaryFile() as log:
        process = subprocess.Popen([*MANAGE, *arguments], cwd=PROJECT, env=environment, stdout=file, stderr=log)
        _pid, status, usage = os.wait4(process.pid, 0)
        if status:
            log.seek(0)
            sys.exit(log.read().decode())
    return Cost(time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024)


def read_answers(paths: Sequence[Path], dialect: str) -> Iterator[list[str]]:
    """Yield the cells that both commands write, without the names."""
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            yield from (row[-10:] for number, row in enumerate(csv.reader(file, dialect)) if number)


def main() -> None:
    """Measure both commands on the same file; exit when their answers differ."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        source, answers = folder / "words.csv", folder / "answers.tsv"
        # In a process of its own, since the peak of a command begins with the memory of the process that starts it.
        writer = get_context("spawn").Process(target=write_table, args=(source, rows))
        writer.start()
        writer.join()
        print(f"{rows:,} rows, {source.stat().st_size / 1e6:.1f} MB, {os.cpu_count()} cores")
        print(f"{'command':28} {'wall s':>8} {'CPU s':>8} {'rows/s':>10} {'peak MB':>8}")
        options = ("--column", "word")
        size = ("--partition-bytes", str(source.stat().st_size // PARTITIONS + 1))
        cost = measure("identify", "--input", str(source), *options, "--format", "tsv", output=answers)
        print(cost.line("identify", rows))
        for count in (each for each in PROCESSES if each <= (os.cpu_count() or 1)):
            parts = folder / f"parts-{count}"
            arguments = (str(source), str(parts), *options, *size, "--workers", str(count))
            cost = measure("identify_dataset", *arguments, output=folder / "log")
            print(cost.line(f"identify_dataset, {count} process{'es' * (count > 1)}", rows))
            ours = read_answers(sorted(parts.glob("part-*")), "excel")
            if any(mine != theirs for mine, theirs in zip(ours, read_answers([answers], "excel-tab"), strict=True)):
                sys.exit("The answers differ.")


if __name__ == "__main__":
    main()
