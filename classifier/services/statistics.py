"""Statistics of feedback, reviews and questions."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.utils import timezone

from classifier.ml.metrics import LENGTH_BANDS, band_name
from classifier.models import Activation, DailyCount, Feedback, QueuedWord, ReviewedWord
from classifier.models.answer_columns import answer_label
from classifier.services import promotion, registry, review_queue
from classifier.services.counts import AtLeast, count_capped
from classifier.services.switching import Gate, judge

MOST_SETTLED = 1_000  # newest feedback in the charts, so that a page takes the same time for ever
DAYS = 30
WEEK = timedelta(days=7)
Status = Feedback.Status
SETTLED = (Status.ACCEPTED, Status.OTHERWISE, Status.REJECTED)


@dataclass(frozen=True, slots=True)
class Queue:
    """The words that wait, and the feedback settled in a week."""

    words: int
    oldest: datetime | None  # feedback that waits
    settled: int
    accepted: int


def read_queue() -> Queue:
    """Count waiting words, and feedback settled in the last seven days, each up to MOST_COUNTED."""
    week = Feedback.objects.filter(reviewed_at__gte=timezone.now() - WEEK)
    # One status each, since an index has the times of a status.
    accepted, *others = (count_capped(week.filter(status=status)) for status in SETTLED)
    oldest = QueuedWord.objects.order_by("since").values_list("since", flat=True).first()
    return Queue(review_queue.count_waiting(), oldest, _sum(accepted, *others), accepted)


def _sum(*counts: int) -> int:
    total = sum(counts)
    return AtLeast(total) if any(isinstance(count, AtLeast) for count in counts) else total


class Settled(NamedTuple):
    """Feedback that reviewers settled, with the answer that it was about."""

    correction: bool
    accepted: bool
    model: str
    version: str
    answered: str  # the label of the answer
    said: str
    decided: str  # empty: rejected
    confidence: float | None  # of a single language

    @property
    def right(self) -> bool:
        """Whether the model's answer was the reviewers'."""
        return self.answered == self.decided


def read_settled() -> list[Settled]:
    """Return the newest settled feedback."""
    rows = Feedback.objects.filter(reviewed_at__isnull=False).order_by("-id")
    answer = ("model", "model_version", "verdict", "language")
    values = rows.values_list(
        "kind", "status", "label", "decided_label", "confidence", *(f"prediction__{name}" for name in answer)
    )
    return [
        Settled(
            correction=kind == Feedback.Kind.CORRECTION,
            accepted=status == Status.ACCEPTED,
            model=model,
            version=version,
            answered=answer_label(verdict, language),
            said=said,
            decided=decided,
            confidence=confidence,
        )
        for kind, status, said, decided, confidence, model, version, verdict, language in values[:MOST_SETTLED]
    ]


@dataclass(frozen=True, slots=True)
class Day:
    """The answers of a day by verdict."""

    day: date
    single: int = 0
    several: int = 0
    unsure: int = 0

    @property
    def answers(self) -> int:
        """The number of all answers."""
        return self.single + self.several + self.unsure


@dataclass(frozen=True, slots=True)
class Input:
    """Questions: the days, and the lengths and letters of single words."""

    days: Sequence[Day]  # oldest first, without gaps
    lengths: dict[str, int]  # words by band of length
    unknown: int  # words with letters that no model has

    @property
    def answers(self) -> int:
        """The number of all answers."""
        return sum(day.answers for day in self.days)

    @property
    def unsure(self) -> int:
        """The number of answers without a language."""
        return sum(day.unsure for day in self.days)

    @property
    def words(self) -> int:
        """The number of single words whose length is known."""
        return sum(self.lengths.values())


def read_input(days: int = DAYS) -> Input:
    """Return the counted questions of the last `days`."""
    today = timezone.now().date()
    since = today - timedelta(days=days - 1)
    rows = list(DailyCount.objects.filter(day__gte=since))
    totals: dict[date, Counter[str]] = {since + timedelta(days=place): Counter() for place in range(days)}
    lengths: Counter[str] = Counter(dict.fromkeys(_BANDS, 0))
    for row in rows:
        if row.day in totals:  # not of tomorrow, by another clock
            totals[row.day].update(single=row.single, several=row.several, unsure=row.unsure)
        lengths.update(dict(zip(_BANDS, row.lengths, strict=False)))
    return Input(
        [Day(day, **counts) for day, counts in totals.items()], dict(lengths), sum(row.unknown for row in rows)
    )


_BANDS = [band_name(*band) for band in LENGTH_BANDS]


@dataclass(frozen=True, slots=True)
class NextTraining:
    """The reviewed words that the next training gets."""

    new: int  # in no model yet
    known: int  # taught to a model before
    measuring: int  # kept aside to check models
    labels: Sequence[tuple[str, int]]  # of the words that train, most first


def read_next_training() -> NextTraining:
    """Count the reviewed words by use and label."""
    labels: Counter[str] = Counter()
    new = known = measuring = 0
    for word in ReviewedWord.objects.only("word_key", "label", "trained_in").iterator(2000):
        if word.measures:
            measuring += 1
            continue
        labels[word.label] += 1
        new, known = new + (not word.trained_in), known + bool(word.trained_in)
    return NextTraining(new, known, measuring, labels.most_common())


@dataclass(frozen=True, slots=True)
class LiveVersion:
    """The version of a model that answers, and how it came to."""

    name: str
    version: str  # empty: the model cannot answer
    activation: Activation | None  # None: it came with the program
    gate: Gate  # its comparison with the version before


def read_live_versions() -> list[LiveVersion]:
    """Return the version that answers of each model."""
    return [_live_version(name) for name in registry.current().names]


def _live_version(name: str) -> LiveVersion:
    try:
        version = registry.current().get(name).card.version
    except registry.ModelUnavailable:
        return LiveVersion(name, "", None, Gate.NONE)
    activation = Activation.objects.of(name).select_related("user").first()
    if activation and activation.version != version:
        activation = None
    written = promotion.comparison(name, version)
    return LiveVersion(name, version, activation, judge(written, version, str(written.get("active", ""))))


def acceptance(rows: Iterable[Settled]) -> list[tuple[tuple[str, str], int, int]]:
    """Return the corrections and accepted ones by model version, newest version first."""
    return _count((row.model, row.version, row.accepted) for row in rows if row.correction)


def acceptance_by_pair(rows: Iterable[Settled]) -> list[tuple[tuple[str, str], int, int]]:
    """Return the corrections and accepted ones by the label answered and the label said, most first."""
    counts = _count((row.answered, row.said, row.accepted) for row in rows if row.correction)
    return sorted(counts, key=lambda count: -count[1])


def _count(rows: Iterable[tuple[str, str, bool]]) -> list[tuple[tuple[str, str], int, int]]:
    counted = list(rows)
    total = Counter((one, other) for one, other, _ in counted)
    accepted = Counter((one, other) for one, other, is_accepted in counted if is_accepted)
    return [(key, total[key], accepted[key]) for key in sorted(total, reverse=True)]
