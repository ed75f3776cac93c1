"""Submit and withdraw feedback."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.languages import canonical_label, canonical_language
from classifier.models import MULTIPLE, Decision, Feedback, Prediction, ReviewedWord


class FeedbackClosed(Exception):
    """Error: reviewers have already decided on the feedback."""


@transaction.atomic
def submit_feedback(
    *, prediction: Prediction, owner: str, label: str, languages: Sequence[str] = (), comment: str = ""
) -> Feedback:
    """Store the owner's label for a word, or replace it.

    What reviewers have decided already is accepted at once. Raises ValidationError for an invalid label, and
    FeedbackClosed after a decision.
    """
    label, languages = canonical_pair(label, languages)
    Prediction.objects.select_for_update().get(pk=prediction.pk)  # one at a time
    feedback = Feedback.objects.filter(prediction=prediction, owner=owner).first()
    feedback = feedback or Feedback(prediction=prediction, owner=owner)
    if feedback.status != Feedback.Status.PENDING:
        raise FeedbackClosed
    feedback.label, feedback.languages, feedback.comment = label, languages, comment
    feedback.kind = _kind(prediction, label, languages)
    _settle(feedback)
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


def standing_decision(word_key: str) -> Decision | None:
    """Return the decision that a word's outcome comes from, if it is known."""
    standing = Decision.objects.filter(word_key=word_key, undone_at=None).exclude(label="")
    return standing.order_by("-id").first()


def _settle(feedback: Feedback) -> None:
    """Accept new feedback at once that says what reviewers have decided about its word."""
    word_key = feedback.prediction.word_key
    outcome = ReviewedWord.objects.filter(word_key=word_key).first()
    if outcome is None or (outcome.label, outcome.languages) != (feedback.label, feedback.languages):
        return
    feedback.status, feedback.reviewed_at = Feedback.Status.ACCEPTED, timezone.now()
    feedback.decided_label, feedback.decided_languages = feedback.label, feedback.languages
    feedback.decision = standing_decision(word_key)


def canonical_pair(label: str, languages: Sequence[str]) -> tuple[str, list[str]]:
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
