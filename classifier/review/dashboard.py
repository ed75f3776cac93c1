"""The first page of the admin: the queue, reviews, questions and versions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from classifier import charts
from classifier.charts import DotPlot, LinePlot, Scale, Score
from classifier.languages import SPECIAL_LABELS, label_name
from classifier.ml.metrics import BINS, wilson_interval
from classifier.scores import HELD_OUT, TestSetScores
from classifier.services import registry, statistics
from classifier.services.daily_counts import count_new
from classifier.services.statistics import Day, Input, Settled

MOST_SCORES = 8  # in a chart of rates
MOST_LABELS = 7  # in the confusion matrix
VERDICTS = ("single", "several", "unsure")  # from the bottom of a column
_GAP = 0.2  # between two columns, of the place of one


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the tables, and above them the dashboard with permission to view feedback."""
    board = _dashboard() if request.user.has_perm("classifier.view_feedback") else None
    return admin.site.index(request, {"board": board})


def _dashboard() -> dict[str, Any]:
    complete = count_new()
    settled, asked = statistics.read_settled(), statistics.read_input()
    return {
        "complete": complete,
        "verdicts": VERDICTS,
        "queue": statistics.read_queue(),
        "week": sum(day.answers for day in asked.days[-7:]),
        "days": day_columns(asked.days) if asked.answers else None,
        "by_version": _rates(statistics.acceptance(settled), " ".join),
        "by_pair": _rates(statistics.acceptance_by_pair(settled), _pair_name),
        "confusion": confusion(settled),
        "reliability": reliability(settled),
        "settled": len(settled),
        "unsure": _unsure_by_day(asked.days),
        "drift": drift(asked),
        "next": statistics.read_next_training(),
        "versions": statistics.read_live_versions(),
    }


@dataclass(frozen=True, slots=True)
class DayColumn:
    """The answers of a day as a column, positioned from top left."""

    day: Day
    x: float
    width: float
    parts: Sequence[tuple[str, float, float]]  # verdict, y, height

    @property
    def middle(self) -> float:
        """The position of its name."""
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class DayChart:
    """The answers of some days, stacked by verdict."""

    scale: Scale
    columns: Sequence[DayColumn]

    @property
    def named(self) -> Sequence[DayColumn]:
        """The columns to name below the chart: one a week, the last one included."""
        return self.columns[::-1][::7]


def day_columns(days: Sequence[Day]) -> DayChart:
    """Return a column for each day."""
    scale = charts.round_scale([0, max(1, *(day.answers for day in days))], 4, lower=0.0)
    width = 1 / len(days)
    return DayChart(
        scale,
        [
            DayColumn(day, place * width + width * _GAP / 2, width * (1 - _GAP), _parts(day, scale))
            for place, day in enumerate(days)
        ],
    )


def _parts(day: Day, scale: Scale) -> list[tuple[str, float, float]]:
    parts, top = [], 1.0
    for verdict in VERDICTS:
        height = scale.place(getattr(day, verdict))
        top -= height
        parts.append((verdict, top, height))
    return parts


def _rates(counts: Sequence[tuple[tuple[str, str], int, int]], name: Any) -> DotPlot | None:
    scores = [Score(name(key), count, wilson_interval(good / count, count)) for key, count, good in counts]
    return charts.dot_plot(scores[:MOST_SCORES], Scale(0.0, 1.0, 0.25)) if scores else None


def _pair_name(labels: tuple[str, str]) -> str:
    return " → ".join(map(label_name, labels))


def confusion(rows: Sequence[Settled]) -> TestSetScores | None:
    """Count the reviewers' labels (rows) by the labels answered (columns), the most frequent ones."""
    pairs = Counter((row.decided, row.answered) for row in rows if row.decided)
    totals: Counter[str] = Counter()
    for (decided, answered), count in pairs.items():
        totals.update({decided: count})
        totals.update({answered: count})
    labels = sorted((label for label, _ in totals.most_common(MOST_LABELS)), key=lambda label: label in SPECIAL_LABELS)
    if not labels:
        return None
    counts = [[pairs[decided, answered] for answered in labels] for decided in labels]
    total = sum(map(sum, counts))
    right = sum(counts[place][place] for place in range(len(labels)))
    score = Score("", total, wilson_interval(right / max(total, 1), max(total, 1)))
    return TestSetScores(score, confusion=tuple(zip(labels, charts.matrix_cells(counts), strict=True)))


def reliability(rows: Sequence[Settled]) -> LinePlot | None:
    """Plot how often answers of one language were right by their probability."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for row in rows:
        if row.confidence is not None and row.decided:
            bins.setdefault(min(int(row.confidence * BINS), BINS - 1), []).append((row.confidence, row.right))
    if not bins:
        return None
    confidences, scores = [], []
    for place in sorted(bins):
        answers = bins[place]
        confidences.append(sum(confidence for confidence, _ in answers) / len(answers))
        share = sum(right for _, right in answers) / len(answers)
        scores.append(Score("", len(answers), wilson_interval(share, len(answers))))
    return charts.reliability_diagram(confidences, scores)


def _unsure_by_day(days: Sequence[Day]) -> LinePlot | None:
    scores = [
        Score(date_format(day.day, _("j M")), day.answers, wilson_interval(day.unsure / day.answers, day.answers))
        for day in days
        if day.answers
    ]
    return charts.line_plot(scores) if scores else None


@dataclass(frozen=True, slots=True)
class Drift:
    """Words asked, compared with the word lists of the default model."""

    model: str
    words: int
    unsure: float
    unsure_trained: float | None  # of held-out words, as far as the card says
    unknown: float
    lengths: Sequence[tuple[str, float, float | None]]  # band, share of the words asked, of the held-out words


def drift(asked: Input) -> Drift | None:
    """Compare single words asked with the held-out words of the default model; None without any."""
    if not asked.words:
        return None
    name, scores = _default_scores()
    trained = {row["letters"]: row["words"] for row in scores.get("by_length", ())}
    total = sum(trained.values())
    return Drift(
        name,
        asked.words,
        asked.unsure / asked.answers,
        scores.get("verdicts", {}).get("unsure"),
        asked.unknown / asked.words,
        [
            (band, count / asked.words, trained.get(band, 0) / total if total else None)
            for band, count in asked.lengths.items()
        ],
    )


def _default_scores() -> tuple[str, Mapping[str, Any]]:
    try:
        card = registry.current().get().card
    except registry.ModelUnavailable:
        return "", {}
    return card.name, card.scores.get(HELD_OUT, {})
