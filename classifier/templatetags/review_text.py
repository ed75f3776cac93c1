"""Filters and tags for the reviewers' pages."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.translation import gettext as _

from classifier.languages import join_names, label_name
from classifier.ml.answers import Comparison
from classifier.models import MULTIPLE, Decision, ReviewedWord
from classifier.services import review_queue
from classifier.services.review_queue import Vote, WaitingWord

OWNER_DIGITS = 6  # of a visitor's digest, enough to tell visitors apart

register = template.Library()


def _name(label: str, languages: Sequence[str]) -> str:
    return join_names(languages) if label == MULTIPLE else label_name(label)


@register.filter
def vote_label(vote: Vote) -> str:
    """Return the name of the label that people gave."""
    return _name(vote.label, vote.languages)


@register.filter
def outcome_label(outcome: ReviewedWord) -> str:
    """Return the name of the label that reviewers gave."""
    return _name(outcome.label, outcome.languages)


@register.filter
def decision_text(decision: Decision) -> str:
    """Return what a decision says."""
    return _name(decision.label, decision.languages) if decision.label else _("rejected")


@register.filter
def short_owner(owner: str) -> str:
    """Return a name for a caller that tells visitors apart."""
    kind, _separator, name = owner.partition(":")
    names = {"user": _("user %(name)s"), "key": _("API key %(name)s"), "visitor": _("visitor %(name)s")}
    return names[kind] % {"name": name[:OWNER_DIGITS]} if owner else _("nobody")


@register.filter
def suggested_languages(word: WaitingWord, comparison: Comparison | None) -> Sequence[str]:
    """Return the languages that most likely share a word: by votes, else by the best model."""
    by_votes = next((vote.languages for vote in word.votes if vote.label == MULTIPLE), ())
    return by_votes or (comparison.answers[0].sharing if comparison else ())


@register.simple_tag
def waiting_words(user: Any) -> int:
    """Return how many words wait, for a reviewer only."""
    return review_queue.count_waiting() if user.has_perm("classifier.add_decision") else 0
