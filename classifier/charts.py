"""Positions of scores in charts, as shares of their size."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from classifier.ml.metrics import Interval

LEAST_SPAN = 1e-6  # of a scale; smaller differences are noise
DIGITS = 10  # of the ends of a scale; sums of steps have rounding errors beyond them
MOST_NAMES = 9  # below a chart; more would overlap
PERCENT, POINTS, NUMBER = "percent", "points", "number"  # units of tick labels: 80 %, 80, 0.8


class Tick(NamedTuple):
    """A round number on a scale, and its position."""

    value: float
    place: float


@dataclass(frozen=True, slots=True)
class Scale:
    """A range between round numbers, mapped to 0 to 1."""

    low: float
    high: float
    step: float

    def place(self, value: float) -> float:
        """Return the position of a number, clipped to 0..1."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)

    @property
    def ticks(self) -> list[Tick]:
        """The round numbers from end to end."""
        count = round((self.high - self.low) / self.step)
        values = [round(self.low + index * self.step, DIGITS) for index in range(count + 1)]
        return [Tick(value, self.place(value)) for value in values if value <= self.high]

    @property
    def levels(self) -> list[Tick]:
        """The round numbers of a vertical scale, positioned from the top."""
        return [Tick(tick.value, 1 - tick.place) for tick in self.ticks]


def round_scale(values: Iterable[float], steps: int = 5, lower: float = -math.inf, upper: float = math.inf) -> Scale:
    """Return a scale in round steps around all values.

    It has at most `steps` + 2 steps, and is cut at `lower` and `upper`.
    """
    numbers = list(values)
    low, high = min(numbers), max(numbers)
    step = _round_step(max(high - low or abs(high) or 1.0, LEAST_SPAN) / steps)
    low = max(round(math.floor(low / step) * step, DIGITS), lower)
    high = min(round(math.ceil(high / step) * step, DIGITS), upper)
    if low == high:
        low, high = (low - step, high) if high == upper else (low, high + step)
    return Scale(round(low, DIGITS), round(high, DIGITS), step)


def _round_step(size: float) -> float:
    """Round up to 1, 2 or 5 times a power of ten."""
    magnitude: float = 10.0 ** math.floor(math.log10(size))
    return next(times * magnitude for times in (1, 2, 5, 10) if times * magnitude >= size * (1 - 1e-9))


@dataclass(frozen=True, slots=True)
class Score:
    """A share of some texts, with its 95 % interval."""

    name: str
    texts: int
    share: Interval
    ours: bool = True  # False: of another program


def share_scale(scores: Iterable[Score], steps: int = 4) -> Scale:
    """Return a scale within 0 and 1 around all intervals."""
    return round_scale((bound for score in scores for bound in score.share), steps, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Dot:
    """A score in a dot plot, positioned from the left."""

    score: Score
    place: float
    start: float  # of the interval
    end: float


@dataclass(frozen=True, slots=True)
class DotPlot:
    """Scores below each other on one horizontal scale."""

    scale: Scale
    dots: list[Dot]
    unit: str = PERCENT


def round_shares(shares: Sequence[float], total: int) -> list[int]:
    """Round shares of 1 to parts of `total` that add up to it.

    The largest remainders are rounded up.
    """
    parts = [math.floor(share * total) for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda place: parts[place] - shares[place] * total)
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts


def dot_plot(scores: Sequence[Score], scale: Scale | None = None) -> DotPlot:
    """Return a dot plot of scores; `scale` defaults to theirs."""
    scale = scale or share_scale(scores)
    return DotPlot(scale, [Dot(score, *(scale.place(bound) for bound in score.share)) for score in scores])


@dataclass(frozen=True, slots=True)
class Point:
    """A score in a line plot, positioned from top left."""

    score: Score
    x: float
    y: float
    bottom: float  # of the interval
    top: float
    confidence: float | None = None  # in a reliability diagram: its value on the horizontal scale


class Segment(NamedTuple):
    """A line between two positions."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Column:
    """A rectangle on the bottom line of a line plot."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class LinePlot:
    """A line through points, over columns and an ideal line."""

    scale: Scale
    points: list[Point]
    unit: str = PERCENT
    ticks: list[Tick] = field(default_factory=list)  # of the horizontal scale; without one, points have names
    columns: list[Column] = field(default_factory=list)
    ideal: list[Segment] = field(default_factory=list)

    @property
    def segments(self) -> list[Segment]:
        """The lines from each point to the next."""
        return [Segment(one.x, one.y, other.x, other.y) for one, other in pairwise(self.points)]

    @property
    def named_points(self) -> list[Point]:
        """The points to name below the plot, at equal distances."""
        return [] if self.ticks else self.points[:: math.ceil(len(self.points) / MOST_NAMES)]


def _point(scale: Scale, score: Score, x: float, confidence: float | None = None) -> Point:
    y, bottom, top = (1 - scale.place(bound) for bound in score.share)
    return Point(score, x, y, bottom, top, confidence)


def line_plot(scores: Sequence[Score]) -> LinePlot:
    """Return a line plot of scores at equal distances."""
    scale = share_scale(scores)
    places = [(index + 0.5) / len(scores) for index in range(len(scores))]
    return LinePlot(scale, [_point(scale, score, x) for score, x in zip(scores, places, strict=True)])


def loss_curve(losses: Sequence[float]) -> LinePlot:
    """Return a line plot of the loss after each epoch."""
    scale = round_scale(losses, 4)
    last = max(len(losses) - 1, 1)
    scores = [Score(str(number), 0, Interval(loss, loss, loss)) for number, loss in enumerate(losses, 1)]
    return LinePlot(scale, [_point(scale, score, index / last) for index, score in enumerate(scores)], NUMBER)


def reliability_diagram(confidences: Sequence[float], scores: Sequence[Score]) -> LinePlot:
    """Return a plot of accuracy against confidence.

    Columns show the share of texts of each confidence, the ideal line is the diagonal.
    """
    across, upright = round_scale([*confidences, 1.0], 4, 0.0, 1.0), Scale(0.0, 1.0, 0.25)
    texts = sum(score.texts for score in scores)
    width = (1 - across.place(0.9)) * 0.6
    points, columns = [], []
    for confidence, score in zip(confidences, scores, strict=True):
        x, height = across.place(confidence), score.texts / texts
        points.append(_point(upright, score, x, confidence))
        columns.append(Column(max(x - width / 2, 0.0), 1 - height, min(width, 1 - x + width / 2), height))
    ideal = Segment(0, 1 - upright.place(across.low), 1, 1 - upright.place(across.high))
    return LinePlot(upright, points, ticks=across.ticks, columns=columns, ideal=[ideal])


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a confusion matrix."""

    count: int
    share: float  # of the row
    strength: float  # of the colour, 0 to 1
    right: bool


def matrix_cells(counts: Sequence[Sequence[int]]) -> list[list[Cell]]:
    """Return the cells of a confusion matrix.

    The largest mistake has the strongest colour.
    """
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
