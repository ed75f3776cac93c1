"""Markdown tables of figures."""

from collections.abc import Mapping, Sequence

from classifier.ml.metrics import Interval, wilson_interval

NONE = "–"  # noqa: RUF001


def percent(accuracy: float, texts: int) -> str:
    """Return an accuracy with its 95 % interval for a sentence."""
    value, low, high = (f"{100 * share:.1f}" for share in wilson_interval(accuracy, texts))
    return f"{value} % ({low} to {high})"


def with_interval(accuracies: Mapping[str, float], name: str, texts: int) -> str:
    """Return an accuracy with its 95 % interval, the best bold."""
    _, low, high = wilson_interval(accuracies[name], texts)
    return f"{bold(name, accuracies)} <sub>{100 * low:.1f}–{100 * high:.1f}</sub>"  # noqa: RUF001


def lead(ahead: Interval) -> str:
    """Return a lead in points; bold where its interval excludes 0."""
    points, low, high = (f"{100 * share:+.1f}" for share in ahead)
    return (
        f"**{points}** <sub>{low} to {high}</sub>"
        if ahead.low * ahead.high > 0
        else f"{points} <sub>{low} to {high}</sub>"
    )


def bold(name: str, accuracies: Mapping[str, float]) -> str:
    """Return the accuracy of a system, the best in bold.

    A dash where it was not measured.
    """
    if name not in accuracies:
        return NONE
    cell = f"{100 * accuracies[name]:.1f}"
    return f"**{cell}**" if accuracies[name] == max(accuracies.values()) else cell


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
