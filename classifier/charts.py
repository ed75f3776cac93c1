"""Places measured numbers in drawings, as shares of a width and a height; templates draw them."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from classifier.ml.metrics import Interval

LEAST_SPAN = 1e-6  # of a scale: smaller differences are noise
DIGITS = 10  # of the ends of a scale: what adding up steps leaves behind is no part of them


class Tick(NamedTuple):
    """A round number on a scale, and where it lies."""

    value: float
    place: float


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps the numbers between two round ones to shares from 0 to 1; what is beyond lies at the end."""

    low: float
    high: float
    step: float

    def place(self, value: float) -> float:
        """Return where a number lies between the ends."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)

    @property
    def ticks(self) -> list[Tick]:
        """The round numbers from end to end."""
        count = round((self.high - self.low) / self.step)
        values = [round(self.low + index * self.step, DIGITS) for index in range(count + 1)]
        return [Tick(value, self.place(value)) for value in values if value <= self.high]


def scale_of(values: Iterable[float], steps: int = 5, least: float = -math.inf, most: float = math.inf) -> Scale:
    """Return a scale of at most `steps` + 2 round steps that holds all values, which are within `least` and `most`."""
    found = list(values)
    low, high = min(found), max(found)
    step = _round_step(max(high - low or abs(high) or 1.0, LEAST_SPAN) / steps)
    low = max(round(math.floor(low / step) * step, DIGITS), least)
    high = min(round(math.ceil(high / step) * step, DIGITS), most)
    if low == high:
        low, high = (low - step, high) if high == most else (low, high + step)
    return Scale(low, high, step)


def _round_step(size: float) -> float:
    """Return the next of 1, 2, 5, 10 times a power of ten."""
    magnitude: float = 10.0 ** math.floor(math.log10(size))
    return next(times * magnitude for times in (1, 2, 5, 10) if times * magnitude >= size * (1 - 1e-9))


@dataclass(frozen=True, slots=True)
class Measure:
    """What was measured: the share of so many texts, with its 95 % interval."""

    name: str
    texts: int
    share: Interval
    ours: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A measure in a chart of rows: its dot, and the two ends of its interval, from the left."""

    measure: Measure
    place: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Rows:
    """Measures below each other on one scale."""

    scale: Scale
    rows: list[Row]


def rows_of(measures: Sequence[Measure], steps: int = 4) -> Rows:
    """Draw shares as dots with their intervals."""
    scale = scale_of((bound for measure in measures for bound in measure.share), steps, 0.0, 1.0)
    placed = [Row(measure, *(scale.place(bound) for bound in measure.share)) for measure in measures]
    return Rows(scale, placed)


@dataclass(frozen=True, slots=True)
class Point:
    """A value in a plot: its place from the left and from the top, and the two ends of its interval."""

    name: str
    texts: int
    value: Interval
    x: float
    y: float
    bottom: float
    top: float
    across: float | None = None  # the value on the horizontal scale, where there is one


class Segment(NamedTuple):
    """A line from one place to another."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A column that stands on the ground of a plot."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Plot:
    """A line through points above a scale, before columns and a line that it should follow."""

    scale: Scale
    points: list[Point]
    ticks: list[Tick] = field(default_factory=list)  # of the horizontal scale; else each point has its name
    bars: list[Bar] = field(default_factory=list)
    ideal: list[Segment] = field(default_factory=list)

    @property
    def levels(self) -> list[Tick]:
        """The round numbers of the scale by their place from the top."""
        return [Tick(tick.value, 1 - tick.place) for tick in self.scale.ticks]

    @property
    def segments(self) -> list[Segment]:
        """The lines from each point to the next."""
        return [Segment(one.x, one.y, other.x, other.y) for one, other in pairwise(self.points)]


def _point(scale: Scale, measure: Measure, x: float, across: float | None = None) -> Point:
    y, bottom, top = (1 - scale.place(bound) for bound in measure.share)
    return Point(measure.name, measure.texts, measure.share, x, y, bottom, top, across)


def by_order(measures: Sequence[Measure]) -> Plot:
    """Draw shares one after the other, as far apart."""
    scale = scale_of((bound for measure in measures for bound in measure.share), 4, 0.0, 1.0)
    places = [(index + 0.5) / len(measures) for index in range(len(measures))]
    return Plot(scale, [_point(scale, measure, x) for measure, x in zip(measures, places, strict=True)])


def curve(values: Sequence[float]) -> Plot:
    """Draw a value a pass, from the first at the left end to the last at the right end."""
    scale = scale_of(values, 4)
    last = max(len(values) - 1, 1)
    measures = [Measure(str(number), 0, Interval(value, value, value)) for number, value in enumerate(values, 1)]
    return Plot(scale, [_point(scale, measure, index / last) for index, measure in enumerate(measures)])


def against_ideal(confidences: Sequence[float], measures: Sequence[Measure]) -> Plot:
    """Draw accuracy against confidence, the share of the texts of each confidence, and where both are the same."""
    across, upright = scale_of([*confidences, 1.0], 4, 0.0, 1.0), Scale(0.0, 1.0, 0.25)
    texts = sum(measure.texts for measure in measures)
    width = (1 - across.place(0.9)) * 0.6
    points, bars = [], []
    for confidence, measure in zip(confidences, measures, strict=True):
        x, height = across.place(confidence), measure.texts / texts
        points.append(_point(upright, measure, x, confidence))
        bars.append(Bar(max(x - width / 2, 0.0), 1 - height, min(width, 1 - x + width / 2), height))
    ideal = Segment(0, 1 - upright.place(across.low), 1, 1 - upright.place(across.high))
    return Plot(upright, points, across.ticks, bars, [ideal])


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of a confusion matrix, its share of the row, and how strongly it is coloured."""

    count: int
    share: float
    strength: float
    right: bool


def matrix(counts: Sequence[Sequence[int]]) -> list[list[Cell]]:
    """Draw the shares of each row; the mistakes are coloured beside the largest mistake."""
    shares = [[count / max(sum(row), 1) for count in row] for row in counts]
    mistakes = [share for row, line in enumerate(shares) for column, share in enumerate(line) if row != column]
    worst = max([0.01, *mistakes])
    return [
        [
            Cell(counts[row][column], share, share if row == column else share / worst, row == column)
            for column, share in enumerate(line)
        ]
        for row, line in enumerate(shares)
    ]
