"""Stand-alone SVG charts of scores, for the documentation and the folders of models."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation

from classifier import charts
from classifier.charts import POINTS, DotPlot, LinePlot, Score
from classifier.ml.artifacts import Card
from classifier.scores import TestSetScores, set_name, set_scores

# Lengths in pixels.
WIDTH = 820  # of figures that compare: GitHub shows as many without shrinking them
COLUMN = 110  # least width of a column: figures of very many models are wider than WIDTH
MARGIN = 20  # around a figure
GAP = 24  # between charts
TITLE = 28  # from the top of the titles to the charts
SIDE = 18  # of the label of a vertical axis
LINE = 20  # of tick labels, and of a caption below them
ROW, CELL = 26, 36  # heights of a row of a dot plot and of a cell of a matrix
LETTER, VALUE = 7, 60  # widths of a letter of a name and of "100.0 %"
LOW, LARGE = 100, (340, 200)  # height of a line plot among others; width and height of one alone

ByModel = Mapping[str, TestSetScores]


@dataclass(frozen=True, slots=True)
class Figure:
    """Charts of one size in titled columns."""

    template: str  # of a chart
    titles: Collection[str]  # of the columns
    rows: Mapping[str, Sequence[Any]]  # charts by the label of their vertical axis
    width: int  # of a chart
    height: int
    left: int = 0  # of a chart, for its tick labels
    right: int = 0  # of a chart, for its values
    side: int = SIDE  # of all charts
    names: int = 0  # width of names within `side`
    notes: Sequence[str] = ()  # at the right of the titles
    caption: str = ""  # below the last row

    @property
    def step(self) -> tuple[int, int]:
        """Distances from a chart to the next one, across and down."""
        return self.left + self.width + self.right + GAP, self.height + LINE + GAP

    @property
    def size(self) -> tuple[int, int]:
        """Width and height with all margins."""
        across, down = self.step
        width = 2 * MARGIN + self.side + len(self.titles) * across - GAP
        height = 2 * MARGIN + TITLE + len(self.rows) * down - GAP + (LINE if self.caption else 0)
        return width if len(self.titles) == 1 else max(width, WIDTH), height


def draw(
    cards: Mapping[str, Card],
    measured: Mapping[str, Mapping[str, Mapping[str, Any]]],
    folders: Mapping[str, Path],
    images: Path,
) -> Iterator[Path]:
    """Write the charts of each model into its folder and of all models into `images`; yield the paths.

    `measured` holds what evaluation.evaluate returns, by test set and model. Charts of one test set take the first.
    """
    sets = {key: {name: set_scores(key, one) for name, one in by_model.items()} for key, by_model in measured.items()}
    histories = {name: card.training["history"] for name, card in cards.items() if "history" in card.training}
    for name, folder in folders.items():
        own = {key: {name: by_model[name]} for key, by_model in sets.items()}
        yield from _draw_first_set(own, {name: histories[name]} if name in histories else {}, folder, f"{name}: ")
    yield from _draw_first_set(sets, histories, images)
    yield save(accuracy_by_model(sets), images / "accuracy-by-model.svg", "accuracy by model, with 95 % intervals")
    words = next((by_model for by_model in sets.values() if all(one.lengths for one in by_model.values())), None)
    if words:
        yield save(accuracy_by_length(words), images / "accuracy-by-length.svg", "accuracy by letters in the word")


def _draw_first_set(
    sets: Mapping[str, ByModel], histories: Mapping[str, Any], folder: Path, name: str = ""
) -> Iterator[Path]:
    key, first = next(iter(sets.items()))
    yield save(confusion(first), folder / "confusion.svg", f"{name}confusion matrix, {set_name(key)}")
    yield save(reliability(first), folder / "reliability.svg", f"{name}reliability diagram, {set_name(key)}")
    if histories:
        yield save(training(histories), folder / "training.svg", f"{name}loss after each pass of the training")


def save(figure: Figure, path: Path, title: str) -> Path:
    """Write a figure as an SVG file, with a title for screen readers."""
    context = {"figure": figure, "title": title, "margin": MARGIN, "top": TITLE, "row": ROW, "cell": CELL}
    with translation.override("en"):
        svg = render_to_string("figures/figure.svg", context)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(filter(str.strip, svg.splitlines())) + "\n", encoding="utf-8")
    return path


def accuracy_by_model(sets: Mapping[str, ByModel]) -> Figure:
    """Draw the accuracy on each test set, a row a model, the first model in the accent colour."""
    scores = {key: {name: one.score for name, one in by_model.items()} for key, by_model in sets.items()}
    best = next(iter(next(iter(scores.values()))))
    return accuracy(
        {
            key: [replace(score, name=name, ours=name == best) for name, score in by_model.items()]
            for key, by_model in scores.items()
        }
    )


def accuracy(scores: Mapping[str, Sequence[Score]]) -> Figure:
    """Draw scores as dots with their intervals: a column a test set, a row a name."""
    plots = [charts.dot_plot(of_set, charts.share_scale(of_set, 2)) for of_set in scores.values()]
    return dots([set_name(key).capitalize() for key in scores], plots)


def accuracy_by_length(by_model: ByModel) -> Figure:
    """Draw the accuracy on words of each length: a column a model, all on one scale."""
    scores = [[point.score for point in one.lengths.points] for one in by_model.values() if one.lengths]
    scale = charts.share_scale((score for of_model in scores for score in of_model), 2)
    return dots(by_model, [charts.dot_plot(of_model, scale) for of_model in scores], "letters in the word")


def dots(titles: Collection[str], plots: Sequence[DotPlot], label: str = "") -> Figure:
    """Draw dot plots with the same names beside each other."""
    names = [dot.score.name for dot in plots[0].dots]
    names_width = LETTER * max(map(len, names)) + LINE
    side = names_width + (SIDE if label else 0)
    width, height = _column_width(titles, side) - VALUE, ROW * len(names)
    rows = {label: [replace(plot, unit=POINTS) for plot in plots]}
    return Figure("figures/dots.svg", titles, rows, width, height, right=VALUE, side=side, names=names_width)


@dataclass(frozen=True, slots=True)
class Magnitude:
    """A bar of a chart."""

    name: str
    share: float  # of the longest bar
    text: str
    ours: bool


def bars(columns: Mapping[str, Mapping[str, float]], ours: Collection[str]) -> Figure:
    """Draw magnitudes as bars from zero: a column a title, a row a name."""
    charts = [_magnitudes(column, ours) for column in columns.values()]
    names_width = LETTER * max(map(len, next(iter(columns.values())))) + LINE
    width, height = _column_width(columns, names_width) - VALUE, ROW * len(charts[0])
    return Figure(
        "figures/bars.svg", columns, {"": charts}, width, height, right=VALUE, side=names_width, names=names_width
    )


def _magnitudes(column: Mapping[str, float], ours: Collection[str]) -> list[Magnitude]:
    longest = max(column.values()) or 1.0
    decimals = 0 if longest >= 100 else 1 if longest >= 10 else 2
    return [Magnitude(name, value / longest, f"{value:,.{decimals}f}", name in ours) for name, value in column.items()]


def confusion(by_model: ByModel) -> Figure:
    """Draw the share of each true language's texts that were given each language, in percent."""
    matrices = [one.confusion for one in by_model.values()]
    size = CELL * len(matrices[0])
    rows = {"true language": matrices}
    return Figure("figures/matrix.svg", by_model, rows, size, size, left=24, caption="answer, %")


