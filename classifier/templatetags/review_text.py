"""Filters and tags of reviews, for reviewers and senders."""

from collections.abc import Sequence
from typing import Any

from django import template

from classifier.access.owners import owner_of, short_owner
from classifier.languages import full_label
from classifier.ml.answers import Comparison
from classifier.models import MULTIPLE
from classifier.services import own_feedback, review_queue
from classifier.services.review_queue import Vote, WaitingWord

register = template.Library()
register.filter("short_owner", short_owner)


@register.filter
def digit_key(place: int) -> str:
    """Return the key of a button, 1 to 9 and then 0; none after the tenth."""
    return "1234567890"[place - 1 : place]


@register.filter
def vote_label(vote: Vote) -> str:
    """Return the name of the label that people gave."""
    return full_label(vote.label, vote.languages)


@register.filter
def suggested_languages(word: WaitingWord, comparison: Comparison | None) -> Sequence[str]:
    """Return the languages that most likely share a word: by votes, else by the best model."""
    by_votes = next((vote.languages for vote in word.votes if vote.label == MULTIPLE), ())
    return by_votes or (comparison.answers[0].sharing if comparison else ())


@register.simple_tag(takes_context=True)
def has_news(context: dict[str, Any]) -> bool:
    """Return whether reviewers decided about the reader's feedback since the last look at the history."""
    request = context.get("request")
    return request is not None and own_feedback.has_news(owner_of(request))


@register.simple_tag(takes_context=True)
def waiting_words(context: dict[str, Any]) -> int:
    """Return how many words wait, counted once a page."""
    return int(context["waiting"]) if "waiting" in context else review_queue.count_waiting()
