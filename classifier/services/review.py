"""Decisions of reviewers about words: decide, reject, undo."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from classifier.models import Decision, Feedback, ReviewedWord
from classifier.models.feedback import FeedbackQuerySet
from classifier.services.feedback import canonical_pair, forget_decisions, lock_word, settle, standing_decision
from classifier.services.promotion import version_that_learnt
from classifier.services.review_queue import update_queue

Status = Feedback.Status
STEP = 500  # words in a transaction: about half a second, in which SQLite keeps other writers waiting


class DecidedMeanwhile(Exception):
    """Error: another reviewer has decided about the word since it was shown."""


class NothingPending(Exception):
    """Error: no feedback on the word waits for a decision."""


class AlreadyUndone(Exception):
    """Error: the decision has been undone before."""


@transaction.atomic
def decide(
    *,
    word_key: str,
    reviewer: User,
    label: str,
    languages: Sequence[str] = (),
    reason: str = "",
    seen: int | None = None,
) -> Decision:
    """Decide what a word is, and settle all its pending feedback.

    Equal feedback is accepted, also what was decided otherwise before; other feedback is decided otherwise. `seen` is
    what `changes` returned when the reviewer saw the word. Raises ValidationError for an invalid label, NothingPending
    and DecidedMeanwhile.
    """
    label, languages = canonical_pair(label, languages)
    pending = _lock_pending(word_key, seen)
    decision = _record(word_key, reviewer, reason, label=label, languages=languages)
    settled = {
        "decision": decision,
        "decided_label": label,
        "decided_languages": languages,
        "reviewer": reviewer,
        "reviewed_at": decision.created,
        "reason": decision.reason,
        "unread": True,
    }
    equal = Feedback.objects.about(word_key).filter(label=label, languages=languages)
    right = equal.filter(status__in=[Status.PENDING, Status.OTHERWISE]).order_by()
    Feedback.objects.filter(pk__in=right.values("pk")).update(status=Status.ACCEPTED, **settled)
    pending.update(status=Status.OTHERWISE, **settled)
    _store_outcome(decision)
    update_queue([word_key])
    return decision


@transaction.atomic
def reject(
    *,
    word_key: str,
    reviewer: User,
    reason: str = "",
    seen: int | None = None,
    owner: str | None = None,
    moment: datetime | None = None,
) -> Decision:
    """Reject the pending feedback on a word, all or that of one `owner`; its outcome stays.

    Raises NothingPending and DecidedMeanwhile.
    """
    pending = _lock_pending(word_key, seen, owner)
    decision = _record(word_key, reviewer, reason, moment=moment)
    pending.update(
        status=Status.REJECTED,
        decision=decision,
        reviewer=reviewer,
        reviewed_at=decision.created,
        reason=decision.reason,
        unread=True,
    )
    update_queue([word_key])
    return decision


def reject_owner(*, owner: str, reviewer: User, reason: str = "") -> list[Decision]:
    """Reject all pending feedback of one visitor: one decision a word.

    All have the same moment, by which `same_act` finds them.
    """
    waiting = Feedback.objects.filter(owner=owner, status=Status.PENDING).order_by()
    keys = sorted(waiting.values_list("word_key", flat=True).distinct())
    moment = timezone.now()
    return _in_steps(
        lambda key: reject(word_key=key, owner=owner, reviewer=reviewer, reason=reason, moment=moment), keys
    )


def same_act(decision: Decision) -> QuerySet[Decision]:
    """Return the decisions that were made at once with this one and stand, by word."""
    standing = Decision.objects.filter(reviewer=decision.reviewer, created=decision.created, undone_at=None)
    return standing.order_by("word_key")


def undo_act(*, decision: Decision, reviewer: User) -> list[Decision]:
    """Undo all decisions that were made at once with this one."""
    return _in_steps(lambda one: undo(decision=one, reviewer=reviewer), list(same_act(decision)))


def _in_steps(act: Callable[[Any], Decision], items: Sequence[Any]) -> list[Decision]:
    """Act on the items, sorted by word so that nobody deadlocks, STEP in a transaction.

    Leaves out items that somebody else has settled meanwhile.
    """
    decisions = []
    for start in range(0, len(items), STEP):
        with transaction.atomic():
            for item in items[start : start + STEP]:
                with suppress(NothingPending, AlreadyUndone):
                    decisions.append(act(item))
    return decisions


@transaction.atomic
def undo(*, decision: Decision, reviewer: User) -> Decision:
    """Undo a decision: its feedback waits again, and the outcome of the decision before stands.

    Raises AlreadyUndone.
    """
    word_key = decision.word_key
    lock_word(word_key)
    decision = Decision.objects.get(pk=decision.pk)
    if decision.undone_at:
        raise AlreadyUndone
    decision.undone_at, decision.undone_by = timezone.now(), reviewer
    decision.save(update_fields=["undone_at", "undone_by"])
    decision.settled.update(
        status=Status.PENDING,
        decision=None,
        decided_label="",
        decided_languages=[],
        reviewer=None,
        reviewed_at=None,
        reason="",
        reopened=True,
        unread=True,
    )
    if decision.label:
        _restore_outcome(word_key)
    settle(word_key)
    forget_decisions([word_key])
    update_queue([word_key])
    return decision


def _restore_outcome(word_key: str) -> None:
    before = standing_decision(word_key)
    if before:
        _store_outcome(before)
    else:
        ReviewedWord.objects.filter(word_key=word_key).delete()


def _lock_pending(word_key: str, seen: int | None, owner: str | None = None) -> FeedbackQuerySet:
    """Lock a word; return its pending feedback, not yet read, all or that of one `owner`.

    Raises NothingPending and DecidedMeanwhile.
    """
    lock_word(word_key)
    if seen is not None and seen != changes(word_key):
        raise DecidedMeanwhile
    pending = Feedback.objects.about(word_key).filter(status=Status.PENDING).order_by()
    if owner is not None:
        pending = pending.filter(owner=owner)
    if not pending.exists():
        raise NothingPending
    return Feedback.objects.filter(pk__in=pending.values("pk"))


def changes(word_key: str) -> int:
    """Return how often a word was decided about, or a decision undone."""
    counts = Decision.objects.filter(word_key=word_key).aggregate(made=Count("pk"), undone=Count("undone_at"))
    return int(counts["made"] + counts["undone"])


def _record(
    word_key: str,
    reviewer: User,
    reason: str,
    *,
    label: str = "",
    languages: Sequence[str] = (),
    moment: datetime | None = None,
) -> Decision:
    return Decision.objects.create(
        word_key=word_key,
        reviewer=reviewer,
        reason=reason[:500],
        label=label,
        languages=list(languages),
        created=moment or timezone.now(),
    )


def _store_outcome(decision: Decision) -> None:
    """Store a decision as the outcome of its word."""
    word_key, label, languages = decision.word_key, decision.label, decision.languages
    before = ReviewedWord.objects.filter(word_key=word_key).first()
    same = before is not None and (before.label, before.languages) == (label, languages)
    ReviewedWord.objects.update_or_create(
        word_key=word_key,
        defaults={
            "label": label,
            "languages": languages,
            "votes": Feedback.objects.votes(word_key, label, languages),
            "decided_at": decision.created,
            "by_consensus": decision.by_consensus,
            "trained_in": before.trained_in if before and same else _trained_in(decision),
        },
    )
    if before and not same:
        Feedback.objects.mark_unread([word_key])


def _trained_in(decision: Decision) -> str:
    """Return the version that learnt an outcome before the word was decided otherwise meanwhile."""
    if changes(decision.word_key) == 1:  # nothing to look for in the files of versions
        return ""
    return version_that_learnt((decision.word_key, decision.label, tuple(decision.languages)))
