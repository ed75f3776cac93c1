"""Identify words: compare, predict, store, explain, find."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Required, TypedDict, Unpack
from uuid import UUID

from classifier.ml.answers import Answer, Comparison
from classifier.ml.identifier import Identifier
from classifier.ml.occlusion import Explanation, occlude_letters, occlude_words
from classifier.ml.texts import words_of
from classifier.models import Prediction
from classifier.services import registry
from classifier.services.metrics import count_predictions
from classifier.services.store import store

ALL_MODELS = "all"


class UnknownLanguage(ValueError):
    """The model does not know a language; the message lists others."""


class Question(TypedDict, total=False):
    """The arguments of `predict` and `identify`."""

    words: Required[Sequence[str]]
    source: Required[str]
    model: str
    languages: Sequence[str]
    owner: str
    private: bool
    batch: UUID | None


def identify(**question: Unpack[Question]) -> list[Prediction]:
    """Predict, and store all rows in one commit."""
    rows = predict(**question)
    store(rows)
    return rows


def predict(
    *,
    words: Sequence[str],
    source: str,
    model: str = "",
    languages: Sequence[str] = (),
    owner: str = "",
    private: bool = False,
    batch: UUID | None = None,
) -> list[Prediction]:
    """Return an unsaved row for each clean word or text.

    With model `all` every model answers: the best one in the row, the rest in its `others`.
    Raises UnknownModel, ModelUnavailable and UnknownLanguage.
    """
    all_models = wants_all(model)
    rows = [
        Prediction.from_comparison(
            comparison,
            source=source,
            all_models=all_models,
            languages=languages,
            owner=owner,
            private=private,
            batch=batch,
        )
        for comparison in compare(words=words, model=model, languages=languages)
    ]
    count_predictions(rows)
    return rows


def compare(*, words: Sequence[str], model: str = "", languages: Sequence[str] = ()) -> list[Comparison]:
    """Return a comparison for each clean word or text.

    It holds the answer of the model, or of all models.
    Raises UnknownModel, ModelUnavailable and UnknownLanguage.
    """
    identifiers, unavailable = _identifiers(model)
    model_languages = _common_languages(identifiers)
    if not set(languages) <= set(model_languages):
        raise UnknownLanguage(f"The languages that can be asked for are: {', '.join(model_languages)}.")
    answers_by_model = [identifier.identify(words, languages) for identifier in identifiers]
    return [Comparison(answers, tuple(unavailable)) for answers in zip(*answers_by_model, strict=True)]


def explain(answer: Answer) -> Explanation | None:
    """Return the effect of each letter or word on `answer`.

    None when the version that answered no longer serves, or the answer was given for other words than it would be
    today: that would explain another answer.
    """
    if answer.words:
        return occlude_words(answer)
    if len(words_of(answer.word)) > 1:
        return None
    try:
        identifier = registry.current().get(answer.model)
    except (registry.UnknownModel, registry.ModelUnavailable):
        return None
    if identifier.card.version != answer.model_version:
        return None
    return occlude_letters(answer, identifier.card.labels, identifier.probabilities)


def wants_all(model: str) -> bool:
    """Return whether the name stands for all models."""
    return model.casefold() == ALL_MODELS


def count_models(model: str) -> int:
    """Return the number of models that answer: all that serve, or one."""
    return len(registry.current().identifiers) if wants_all(model) else 1


def known_languages(model: str = "") -> tuple[str, ...]:
    """Return the model's languages; for `all`, the common ones.

    Raises UnknownModel and ModelUnavailable.
    """
    return _common_languages(_identifiers(model)[0])


def options_to_repeat(prediction: Prediction) -> dict[str, Any]:
    """Return a prediction's model and languages that still serve.

    An empty model stands for the default one, no languages for all that the model knows.
    """
    model = ALL_MODELS if prediction.others is not None else prediction.model
    options: dict[str, Any] = {
        "model": model if model in (ALL_MODELS, *registry.current().names) else "",
        "languages": [],
    }
    if languages := list(prediction.asked_languages):
        with suppress(registry.ModelUnavailable):  # the repeated question itself reports the error
            known = set(known_languages(options["model"]))
            options["languages"] = languages if known.issuperset(languages) else []
    return options


def _common_languages(identifiers: Sequence[Identifier]) -> tuple[str, ...]:
    first, *others = (identifier.card.languages for identifier in identifiers)
    return tuple(language for language in first if all(language in known for known in others))


def _identifiers(model: str) -> tuple[list[Identifier], list[str]]:
    """Return identifiers, best first, and names of unavailable models."""
    if not wants_all(model):
        return [registry.current().get(model)], []
    serving = registry.current()
    return list(serving.identifiers.values()) or [serving.get()], list(serving.unavailable)


def find_prediction(*, public_id: UUID, owner: str) -> Prediction:
    """Return a prediction visible to `owner`; raise Prediction.DoesNotExist."""
    return Prediction.objects.visible_to(owner).get(public_id=public_id)
