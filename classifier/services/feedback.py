"""Submit, withdraw and review feedback."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.languages import canonical_label, canonical_language
from classifier.models import MULTIPLE, Feedback, Prediction, ReviewedWord


class FeedbackClosed(Exception):
    """Error: reviewers have already decided on the feedback."""


@transaction.atomic
def submit_feedback(
    *, prediction: Prediction, owner: str, label: str, languages: Sequence[str] = (), comment: str = ""
) -> Feedback:
    """Store the owner's label for a word, or replace it.

    Raises ValidationError for an invalid label, and FeedbackClosed after a decision.
    """
    label, languages = _canonical(label, languages)
    Prediction.objects.select_for_update().get(pk=prediction.pk)  # one at a time
    feedback = Feedback.objects.filter(prediction=prediction, owner=owner).first()
    feedback = feedback or Feedback(prediction=prediction, owner=owner)
    if feedback.status != Feedback.Status.PENDING:
        raise FeedbackClosed
    feedback.label, feedback.languages, feedback.comment = label, languages, comment
    feedback.kind = _kind(prediction, label, languages)
    feedback.save()
    return feedback


@transaction.atomic
def withdraw_feedback(*, prediction: Prediction, owner: str) -> bool:
    """Delete the owner's feedback; return whether there was any.

    Raises FeedbackClosed after a decision.
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
    """Decide on pending feedback, once.

    Accepted feedback becomes the outcome for its word, and equal pending feedback a duplicate. `label` and
    `languages` are the reviewer's own, if they differ from the feedback's. Raises ValidationError for an invalid label,
    and FeedbackClosed after a decision.
    """
    word_key = feedback.prediction.word_key
    # Lock all rows of the word, in one order, so that two decisions neither interleave nor deadlock.
    pending = Feedback.objects.about(word_key).filter(status=Feedback.Status.PENDING).select_for_update(of=("self",))
    target = next((row for row in pending if row.pk == feedback.pk), None)
    if target is None:
        raise FeedbackClosed
    target.status, target.reason = status, reason
    target.reviewer, target.reviewed_at = reviewer, timezone.now()
    if status == Feedback.Status.ACCEPTED:
        decision = (label, languages) if label or languages else (target.label, target.languages)
        target.decided_label, target.decided_languages = _canonical(*decision)
    target.save()
    if status == Feedback.Status.ACCEPTED:
        _store_outcome(target, word_key)
    return target


def _store_outcome(feedback: Feedback, word_key: str) -> None:
    """Store accepted feedback as its word's outcome; close equal feedback."""
    decision = {"label": feedback.decided_label, "languages": feedback.decided_languages}
    equal = Feedback.objects.about(word_key).filter(status=Feedback.Status.PENDING, **decision)
    equal.update(status=Feedback.Status.DUPLICATE, reviewer=feedback.reviewer, reviewed_at=feedback.reviewed_at)
    votes = Feedback.objects.votes(word_key, **decision)
    ReviewedWord.objects.update_or_create(word_key=word_key, defaults={**decision, "votes": votes, "trained_in": ""})


def _canonical(label: str, languages: Sequence[str]) -> tuple[str, list[str]]:
    """Return canonical label and sorted languages; raise ValidationError."""
    label = canonical_label(label)
    codes = sorted({canonical_language(code) for code in languages})
    if (label == MULTIPLE) != (len(codes) > 1) or (label != MULTIPLE and codes):
        raise ValidationError(_("Name two languages or more, for a shared word only."), code="invalid_languages")
    return label, codes


def _kind(prediction: Prediction, label: str, languages: Sequence[str]) -> Feedback.Kind:
    """Return whether label and languages confirm the prediction."""
    agrees = label == prediction.label and set(languages) == set(prediction.answer().sharing)
    return Feedback.Kind.CONFIRMATION if agrees else Feedback.Kind.CORRECTION
