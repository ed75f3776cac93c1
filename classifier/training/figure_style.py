"""Gives pictures the look of the site, light and dark; the same picture gives the same bytes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from io import StringIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

# The tokens of static/site.css: each colour on light and on dark paper.
SURFACE, INK, MUTED, LINE = (
    ("#fffefb", "#1f1c29"),
    ("#221d2b", "#f2eef7"),
    ("#5d5667", "#b8b0c4"),
    ("#e2dacb", "#383244"),
)
ACCENT = ("#3b37a6", "#b9b6ff")
GOOD, BAD, AMBER, NONE = ("#17603d", "#8fdcb0"), ("#a8201a", "#ffb0a6"), ("#96690a", "#e5b94e"), ("#8a8393", "#857d92")
COLOURS = (SURFACE, INK, MUTED, LINE, ACCENT, GOOD, BAD, AMBER, NONE)
SERIES = ((ACCENT, "o"), (GOOD, "s"), (BAD, "^"), (AMBER, "D"), (NONE, "v"))  # by model: colour and marker
FONTS = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif"
STYLE = {
    "font.family": "DejaVu Sans",  # measured with; the reader's own font is drawn
    "font.size": 10,
    "svg.fonttype": "none",
    "svg.hashsalt": "pictures",
    "axes.edgecolor": LINE[0],
    "axes.labelcolor": MUTED[0],
    "axes.labelsize": 9.5,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK[0],
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.axisbelow": True,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "grid.color": LINE[0],
    "grid.linewidth": 0.8,
    "lines.linewidth": 2,
    "lines.markersize": 5,
    "text.color": INK[0],
    "xtick.color": MUTED[0],
    "xtick.labelsize": 9,
    "xtick.major.size": 0,
    "ytick.color": MUTED[0],
    "ytick.labelsize": 9,
    "ytick.major.size": 0,
}
SCALE = 1.25  # pixels a point: what is drawn with 10 points is read with 12.5 pixels


@contextmanager
def figure_of(
    columns: int, size: tuple[float, float], *, rows: int = 1, **sharing: Any
) -> Iterator[tuple[Figure, list[Any]]]:
    """Make a figure of panels of `size` inches each, row by row."""
    with mpl.rc_context(STYLE):
        figure = Figure(
            figsize=(columns * size[0] + 0.5, rows * size[1] + 0.2),
            layout=ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.14),
        )
        yield figure, list(figure.subplots(rows, columns, squeeze=False, **sharing).flat)


def save(figure: Figure, path: Path, title: str) -> Path:
    """Write a figure as SVG with a title for screen readers and colours that follow the reader's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = StringIO()
    with mpl.rc_context(STYLE):
        figure.savefig(text, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    path.write_text(_dressed(text.getvalue(), title), encoding="utf-8")
    return path


def _dressed(svg: str, title: str) -> str:
    """Return matplotlib's SVG, shorter, on paper of its own, for light and dark."""
    width, height = (round(float(side)) for side in re.findall(r'viewBox="0 0 (\S+) (\S+)"', svg)[0])
    body = svg[svg.index("<defs>") :].replace(" font-family: 'DejaVu Sans';", "")
    body = re.sub(r"\d+\.\d{4,}", lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), body)
    body = re.sub(r"\s*<!--.*?-->|\s+(?=/?>)", "", body)
    body = re.sub(r"\s*\n\s*", "\n", body)
    switched = "".join(
        f'[style*="{part}: {light}"]{{{part}:{dark}!important}}'
        for light, dark in COLOURS
        for part in ("fill", "stroke")
        if f"{part}: {light}" in body or light in (SURFACE[0], LINE[0])
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img" '
        f'width="{SCALE * width:g}" height="{SCALE * height:g}" viewBox="0 0 {width} {height}">\n'
        f"<title>{escape(title)}</title>\n<style>text{{font-family:{FONTS}}}@media(prefers-color-scheme:dark){{{switched}}}</style>\n"
        f'<rect x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="12" '
        f'style="fill: {SURFACE[0]}; stroke: {LINE[0]}"/>\n{body}\n'
    )
