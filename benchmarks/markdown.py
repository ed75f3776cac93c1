"""Markdown tables of figures."""

from collections.abc import Mapping, Sequence
from typing import Any

from classifier.ml.metrics import wilson_interval

Results = Mapping[str, Any]


def names(results: Results) -> list[str]:
    """Return the names of all systems."""
    return [system["name"] for system in results["systems"]]


def ours(results: Results) -> list[str]:
    """Return the names of our models."""
    return [system["name"] for system in results["systems"] if system["ours"]]


def label(results: Results, name: str) -> str:
    """Return the first cell of a system's row."""
    return f"**{name}** (ours)" if name in ours(results) else name


def lead(scores: Mapping[str, Any]) -> str:
    """Return the lead over lingua in points, with its interval."""
    ahead = scores["ahead_of_lingua"]
    points, low, high = (f"{100 * ahead[key]:+.1f}" for key in ("difference", "low", "high"))
    return f"{points} <sub>{low} to {high}</sub>"


def percent(accuracy: float, texts: int) -> str:
    """Return an accuracy with its 95 % interval for a sentence."""
    value, low, high = (f"{100 * share:.1f}" for share in wilson_interval(accuracy, texts))
    return f"{value} % ({low} to {high})"


def with_interval(scores: Mapping[str, Any], name: str, texts: int) -> str:
    """Return the accuracy of a system with its 95 % interval.

    `scores` are those of all systems; the best is bold.
    """
    accuracies = {system: row["accuracy"] for system, row in scores.items()}
    _, low, high = wilson_interval(accuracies[name], texts)
    return f"{bold(name, accuracies)} <sub>{100 * low:.1f}–{100 * high:.1f}</sub>"  # noqa: RUF001


def bold(name: str, accuracies: Mapping[str, float]) -> str:
    """Return the accuracy of a system, the best in bold."""
    cell = f"{100 * accuracies[name]:.1f}"
    return f"**{cell}**" if accuracies[name] == max(accuracies.values()) else cell


def mark(row: Mapping[str, str]) -> str:
    """Return the mark of words with the verdict `single`."""
    return "\\*" if row["verdict"] == "single" else ""


def table_head(*cells: str, align: str = "--:") -> tuple[str, str]:
    """Return the first two lines of a table.

    The first column is aligned left, the others by `align`.
    """
    return table_row(*cells), "|---" + f"|{align}" * (len(cells) - 1) + "|"


def table_row(*cells: str) -> str:
    """Return a line of a table."""
    return f"| {' | '.join(cells)} |"


def listed(names: Sequence[str]) -> str:
    """Join names as in a sentence: this, that and those."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
