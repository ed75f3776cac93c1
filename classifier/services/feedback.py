"""Submit and withdraw feedback."""

from collections.abc import Collection, Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.languages import canonical_label, canonical_language
from classifier.ml.answers import Answer
from classifier.ml.verdict import SINGLE, UNDETERMINED
from classifier.models import MULTIPLE, Decision, Feedback, Prediction, ReviewedWord
from classifier.services.consensus import decide_by_consensus
from classifier.services.locks import lock
from classifier.services.metrics import count_feedback
from classifier.services.review_queue import update_queue


class FeedbackClosed(Exception):
    """Error: reviewers have already decided on the feedback."""


@transaction.atomic
def submit_feedback(
    *, prediction: Prediction, owner: str, label: str, languages: Sequence[str] = (), comment: str = ""
) -> Feedback:
    """Store the owner's label for a word, or replace it.

    What is decided already, or is now by consensus, is accepted at once. Raises ValidationError for an invalid label,
    and FeedbackClosed after a decision.
    """
    label, languages = canonical_pair(label, languages)
    lock_word(prediction.word_key)
    Prediction.objects.select_for_update().get(pk=prediction.pk)  # it may have been deleted
    feedback = Feedback.objects.filter(prediction=prediction, owner=owner).first()
    feedback = feedback or Feedback(prediction=prediction, owner=owner)
    if feedback.status != Feedback.Status.PENDING:
        raise FeedbackClosed
    feedback.label, feedback.languages, feedback.comment = label, languages, comment
    answer = prediction.answer()
    feedback.kind = _kind(answer, label, languages)
    feedback.confidence = answer.candidates[0].probability if answer.verdict == SINGLE else None
    feedback.save()
    decide_by_consensus(prediction.word_key)
    settle(prediction.word_key)
    update_queue([prediction.word_key])
    feedback.refresh_from_db()
    if feedback.unread:  # it was settled at once, as the answer to this request says
        feedback.unread = False
        feedback.save(update_fields=["unread"])
    count_feedback(feedback.kind)
    return feedback


@transaction.atomic
def withdraw_feedback(*, prediction: Prediction, owner: str) -> bool:
    """Delete the owner's feedback; return whether there was any.

    Raises FeedbackClosed after a decision.
    """
    lock_word(prediction.word_key)
    rows = Feedback.objects.filter(prediction=prediction, owner=owner)
    feedback = rows.first()
    if feedback and feedback.status != Feedback.Status.PENDING:
        raise FeedbackClosed
    deleted, _by_model = rows.delete()
    forget_decisions([prediction.word_key])
    update_queue([prediction.word_key])
    return deleted > 0


def standing_decision(word_key: str) -> Decision | None:
    """Return the decision that a word's outcome comes from, if it is known."""
    standing = Decision.objects.filter(word_key=word_key, undone_at=None).exclude(label="")
    return standing.order_by("-id").first()


def settle(word_key: str) -> None:
    """Accept pending feedback that says what reviewers have decided about its word, and count the votes anew."""
    outcome = ReviewedWord.objects.filter(word_key=word_key).first()
    if outcome is None:
        return
    decided = {"decided_label": outcome.label, "decided_languages": outcome.languages}
    pending = Feedback.objects.filter(word_key=word_key, status=Feedback.Status.PENDING)
    equal = pending.filter(label=outcome.label, languages=outcome.languages).values("pk")
    Feedback.objects.filter(pk__in=equal).update(
        status=Feedback.Status.ACCEPTED,
        decision=standing_decision(word_key),
        reviewed_at=timezone.now(),
        unread=True,
        **decided,
    )
    votes = Feedback.objects.votes(word_key, outcome.label, outcome.languages)
    ReviewedWord.objects.filter(pk=outcome.pk).exclude(votes=votes).update(votes=votes)


def forget_decisions(word_keys: Collection[str]) -> None:
    """Delete the decisions about words that have neither an outcome nor feedback any more."""
    if word_keys:
        decisions = Decision.objects.filter(word_key__in=word_keys)
        decisions = decisions.exclude(word_key__in=ReviewedWord.objects.values("word_key"))
        decisions.exclude(word_key__in=Feedback.objects.values("word_key")).delete()


def lock_word(word_key: str) -> None:
    """Let one transaction at a time change feedback and decisions on a word."""
    lock(f"word {word_key}")


def canonical_pair(label: str, languages: Sequence[str]) -> tuple[str, list[str]]:
    """Return canonical label and sorted languages; raise ValidationError."""
    label = canonical_label(label)
    codes = sorted({canonical_language(code) for code in languages})
    if (label == MULTIPLE) != (len(codes) > 1) or (label != MULTIPLE and codes):
        raise ValidationError(_("Name two languages or more, for a shared word only."), code="invalid_languages")
    return label, codes


def label_of(answer: Answer) -> tuple[str, list[str]]:
    """Return label and sorted languages of the feedback that confirms an answer."""
    match answer.named:
        case ():
            return UNDETERMINED, []
        case (language,):
            return language, []
        case languages:
            return MULTIPLE, sorted(languages)


def _kind(answer: Answer, label: str, languages: Sequence[str]) -> Feedback.Kind:
    """Return whether label and languages confirm the answer."""
    agrees = (label, list(languages)) == label_of(answer)
    return Feedback.Kind.CONFIRMATION if agrees else Feedback.Kind.CORRECTION
