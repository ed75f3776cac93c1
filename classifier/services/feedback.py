"""Submit, withdraw and review feedback."""

import re
from collections.abc import Sequence

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.models import MULTIPLE, Feedback, Prediction, ReviewedWord

CODE = r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}"  # a label: a language tag of BCP 47, or mul, mis, zxx, und


class FeedbackClosed(Exception):
    """The feedback is decided already and stays as it is."""


@transaction.atomic
def submit_feedback(
    *, prediction: Prediction, owner: str, label: str, languages: Sequence[str] = (), comment: str = ""
) -> Feedback:
    """Store what `owner` says the word is; it replaces what the same owner said before.

    Raises ValidationError for a label that is none, FeedbackClosed when reviewers have decided already.
    """
    _check_label(label, languages)
    Prediction.objects.select_for_update().get(pk=prediction.pk)  # one at a time, however many come at once
    feedback = Feedback.objects.filter(prediction=prediction, owner=owner).first()
    feedback = feedback or Feedback(prediction=prediction, owner=owner)
    if feedback.status != Feedback.Status.PENDING:
        raise FeedbackClosed
    feedback.label, feedback.languages, feedback.comment = label, sorted(set(languages)), comment
    feedback.kind = Feedback.Kind.CONFIRMATION if label == prediction.label else Feedback.Kind.CORRECTION
    feedback.save()
    return feedback


@transaction.atomic
def withdraw_feedback(*, prediction: Prediction, owner: str) -> bool:
    """Delete the owner's feedback on a prediction; return whether there was any.

    Raises FeedbackClosed when reviewers have decided about it.
    """
    rows = Feedback.objects.filter(prediction=prediction, owner=owner)
    feedback = rows.select_for_update(of=("self",)).first()
    if feedback and feedback.status != Feedback.Status.PENDING:
        raise FeedbackClosed
    deleted, _by_model = rows.delete()
    return deleted > 0


@transaction.atomic
def review_feedback(
    *,
    feedback: Feedback,
    reviewer: User,
    status: str,
    label: str = "",
    languages: Sequence[str] = (),
    reason: str = "",
) -> Feedback:
    """Decide on pending feedback, once; an accepted one is the outcome for its word.

    `label` and `languages` are the reviewer's own, if not those of the feedback. Equal feedback that
    still waits becomes a duplicate. Raises ValidationError, and FeedbackClosed when it is decided.
    """
    word_key = feedback.prediction.word_key
    # All rows of the word, in one order, so that two decisions neither interleave nor wait for each other.
    waiting = Feedback.objects.about(word_key).filter(status=Feedback.Status.PENDING).select_for_update(of=("self",))
    decided = next((row for row in waiting if row.pk == feedback.pk), None)
    if decided is None:
        raise FeedbackClosed
    decided.status, decided.reason = status, reason
    decided.reviewer, decided.reviewed_at = reviewer, timezone.now()
    if status == Feedback.Status.ACCEPTED:
        decided.decided_label = label or decided.label
        decided.decided_languages = sorted(set(languages if label else decided.languages))
        _check_label(decided.decided_label, decided.decided_languages)
    decided.save()
    if status == Feedback.Status.ACCEPTED:
        _settle(decided, word_key)
    return decided


def _settle(decided: Feedback, word_key: str) -> None:
    """Let accepted feedback be the outcome for its word."""
    said = {"label": decided.decided_label, "languages": decided.decided_languages}
    equal = Feedback.objects.about(word_key).filter(status=Feedback.Status.PENDING, **said)
    equal.update(status=Feedback.Status.DUPLICATE, reviewer=decided.reviewer, reviewed_at=decided.reviewed_at)
    votes = Feedback.objects.votes(word_key, decided.decided_label)
    ReviewedWord.objects.update_or_create(word_key=word_key, defaults={**said, "votes": votes, "trained_in": ""})


def _check_label(label: str, languages: Sequence[str]) -> None:
    if not all(re.fullmatch(CODE, code) for code in (label, *languages)):
        raise ValidationError(_("Choose a language by its code."), code="invalid_label")
    if (label == MULTIPLE) != (len(set(languages)) > 1) or (label != MULTIPLE and languages):
        raise ValidationError(_("Name two languages or more, for a shared word only."), code="invalid_languages")
