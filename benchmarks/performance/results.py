"""Figures beside their targets, and where they were measured."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

DIGITS = 5  # of figures in the file
GOAL, MET, MISSED = "goal", "required", "missed"


class Unavailable(Exception):
    """This machine lacks what a measure needs."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long to measure."""

    rounds: int
    seconds: int  # of load a round
    words: int  # of `manage.py identify`
    rows: int  # of the large database
    quick: bool = False


FULL = Plan(rounds=5, seconds=8, words=1_000_000, rows=1_000_000)
QUICK = Plan(rounds=2, seconds=3, words=100_000, rows=100_000, quick=True)


@dataclass(frozen=True, slots=True)
class Row:
    """A figure; with a peer, targets hold for the ratio of both."""

    what: str
    figure: float
    unit: str
    required: float | None = None
    goal: float | None = None
    at_most: bool = False  # else at least
    peer: str = ""
    peer_figure: float | None = None
    ratios: Sequence[float] = ()  # of the rounds

    @property
    def ratio(self) -> float | None:
        """The median of the rounds' ratios to the peer."""
        return median(self.ratios) if self.ratios else None

    @property
    def verdict(self) -> str:
        """The target that is reached; empty without targets."""
        if self.required is None:
            return ""
        value = self.figure if self.ratio is None else self.ratio
        if not self._reaches(value, self.required):
            return MISSED
        return GOAL if self.goal is not None and self._reaches(value, self.goal) else MET

    def _reaches(self, value: float, target: float) -> bool:
        return value <= target if self.at_most else value >= target


def beside(what: str, unit: str, ours: Sequence[float], peer: str, theirs: Sequence[float], **targets: Any) -> Row:
    """Return a row of medians, from figures of the same rounds."""
    ratios = [one / other for one, other in zip(ours, theirs, strict=True)]
    return Row(what, median(ours), unit, peer=peer, peer_figure=median(theirs), ratios=ratios, **targets)


@dataclass(slots=True)
class Measured:
    """The results of a measure."""

    data: str  # what was sent
    rows: list[Row]
    details: Mapping[str, Any] = field(default_factory=dict)


def circumstances() -> dict[str, Any]:
    """Return date, processor and load, before a measure."""
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "processor": processor(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
    }


def processor() -> str:
    """Return the model of the processor."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def as_json(measured: Measured, before: Mapping[str, Any], plan: Plan) -> dict[str, Any]:
    """Return a measure for the file of figures."""
    return {**before, "quick": plan.quick, **_rounded(asdict(measured))}


def _rounded(value: Any) -> Any:
    """Round numbers to DIGITS, wherever they stand."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return [_rounded(one) for one in value] if isinstance(value, list | tuple) else value


def read_rows(measured: Mapping[str, Any]) -> list[Row]:
    """Return the rows of a measure in the file of figures."""
    return [Row(**row) for row in measured["rows"]]
