"""Words that wait for a reviewer, those first where a decision is worth most."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils import timezone

from classifier.models import Decision, Feedback, ReviewedWord

CLEAR_VOTES = 3  # equal votes, and no other one, with which a word is clear
MOST_CLEAR = 100  # clear words on a page
PENDING = Feedback.Status.PENDING


@dataclass(frozen=True, slots=True)
class Vote:
    """A label for a word, and the number of people who gave it."""

    label: str
    languages: Sequence[str]
    owners: int
    share: float  # of the votes for the word


@dataclass(frozen=True, slots=True)
class WaitingWord:
    """All that a reviewer needs to know about a word."""

    key: str
    word: str  # as it was typed last
    votes: Sequence[Vote]  # most first
    feedback: Sequence[Feedback]  # pending, newest first
    outcome: ReviewedWord | None
    decisions: Sequence[Decision]  # newest first
    seen: int  # changes so far, for services.review

    @property
    def choice(self) -> str:
        """What a reviewer agrees to: the majority, and what was seen."""
        vote = self.majority
        return " ".join([str(self.seen), vote.label, *vote.languages, self.key]) if vote else ""

    @property
    def majority(self) -> Vote | None:
        """The label that most people gave; None for a tie."""
        most = [vote for vote in self.votes if vote.owners == self.votes[0].owners]
        return most[0] if len(most) == 1 else None


def waiting(*, model: str = "", label: str = "", days: int = 0) -> QuerySet[Any]:
    """Return the words with pending feedback, as dictionaries, worth most first.

    Many votes come first, then contradictions of sure answers, then old feedback. The filters are a model that
    answered, a label that somebody gave, and the least age in days.
    """
    rows = Feedback.objects.filter(status=PENDING)
    if model:
        rows = rows.filter(prediction__model=model)
    if label:
        rows = rows.filter(label=label)
    if days:
        rows = rows.filter(created__lte=timezone.now() - timedelta(days=days))
    contradicts = Q(kind=Feedback.Kind.CORRECTION, prediction__verdict="single")
    words = (
        rows.order_by()
        .values("prediction__word_key")
        .annotate(
            owners=Count("owner", distinct=True), contradicting=Count("pk", filter=contradicts), since=Min("created")
        )
    )
    return words.order_by("-owners", "-contradicting", "since", "prediction__word_key")


def count_waiting() -> int:
    """Return the number of words with pending feedback."""
    return Feedback.objects.filter(status=PENDING).order_by().values("prediction__word_key").distinct().count()


def next_key(skipped: Collection[int] = (), **filters: Any) -> str | None:
    """Return the key of the word to decide about next; `skipped` are ids of feedback on words to leave out."""
    words = waiting(**filters)
    if skipped:
        words = words.exclude(
            prediction__word_key__in=Feedback.objects.filter(pk__in=skipped).values("prediction__word_key")
        )
    return words.values_list("prediction__word_key", flat=True).first()


def read_word(key: str) -> WaitingWord | None:
    """Return a word with feedback, a decision or an outcome; None for another."""
    return next(iter(read_words([key])), None)


def read_words(keys: Sequence[str]) -> list[WaitingWord]:
    """Return the words with feedback, a decision or an outcome, in the order of their keys, in five queries."""
    feedback = Feedback.objects.filter(prediction__word_key__in=keys).order_by("-id")
    pending = _by_word(feedback.filter(status=PENDING).select_related("prediction"))
    votes = _votes(keys)
    decisions = defaultdict(list)
    for decision in Decision.objects.filter(word_key__in=keys).select_related("reviewer", "undone_by").order_by("-id"):
        decisions[decision.word_key].append(decision)
    outcomes = {outcome.word_key: outcome for outcome in ReviewedWord.objects.filter(word_key__in=keys)}
    last = feedback.order_by().values("prediction__word_key").annotate(last=Max("pk")).values("last")
    typed = _by_word(Feedback.objects.filter(pk__in=last).select_related("prediction"))
    return [
        WaitingWord(
            key=key,
            word=typed[key][0].prediction.word if typed[key] else key,
            votes=votes[key],
            feedback=pending[key],
            outcome=outcomes.get(key),
            decisions=decisions[key],
            seen=len(decisions[key]) + sum(decision.undone_at is not None for decision in decisions[key]),
        )
        for key in keys
        if typed[key] or decisions[key] or key in outcomes
    ]


def _by_word(rows: Iterable[Feedback]) -> defaultdict[str, list[Feedback]]:
    grouped = defaultdict(list)
    for row in rows:
        grouped[row.prediction.word_key].append(row)
    return grouped


def _votes(keys: Sequence[str]) -> defaultdict[str, list[Vote]]:
    """Return the votes for each word, most first."""
    voting = Feedback.objects.voting().filter(prediction__word_key__in=keys).order_by()
    groups = voting.values("prediction__word_key", "label", "languages").annotate(owners=Count("owner", distinct=True))
    totals = Counter[str]()
    for group in groups:
        totals[group["prediction__word_key"]] += group["owners"]
    votes = defaultdict(list)
    for group in sorted(groups, key=lambda group: -group["owners"]):
        key, owners = group["prediction__word_key"], group["owners"]
        votes[key].append(Vote(group["label"], group["languages"], owners, owners / totals[key]))
    return votes


def clear_words() -> list[WaitingWord]:
    """Return the words about which CLEAR_VOTES people or more agree and nobody disagrees."""
    voting = Feedback.objects.voting().order_by().values("prediction__word_key")
    agreed = voting.annotate(
        owners=Count("owner", distinct=True),
        labels=Count("label", distinct=True),
        sets=Count("languages", distinct=True),
        pending=Count("pk", filter=Q(status=PENDING)),
    ).filter(owners__gte=CLEAR_VOTES, labels=1, sets=1, pending__gt=0)
    agreed = agreed.exclude(prediction__word_key__in=ReviewedWord.objects.values("word_key"))
    keys = agreed.order_by("-owners", "prediction__word_key").values_list("prediction__word_key", flat=True)[
        :MOST_CLEAR
    ]
    return read_words(list(keys))
