"""The verbs that join models and database: identify, find, submit feedback, review feedback."""

import re
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier.formats.fields import Comparison
from classifier.ml.identifier import Answer, Identifier
from classifier.ml.occlusion import Explanation, without_each_letter, without_each_word
from classifier.models import MULTIPLE, Feedback, Prediction, ReviewedWord, key_of
from classifier.records import said, words_said
from classifier.services import registry
from classifier.services.store import store

ALL_MODELS = "all"
CODE = r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}"  # a label: a language tag of BCP 47, or mul, mis, zxx, und


class UnknownLanguage(ValueError):
    """A model does not know a language that was asked for; the message says which it knows."""


class FeedbackClosed(Exception):
    """The feedback is decided already and stays as it is."""


def identify(
    *,
    words: Sequence[str],
    source: str,
    model: str = "",
    languages: Sequence[str] = (),
    owner: str = "",
    private: bool = False,
    batch: UUID | None = None,
    keep: Callable[[Sequence[Prediction]], None] = store,
) -> list[Prediction]:
    """Identify clean words and texts, and store the answers in one commit.

    With `all` for a model every model answers: the best one in the row, the rest in its `others`.
    A private row is stored without words and owner; the object returned still carries them.
    `keep` stores the rows; one that stores more calls `store` within a transaction.
    Raises UnknownModel, ModelUnavailable and UnknownLanguage.
    """
    asked = ask(words=words, model=model, languages=languages)
    rows = [
        Prediction(
            owner="" if private else owner,
            batch=batch,
            languages=list(languages),
            others=[said(other) for other in comparison.answers[1:]] if wants_all(model) else None,
            unavailable=list(comparison.unavailable),
            source=source,
            private=private,
            **said(comparison.answers[0]),
            **({} if private else _texts(comparison)),
        )
        for comparison in asked
    ]
    keep(rows)
    for row, comparison in zip(rows, asked, strict=True):
        carry(row, comparison)
    return rows


def ask(*, words: Sequence[str], model: str = "", languages: Sequence[str] = ()) -> list[Comparison]:
    """Return what the model, or each of them, says about each word or text; store nothing.

    Raises UnknownModel, ModelUnavailable and UnknownLanguage.
    """
    identifiers, unavailable = _identifiers(model)
    known = _common_languages(identifiers)
    if not set(languages) <= set(known):
        raise UnknownLanguage(f"The languages that can be asked for are: {', '.join(known)}.")
    said_by_each = [identifier.identify(words, languages) for identifier in identifiers]
    return [Comparison(answers, tuple(unavailable)) for answers in zip(*said_by_each, strict=True)]


def explain(answer: Answer) -> Explanation | None:
    """Return what each letter of a word, or each word of a text, did to an answer; store nothing.

    None when the version that answered serves no more: another one would explain another answer.
    """
    if answer.words:
        return without_each_word(answer)
    try:
        identifier = registry.get(answer.model)
    except (registry.UnknownModel, registry.ModelUnavailable):
        return None
    if identifier.card.version != answer.model_version:
        return None
    return without_each_letter(answer, identifier.card.labels, identifier.probabilities)


def wants_all(model: str) -> bool:
    """Return whether the name stands for all models together."""
    return model.casefold() == ALL_MODELS


def known_languages(model: str = "") -> tuple[str, ...]:
    """Return the languages that the model knows; of `all`, those that each of them knows.

    Raises UnknownModel and ModelUnavailable.
    """
    return _common_languages(_identifiers(model)[0])


def _common_languages(identifiers: Sequence[Identifier]) -> tuple[str, ...]:
    first, *others = (identifier.card.languages for identifier in identifiers)
    return tuple(language for language in first if all(language in known for known in others))


def _identifiers(model: str) -> tuple[list[Identifier], list[str]]:
    """Return who answers, best first, and the names of the models that should, but cannot."""
    if not wants_all(model):
        return [registry.get(model)], []
    serving, unavailable = registry.available()
    return serving or [registry.get()], unavailable


def carry(row: Prediction, comparison: Comparison) -> None:
    """Let a row show in memory what was asked, also when the database keeps nothing of it."""
    for field, value in _texts(comparison).items():
        setattr(row, field, value)


def _texts(comparison: Comparison) -> dict[str, Any]:
    """Return those fields of a row that show what was asked."""
    word = comparison.answers[0].word
    return {"word": word, "word_key": key_of(word), "words": words_said(comparison.answers)}


def find_prediction(*, public_id: UUID, owner: str) -> Prediction:
    """Return the prediction if `owner` may see it; raise Prediction.DoesNotExist otherwise."""
    return Prediction.objects.visible_to(owner).get(public_id=public_id)


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
def withdraw_feedback(*, prediction: Prediction, owner: str) -> None:
    """Delete what `owner` said of a prediction, if anything; raise FeedbackClosed when it is decided."""
    said = Feedback.objects.filter(prediction=prediction, owner=owner)
    feedback = said.select_for_update(of=("self",)).first()
    if feedback and feedback.status != Feedback.Status.PENDING:
        raise FeedbackClosed
    said.delete()


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
