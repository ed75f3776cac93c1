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
    """The feedback is decided already and stays as it is."""


@transaction.atomic
def submit_feedback(
    *, prediction: Prediction, owner: str, label: str, languages: Sequence[str] = (), comment: str = ""
) -> Feedback:
    """Store the owner's label for a word, in place of an earlier one.

    Raises ValidationError for a wrong label, and FeedbackClosed when reviewers have decided already.
    """
    label, languages = _canonical(label, languages)
    Prediction.objects.select_for_update().get(pk=prediction.pk)  # one at a time, however many come at once
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
    """Decide on pending feedback, once; an accepted one becomes the outcome for its word.

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
        decision = (label, languages) if label or languages else (decided.label, decided.languages)
        decided.decided_label, decided.decided_languages = _canonical(*decision)
    decided.save()
    if status == Feedback.Status.ACCEPTED:
        _store_outcome(decided, word_key)
    return decided


def _store_outcome(accepted: Feedback, word_key: str) -> None:
    """Store accepted feedback as the outcome for its word; equal feedback becomes a duplicate."""
    decision = {"label": accepted.decided_label, "languages": accepted.decided_languages}
    equal = Feedback.objects.about(word_key).filter(status=Feedback.Status.PENDING, **decision)
    equal.update(status=Feedback.Status.DUPLICATE, reviewer=accepted.reviewer, reviewed_at=accepted.reviewed_at)
    votes = Feedback.objects.votes(word_key, **decision)
    ReviewedWord.objects.update_or_create(word_key=word_key, defaults={**decision, "votes": votes, "trained_in": ""})


def _canonical(label: str, languages: Sequence[str]) -> tuple[str, list[str]]:
    """Return a label and its languages, canonical, sorted and distinct; raise ValidationError."""
    label = canonical_label(label)
    codes = sorted({canonical_language(code) for code in languages})
    if (label == MULTIPLE) != (len(codes) > 1) or (label != MULTIPLE and codes):
        raise ValidationError(_("Name two languages or more, for a shared word only."), code="invalid_languages")
    return label, codes


def _kind(prediction: Prediction, label: str, languages: Sequence[str]) -> Feedback.Kind:
    """Return whether a canonical label confirms the prediction, for a shared word with all its languages."""
    agrees = label == prediction.label and set(languages) == set(prediction.answer().sharing)
    return Feedback.Kind.CONFIRMATION if agrees else Feedback.Kind.CORRECTION
