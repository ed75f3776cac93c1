"""Statistics of feedback, reviews and questions."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.utils import timezone

from classifier.ml.answers import rank
from classifier.ml.metrics import LENGTH_BANDS, band_name
from classifier.ml.verdict import SINGLE
from classifier.models import Activation, DailyCount, Feedback, ReviewedWord
from classifier.models.answer_columns import answer_label
from classifier.services import promotion, registry, review_queue
from classifier.services.switching import Gate, judge

MOST_SETTLED = 5_000  # newest feedback in the charts, so that a page takes the same time for ever
DAYS = 30
WEEK = timedelta(days=7)
Status = Feedback.Status


@dataclass(frozen=True, slots=True)
class Queue:
    """The words that wait, and the feedback settled in a week."""

    words: int
    oldest: datetime | None  # feedback that waits
    settled: int
    accepted: int


def read_queue() -> Queue:
    """Count waiting words, and feedback settled in the last seven days."""
    week = Feedback.objects.filter(reviewed_at__gte=timezone.now() - WEEK)
    settled = week.aggregate(all=Count("pk"), accepted=Count("pk", filter=Q(status=Status.ACCEPTED)))
    oldest = Feedback.objects.filter(status=Status.PENDING).aggregate(since=Min("created"))["since"]
    return Queue(review_queue.count_waiting(), oldest, settled["all"], settled["accepted"])


@dataclass(frozen=True, slots=True)
class Settled:
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
    rows = Feedback.objects.exclude(status=Status.PENDING).order_by("-id")
    answer = ("model", "model_version", "verdict", "language", "probabilities", "languages")
    values = rows.values_list("kind", "status", "label", "decided_label", *(f"prediction__{name}" for name in answer))
    return [_settled(*row) for row in values[:MOST_SETTLED]]


def _settled(kind: str, status: str, said: str, decided: str, *answer: Any) -> Settled:
    model, version, verdict, language, probabilities, languages = answer
    return Settled(
        correction=kind == Feedback.Kind.CORRECTION,
        accepted=status == Status.ACCEPTED,
        model=model,
        version=version,
        answered=answer_label(verdict, language),
        said=said,
        decided=decided,
        confidence=rank(probabilities, languages)[0].probability if verdict == SINGLE else None,
    )


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
    total: Counter[tuple[str, str]] = Counter()
    accepted: Counter[tuple[str, str]] = Counter()
    for one, other, is_accepted in rows:
        total[one, other] += 1
        accepted[one, other] += is_accepted
    return [(key, total[key], accepted[key]) for key in sorted(total, key=lambda key: (key[0], key[1]), reverse=True)]
