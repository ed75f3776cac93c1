"""Writes docs/performance.md and its pictures from the figures."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.markdown import table_head, table_row
from benchmarks.performance.results import MISSED, Row, read_rows
from benchmarks.performance.serving import LAST, OURS

TIMES = "×"  # noqa: RUF001 - the sign
START, END = "<!-- figures -->", "<!-- end of the figures -->"
NUMBERS = {"requests": "requests a second", LAST: "p99, ms", "cpu": "CPU a request, ms"}

Figures = Mapping[str, Any]  # what a measure wrote, by its name


def write(figures: Figures, page: Path) -> None:
    """Replace the generated part of a page, and draw its pictures; the text around it stays."""
    images = page.parent / "images"
    if "post" in figures and "identify" in figures:
        draw(figures, images)
    text = page.read_text(encoding="utf-8") if page.exists() else f"{START}\n{END}\n"
    before, _, rest = text.partition(START)
    after = rest.partition(END)[2]
    lines = [*targets(figures), *pictures(figures), *missed(figures), *method(figures)]
    page.write_text("\n".join([before + START, "", *lines, END]) + after, encoding="utf-8")


def targets(figures: Figures) -> Iterator[str]:
    """Write all figures with their targets."""
    yield from table([row for measured in figures.values() for row in read_rows(measured)])
    yield ""


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the table of rows."""
    yield from table_head("what", "ratio", "figure", "beside", "its figure", "required", "goal", "verdict")
    for row in rows:
        is_ratio = row.ratio is not None
        yield table_row(
            row.what,
            f"**{number(row.ratio)} {TIMES}** {spread(row.ratios)}".rstrip() if row.ratio is not None else "",
            f"{number(row.figure)} {row.unit}".rstrip(),
            row.peer,
            f"{number(row.peer_figure)} {row.unit}" if row.peer_figure is not None else "",
            target(row.required, row, is_ratio),
            target(row.goal, row, is_ratio),
            f"**{row.verdict}**" if row.verdict == MISSED else row.verdict,
        )


def target(value: float | None, row: Row, is_ratio: bool) -> str:
    """Return a target as in "≥ 2 ms"."""
    if value is None:
        return ""
    unit = TIMES if is_ratio else row.unit
    return f"{'≤' if row.at_most else '≥'} {number(value)} {unit}".rstrip()


def number(value: float) -> str:
    """Return a number with three digits, or all before the point."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def spread(ratios: Sequence[float]) -> str:
    """Return the least and the greatest ratio of the rounds."""
    return f"<sub>{number(min(ratios))} to {number(max(ratios))}</sub>" if len(ratios) > 1 else ""


def pictures(figures: Figures) -> Iterator[str]:
    """Show the pictures."""
    if "post" in figures and "identify" in figures:
        yield "![Requests a second, waits and CPU of four servers](images/performance-servers.svg)"
        yield ""
        yield "![Words a second without a server](images/performance-offline.svg)"
        yield ""


def missed(figures: Figures) -> Iterator[str]:
    """List what is missed."""
    rows = [row for measured in figures.values() for row in read_rows(measured) if row.verdict == MISSED]
    yield "Missed:" if rows else "Nothing that is required is missed."
    yield ""
    yield from (f"- {_of_target(row)}" for row in rows)
    yield from [""] if rows else []


def _of_target(row: Row) -> str:
    got = f"{number(row.figure)} {row.unit}" if row.ratio is None else f"{number(row.ratio)} {TIMES} {row.peer}"
    return f"{row.what} ({got}, required {target(row.required, row, row.ratio is not None)})"


def method(figures: Figures) -> Iterator[str]:
    """Tell of each measure what was sent, when, where and on which load."""
    yield from table_head("measure", "data", "date", "processor", "load at its start", align="---")
    for name, one in figures.items():
        quick = " (quick run)" if one["quick"] else ""
        where = f"{one['cores']} cores, {one['processor']}"
        yield table_row(f"`{name}`", f"{one['data']}{quick}", one["date"], where, str(one["load"]))
    yield ""


def draw(figures: Figures, images: Path) -> None:
    """Draw servers beside each other, and programs without a server."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "langid_site.settings")
    os.environ.setdefault("SECRET_KEY", "only to draw pictures; " * 3)
    os.environ.setdefault("DEBUG", "on")
    django.setup()
    from classifier.training import figures as drawings

    servers = figures["post"]["details"]
    columns = {
        title: {name: median(one[key] for one in rounds) for name, rounds in servers.items()}
        for key, title in NUMBERS.items()
    }
    picture = drawings.bars(columns, ours={OURS})
    drawings.save(picture, images / "performance-servers.svg", "requests a second, waits and CPU of four servers")
    rates = [row for row in read_rows(figures["identify"]) if row.unit == "words/s"]
    names = {row.what.replace("`", ""): row.figure for row in rates}
    programs = names | {row.peer: row.peer_figure or 0.0 for row in rates}
    picture = drawings.bars({"words a second": programs}, ours=names)
    drawings.save(picture, images / "performance-offline.svg", "words a second without a server")
