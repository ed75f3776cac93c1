"""The verbs that join models and database: identify, find, submit feedback, review feedback."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from classifier.ml.answers import Answer, Comparison
from classifier.ml.identifier import Identifier
from classifier.ml.occlusion import Explanation, without_each_letter, without_each_word
from classifier.models import Prediction, key_of
from classifier.records import said, words_said
from classifier.services import registry
from classifier.services.store import store

ALL_MODELS = "all"


class UnknownLanguage(ValueError):
    """A model does not know a language that was asked for; the message says which it knows."""


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
