"""Draws scores: accuracy by model and by length of the word, confusion, reliability, training curves."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from classifier.ml.artifacts import Card
from classifier.ml.metrics import Interval, interval
from classifier.scores import set_name
from classifier.training.figure_style import ACCENT, BAD, INK, MUTED, NONE, SERIES, figure_of, save

Scores = Mapping[str, Any]  # what evaluation.evaluate returns
ByModel = Mapping[str, Scores]


def draw(
    cards: Mapping[str, Card], measured: Mapping[str, ByModel], folders: Mapping[str, Path], images: Path
) -> Iterator[Path]:
    """Draw each model beside its card and all of them together into `images`; yield the paths.

    `measured` holds scores by texts and model; what takes one set of texts takes the first.
    """
    test, first = next(iter(measured.items()))
    words = next(
        (name for name, by_model in measured.items() if all(one["by_length"] for one in by_model.values())), ""
    )
    histories = {name: card.training["history"] for name, card in cards.items() if "history" in card.training}
    for name, folder in folders.items():
        yield save(confusion({name: first[name]}), folder / "confusion.svg", f"{name}: confusion, {test}")
        yield save(reliability({name: first[name]}), folder / "reliability.svg", f"{name}: reliability, {test}")
        if name in histories:
            yield save(training({name: histories[name]}), folder / "training.svg", f"{name}: training")
    yield save(accuracy_by_model(measured), images / "accuracy-by-model.svg", "Accuracy by model")
    if words:
        yield save(accuracy_by_length(measured[words]), images / "accuracy-by-length.svg", "Accuracy by word length")
    yield save(confusion(first), images / "confusion.svg", f"Confusion matrices, {test}")
    yield save(reliability(first), images / "reliability.svg", f"Reliability diagrams, {test}")
    if histories:
        yield save(training(histories), images / "training.svg", "Training curves")


def accuracy_by_model(measured: Mapping[str, ByModel]) -> Figure:
    """Draw the accuracy on each set of texts, a row a model, the first in the accent colour."""
    panels = {
        set_name(test).capitalize(): {name: interval(one["accuracy"], one["words"]) for name, one in by_model.items()}
        for test, by_model in measured.items()
    }
    return intervals(panels, set(list(next(iter(panels.values())))[:1]))


def intervals(panels: Mapping[str, Mapping[str, Interval]], strong: set[str]) -> Figure:
    """Draw accuracies as dots with their intervals: a panel a set of texts, a row a name."""
    rows = len(next(iter(panels.values())))
    with figure_of(len(panels), (2.1, 0.6 + 0.31 * rows), sharey=True) as (figure, axes):
        for panel, (title, row) in zip(axes, panels.items(), strict=True):
            dots(panel, row, strong)
            panel.set_title(title)
    return figure


def dots(panel: Any, rows: Mapping[str, Interval], strong: set[str]) -> None:
    """Draw accuracies with their intervals, first row on top, those in `strong` in the accent colour."""
    for place, (name, (accuracy, low, high)) in enumerate(rows.items()):
        colour = (ACCENT if name in strong else NONE)[0]
        panel.plot([low, high], [place, place], color=colour, linewidth=5, alpha=0.3, solid_capstyle="round")
        panel.plot(accuracy, place, "o", color=colour, markersize=6.5)
        panel.annotate(
            f"{accuracy:.1%}", (high, place), (7, 0), textcoords="offset points", va="center", size=9, color=INK[0]
        )
    least, most = min(low for _, low, _ in rows.values()), max(high for *_, high in rows.values())
    room = max(most - least, 0.004)
    panel.set_xlim(least - 0.12 * room, most + 0.75 * room)
    panel.set_ylim(len(rows) - 0.5, -0.5)
    panel.set_yticks(range(len(rows)), list(rows), color=INK[0], size=10)
    panel.set_xticks([])
    panel.spines["bottom"].set_visible(False)
    panel.grid(axis="y", linestyle=(0, (1, 3)))


def accuracy_by_length(by_model: ByModel) -> Figure:
    """Draw the accuracy on words of each length, a line a model."""
    first = next(iter(by_model.values()))["by_length"]
    with figure_of(1, (7, 3.2)) as (figure, [panel]):
        for (colour, marker), (name, scores) in zip(SERIES * 4, by_model.items(), strict=False):
            accuracies = [row["accuracy"] for row in scores["by_length"]]
            panel.plot(range(len(accuracies)), accuracies, marker=marker, color=colour[0], label=name)
        panel.set_xticks(range(len(first)), [f"{row['letters']}\n{row['words']:,} words" for row in first])
        panel.set_xlabel("letters in the word")
        panel.set_ylabel("accuracy")
        panel.yaxis.set_major_formatter("{x:.0%}")
        panel.grid(axis="y")
        panel.legend(frameon=False, loc="lower right", ncols=2)
    return figure


def confusion(by_model: ByModel) -> Figure:
    """Draw which languages are taken for which, in percent of the true language's texts."""
    with figure_of(len(by_model), (1.55, 1.75), sharey=True) as (figure, panels):
        for panel, (name, scores) in zip(panels, by_model.items(), strict=True):
            _matrix(panel, np.array(scores["confusion"]), list(scores["by_language"]))
            panel.set_title(name)
        panels[0].set_ylabel("true language")
    return figure


