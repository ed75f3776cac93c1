"""Decisions without a reviewer: enough people agree and nobody disagrees."""

from django.conf import settings
from django.db.models import Count

from classifier.models import Decision, Feedback, ReviewedWord


def decide_by_consensus(word_key: str) -> None:
    """Decide about a locked word if CONSENSUS people or more agree about it.

    Only a word about which nothing was ever decided: so reviewers have the last word, also when they undo this.
    """
    if not settings.CONSENSUS or _was_decided(word_key):
        return
    votes = Feedback.objects.about(word_key).voting().order_by().values("label", "languages")
    said = list(votes.annotate(owners=Count("owner", distinct=True))[:2])
    if len(said) != 1 or said[0]["owners"] < settings.CONSENSUS:
        return
    label, languages, owners = said[0]["label"], said[0]["languages"], said[0]["owners"]
    reason = f"{owners} people agree, nobody disagrees"
    outcome = {"word_key": word_key, "label": label, "languages": languages, "by_consensus": True}
    decision = Decision.objects.create(**outcome, reason=reason)
    ReviewedWord.objects.create(**outcome, votes=owners, decided_at=decision.created)


def _was_decided(word_key: str) -> bool:
    tables = (Decision, ReviewedWord)
    return any(table.objects.filter(word_key=word_key).exists() for table in tables)
