"""Measures us beside others, each in turn, and prints figures with their targets.

Run as `python -m benchmarks.performance`, or `make benchmark`; needs requirements-benchmark.txt, TensorFlow and wrk.
Figures go to docs/performance.json, measure by measure, and from there into docs/performance.md and its pictures.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.performance import offline, operation, pages, report, serving
from benchmarks.performance.results import FULL, QUICK, Measured, Plan, Unavailable, as_json, circumstances
from benchmarks.server import PROJECT

MEASURES: Mapping[str, Callable[[Plan], Measured]] = {
    "post": serving.post,
    "postgresql": serving.postgresql,
    "batch": serving.batch,
    "identify": offline.identify,
    "pages": pages.pages,
    "inference": offline.inference,
    "start": operation.start,
    "memory": operation.memory,
    "growth": pages.growth,
    "run": operation.first_use,
}
FIGURES = PROJECT / "docs" / "performance.json"


def read(path: Path) -> dict[str, Any]:
    """Return the figures of earlier runs, by measure."""
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def write(path: Path, figures: Mapping[str, Any]) -> None:
    """Write figures in the order of the measures."""
    ordered = {name: figures[name] for name in MEASURES if name in figures}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(ordered, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def measure(names: list[str], plan: Plan, path: Path) -> None:
    """Measure one after the other; write each into the file of figures, beside those of earlier runs."""
    for name in names:
        before, start = circumstances(), time.monotonic()
        print(f"{name}: {MEASURES[name].__doc__} Load {before['load']}", file=sys.stderr, flush=True)
        try:
            measured = MEASURES[name](plan)
        except Unavailable as reason:
            print(f"{name}: {reason}", file=sys.stderr, flush=True)
            continue
        write(path, read(path) | {name: as_json(measured, before, plan)})
        print(f"{name}: {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)


def main() -> None:
    """Measure, write the page and print its tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.performance", description=__doc__)
    parser.add_argument(
        "--only",
        nargs="+",
        choices=MEASURES,
        default=[*MEASURES],
        metavar="MEASURE",
        help=f"some of: {', '.join(MEASURES)}",
    )
    parser.add_argument("--quick", action="store_true", help="short rounds, to see that all measures work")
    parser.add_argument("--output", type=Path, default=FIGURES, metavar="FILE", help="figures (default: docs/)")
    parser.add_argument("--report", action="store_true", help="only write the page from the figures")
    options = parser.parse_args()
    if not options.report:
        measure(options.only, QUICK if options.quick else FULL, options.output)
    figures = read(options.output)
    report.write(figures, options.output.with_suffix(".md"))
    wanted = {name: figures[name] for name in options.only if name in figures}
    print(*report.targets(wanted), *report.method(wanted), sep="\n")


if __name__ == "__main__":
    main()