def _matrix(panel: Any, counts: Any, languages: Sequence[str]) -> None:
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    worst = max(float((shares - np.diag(np.diag(shares))).max()), 0.01)
    for (row, column), share in np.ndenumerate(shares):
        colour, alpha = (ACCENT, 0.32 * share) if row == column else (BAD, 0.4 * share / worst)
        corner = (column - 0.46, row - 0.46)
        panel.add_patch(Rectangle(corner, 0.92, 0.92, facecolor=colour[0], alpha=alpha, linewidth=0))
        weight = "bold" if row == column else "normal"
        panel.text(column, row, f"{100 * share:.1f}", ha="center", va="center", size=10, weight=weight)
    panel.set_xlim(-0.5, len(languages) - 0.5)
    panel.set_ylim(len(languages) - 0.5, -0.5)
    panel.set_xticks(range(len(languages)), languages)
    panel.set_yticks(range(len(languages)), languages)
    panel.set_xlabel("answered, %")
    panel.spines["bottom"].set_visible(False)


def reliability(by_model: ByModel) -> Figure:
    """Draw accuracy against confidence, and the share of texts in each bin (Guo et al. 2017)."""
    with figure_of(len(by_model), (1.55, 1.9), sharey=True) as (figure, panels):
        for panel, (name, scores) in zip(panels, by_model.items(), strict=True):
            rows = scores["reliability"]
            confidences = [row["confidence"] for row in rows]
            panel.bar(confidences, [row["words"] / scores["words"] for row in rows], 0.05, color=ACCENT[0], alpha=0.18)
            panel.plot([0, 1], [0, 1], color=MUTED[0], linewidth=1, linestyle=(0, (3, 3)))
            panel.plot(confidences, [row["accuracy"] for row in rows], marker="o", markersize=4, color=ACCENT[0])
            panel.text(0.33, 0.96, f"ECE {scores['expected_calibration_error']:.3f}", va="top", size=9, color=MUTED[0])
            panel.set(xlim=(0.3, 1.04), ylim=(0, 1.02), xlabel="confidence", title=name)
            panel.set_xticks([0.4, 0.7, 1], ["40%", "70%", "100%"])
            panel.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
            panel.grid(axis="y")
        panels[0].set_ylabel("accuracy")
    return figure


def training(histories: Mapping[str, Mapping[str, Sequence[float]]]) -> Figure:
    """Draw the loss after each pass: on training words above, on validation words below."""
    columns = len(histories)
    with figure_of(columns, (1.55, 1.3), rows=2, sharex="col") as (figure, panels):
        for place, (name, history) in enumerate(histories.items()):
            above, below = panels[place], panels[place + columns]
            passes = range(1, len(history["loss"]) + 1)
            above.plot(passes, history["loss"], color=NONE[0], marker="o", markersize=3)
            below.plot(passes, history["val_loss"], color=ACCENT[0], marker="o", markersize=3)
            above.set_title(name)
            below.set_xlabel("passes")
            below.xaxis.get_major_locator().set_params(integer=True)
            for panel in (above, below):
                panel.margins(y=0.15)
                panel.grid(axis="y")
        panels[0].set_ylabel("training loss")
        panels[columns].set_ylabel("validation loss")
    return figure
