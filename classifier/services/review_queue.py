"""Words that wait for a reviewer, those first where a decision is worth most."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from classifier.ml.verdict import SINGLE
from classifier.models import Decision, Feedback, QueuedWord, ReviewedWord
from classifier.services.counts import count_capped

CLEAR_VOTES = 3  # equal votes, and no other one, with which a word is clear
MOST_CLEAR = 100  # clear words on a page
CHUNK = 1000  # words in one query
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


def waiting(*, model: str = "", label: str = "", days: int = 0) -> QuerySet[QueuedWord]:
    """Return the words with pending feedback, worth most first.

    Many votes come first, then contradictions of sure answers, then old feedback. The filters choose words with
    pending feedback on an answer of a model, with a label, and of a least age in days.
    """
    rows = Feedback.objects.filter(word_key=OuterRef("word_key"), status=PENDING)
    if model:
        rows = rows.filter(prediction__model=model)
    if label:
        rows = rows.filter(label=label)
    if days:
        rows = rows.filter(created__lte=timezone.now() - timedelta(days=days))
    return QueuedWord.objects.filter(Exists(rows))


def count_waiting() -> int:
    """Return the number of words with pending feedback, counted up to MOST_COUNTED."""
    return count_capped(QueuedWord.objects.all())


def next_key(skipped: Collection[int] = (), **filters: Any) -> str | None:
    """Return the key of the word to decide about next; `skipped` are ids of feedback on words to leave out."""
    words = waiting(**filters)
    if skipped:
        keys = Feedback.objects.filter(pk__in=skipped).values_list("word_key", flat=True)
        words = words.exclude(word_key__in=set(keys))
    return words.values_list("word_key", flat=True).first()


def update_queue(word_keys: Collection[str]) -> None:
    """Add up the pending feedback on locked words anew, after each change of it."""
    for start in range(0, len(keys := sorted(word_keys)), CHUNK):
        _update_some(keys[start : start + CHUNK])


def _update_some(keys: Sequence[str]) -> None:
    words = add_up(keys)
    QueuedWord.objects.filter(word_key__in=set(keys) - {word.word_key for word in words}).delete()
    QueuedWord.objects.bulk_create(words)


def add_up(keys: Sequence[str]) -> list[QueuedWord]:
    """Return the words of these that wait, unsaved."""
    feedback = Feedback.objects.filter(word_key__in=keys).order_by()
    contradicts = Q(kind=Feedback.Kind.CORRECTION, prediction__verdict=SINGLE)
    pending = (
        feedback.filter(status=PENDING)
        .values("word_key")
        .annotate(
            owners=Count("owner", distinct=True), contradicting=Count("pk", filter=contradicts), since=Min("created")
        )
    )
    voting = feedback.voting().exclude(word_key__in=ReviewedWord.objects.values("word_key"))
    agreed = voting.values("word_key").annotate(
        agreeing=Count("owner", distinct=True),
        labels=Count("label", distinct=True),
        sets=Count("languages", distinct=True),
    )
    agreeing = dict(agreed.filter(labels=1, sets=1).values_list("word_key", "agreeing"))
    return [QueuedWord(**word, agreeing=agreeing.get(word["word_key"], 0)) for word in pending]


def read_word(key: str) -> WaitingWord | None:
    """Return a word with feedback, a decision or an outcome; None for another."""
    return next(iter(read_words([key])), None)


def read_words(keys: Sequence[str]) -> list[WaitingWord]:
    """Return the words with feedback, a decision or an outcome, in the order of their keys, in five queries."""
    feedback = Feedback.objects.filter(word_key__in=keys).order_by("-id")
    pending = _by_word(feedback.filter(status=PENDING).select_related("prediction"))
    votes = _votes(keys)
    decisions = defaultdict(list)
    for decision in Decision.objects.filter(word_key__in=keys).select_related("reviewer", "undone_by").order_by("-id"):
        decisions[decision.word_key].append(decision)
    outcomes = {outcome.word_key: outcome for outcome in ReviewedWord.objects.filter(word_key__in=keys)}
    last = feedback.order_by().values("word_key").annotate(last=Max("pk")).values("last")
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
        grouped[row.word_key].append(row)
    return grouped


def _votes(keys: Sequence[str]) -> defaultdict[str, list[Vote]]:
    """Return the votes for each word, most first."""
    voting = Feedback.objects.voting().filter(word_key__in=keys).order_by()
    groups = voting.values("word_key", "label", "languages").annotate(owners=Count("owner", distinct=True))
    totals = Counter[str]()
    for group in groups:
        totals[group["word_key"]] += group["owners"]
    votes = defaultdict(list)
    for group in sorted(groups, key=lambda group: -group["owners"]):
        key, owners = group["word_key"], group["owners"]
        votes[key].append(Vote(group["label"], group["languages"], owners, owners / totals[key]))
    return votes


def clear_words() -> list[WaitingWord]:
    """Return the words about which CLEAR_VOTES people or more agree and nobody disagrees."""
    words = QueuedWord.objects.filter(agreeing__gt=0, agreeing__gte=CLEAR_VOTES)  # the first names the index
    return read_words(list(words.order_by("-agreeing", "word_key").values_list("word_key", flat=True)[:MOST_CLEAR]))