def reliability(by_model: ByModel) -> Figure:
    """Draw accuracy against confidence, and the share of texts of each confidence (Guo et al. 2017)."""
    rows = {"accuracy, %": [replace(one.reliability, unit=POINTS) for one in by_model.values() if one.reliability]}
    notes = [f"ECE {one.calibration_error:.3f}" for one in by_model.values()]
    return replace(_plots(by_model, rows, left=28, caption="confidence, %"), notes=notes)


def training(histories: Mapping[str, Mapping[str, Sequence[float]]]) -> Figure:
    """Draw the loss after each pass: on training words above, on validation words below.

    The network of n-grams has no validation loss: beside others it is left out, alone it has the upper part only.
    """
    measured = {name: history for name, history in histories.items() if "val_loss" in history} or histories
    rows = {
        label: [charts.loss_curve(history[kind]) for history in measured.values()]
        for label, kind in (("training loss", "loss"), ("validation loss", "val_loss"))
        if all(kind in history for history in measured.values())
    }
    return _plots(measured, rows, left=40, caption="passes")


def _plots(titles: Collection[str], rows: Mapping[str, Sequence[LinePlot]], left: int, caption: str) -> Figure:
    width, height = LARGE if len(titles) == 1 else (_column_width(titles, SIDE) - left, LOW)
    return Figure("charts/_plot.svg", titles, rows, width, height, left=left, caption=caption)


def _column_width(titles: Collection[str], side: int) -> int:
    return max((WIDTH - 2 * MARGIN - side + GAP) // len(titles) - GAP, COLUMN)
