"""Identify words: compare, predict, store, explain, find."""

from collections.abc import Hashable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Required, TypedDict, Unpack
from uuid import UUID

from django.utils import timezone

from classifier.grouped_calls import PAUSE, GroupedCalls
from classifier.ml.answers import Answer, Comparison, WordAnswers
from classifier.ml.artifacts import wants_all_languages
from classifier.ml.conformal import DEFAULT_CONFIDENCE
from classifier.ml.identifier import Identifier
from classifier.ml.occlusion import Explanation, occlude_letters, occlude_words
from classifier.ml.texts import words_of
from classifier.ml.verdict import UNDETERMINED
from classifier.models import Prediction
from classifier.services import registry
from classifier.services.history import with_outcomes
from classifier.services.metrics import count_predictions
from classifier.services.store import store

ALL_MODELS = "all"


class UnknownLanguage(ValueError):
    """The model does not know a language; the message lists others."""


class Options(TypedDict, total=False):
    """How words are answered."""

    model: str
    languages: Sequence[str]
    confidence: float


class Question(Options, total=False):
    """The arguments of `predict` and `identify`."""

    words: Required[Sequence[str]]
    source: Required[str]
    owner: str
    private: bool
    batch: UUID | None


def identify(**question: Unpack[Question]) -> list[Prediction]:
    """Predict, and store all rows in one commit.

    A single word or text is answered together with those that other threads ask at the time.
    """
    if len(question["words"]) == 1:
        return [_identify_one(question, key=key_of(question))]
    rows = predict(**question)
    store(rows)
    return rows


def identify_together(questions: Sequence[Question]) -> list[Prediction]:
    """Return a row for each question, with the outcomes of reviews; questions differ only in their word."""
    together: Question = {**questions[0], "words": [word for question in questions for word in question["words"]]}
    rows = predict(**together)
    with_outcomes(rows)  # before the commit, so that what is stored is answered
    store(rows)
    return rows


# A fifth of the time of a busy server went into statements, inferences and waits that a group needs only once.
_identify_one = GroupedCalls(identify_together, pause=PAUSE)


def key_of(question: Question) -> Hashable:
    """Return the options of a question and the models that serve; questions with the same are answered together."""
    options = sorted((name, value) for name, value in question.items() if name not in {"words", "languages"})
    return registry.current().key, tuple(question.get("languages", ())), *options


def predict(
    *,
    words: Sequence[str],
    source: str,
    model: str = "",
    languages: Sequence[str] = (),
    confidence: float = DEFAULT_CONFIDENCE,
    owner: str = "",
    private: bool = False,
    batch: UUID | None = None,
) -> list[Prediction]:
    """Return an unsaved row for each clean word or text.

    With model `all` every model answers: the best one in the row, the rest in its `others`.
    Raises UnknownModel, ModelUnavailable and UnknownLanguage.
    """
    all_models, now = wants_all(model), timezone.now()
    rows = [
        Prediction.from_comparison(
            comparison,
            source=source,
            all_models=all_models,
            languages=languages,
            owner=owner,
            private=private,
            batch=batch,
            created=now,
        )
        for comparison in compare(words=words, model=model, languages=languages, confidence=confidence)
    ]
    count_predictions(rows)
    return rows


def compare(
    *,
    words: Sequence[str],
    model: str = "",
    languages: Sequence[str] = (),
    confidence: float = DEFAULT_CONFIDENCE,
) -> list[Comparison]:
    """Return a comparison for each clean word or text.

    It holds the answer of the model, or of all models. `languages` are the candidates; none stands for the model's
    default ones, `all` for all of the model.
    Raises UnknownModel, ModelUnavailable and UnknownLanguage.
    """
    identifiers, unavailable = _identifiers(model, languages)
    answers_by_model = [identifier.identify(words, languages, confidence) for identifier in identifiers]
    return [Comparison(answers, tuple(unavailable)) for answers in zip(*answers_by_model, strict=True)]


def answer_words(
    words: Sequence[str],
    *,
    model: str = "",
    languages: Sequence[str] = (),
    confidence: float = DEFAULT_CONFIDENCE,
) -> WordAnswers:
    """Return the answers of one model to clean single words.

    Raises UnknownModel, ModelUnavailable and UnknownLanguage.
    """
    [identifier], _ = _identifiers(model, languages)
    return identifier.judge(words, languages, confidence)


def explain(answer: Answer, languages: Sequence[str] = ()) -> Explanation | None:
    """Return the effect of each letter or word on `answer`, with the languages that were asked for.

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
    if answer.confidence is None:
        return occlude_letters(answer, partial(identifier.judge, languages=languages))
    return occlude_letters(answer, partial(identifier.judge, languages=languages, confidence=answer.confidence))


def wants_all(model: str) -> bool:
    """Return whether the name stands for all models."""
    return model.casefold() == ALL_MODELS


def count_models(model: str) -> int:
    """Return the number of models that answer: all that serve, or one."""
    return len(registry.current().identifiers) if wants_all(model) else 1


def candidate_languages(model: str = "", languages: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the candidates of an answer; of several models, those of the best one that knows the languages.

    Raises UnknownModel, ModelUnavailable and UnknownLanguage.
    """
    [identifier, *_], _ = _identifiers(model, languages)
    return identifier.card.candidates(languages)


def unavailable_models(model: str, languages: Sequence[str] = ()) -> list[str]:
    """Return the names of the models that cannot answer, when all are asked.

    Raises UnknownModel, ModelUnavailable and UnknownLanguage.
    """
    return _identifiers(model, languages)[1]


def candidates_of(prediction: Prediction) -> Sequence[str] | None:
    """Return the candidates of a prediction; None if nobody named them and the version that answered has gone."""
    languages, output = prediction.asked_languages, prediction.probabilities
    if languages and not wants_all_languages(languages):
        return languages
    if output and prediction.set is None:  # the whole output of the model
        return [label for label in output if label != UNDETERMINED]
    with suppress(registry.UnknownModel, registry.ModelUnavailable):
        card = registry.current().get(prediction.model).card
        if card.version == prediction.model_version:
            return card.candidates(languages)
    return None


def known_languages(model: str = "") -> tuple[str, ...]:
    """Return the model's languages; for `all`, those of any model.

    Raises UnknownModel and ModelUnavailable.
    """
    codes = [code for identifier in _identifiers(model)[0] for code in identifier.card.languages]
    return tuple(dict.fromkeys(codes))


def can_answer(model: str, languages: Sequence[str]) -> bool:
    """Return whether the model knows the languages; of `all`, whether one does.

    Raises UnknownModel and ModelUnavailable.
    """
    try:
        _identifiers(model, languages)
    except UnknownLanguage:
        return False
    return True


def options_to_repeat(prediction: Prediction) -> dict[str, Any]:
    """Return a prediction's confidence, and its model and languages if they still serve.

    An empty model stands for the default one, no languages for the model's default ones.
    """
    model = ALL_MODELS if prediction.others is not None else prediction.model
    options: dict[str, Any] = {
        "model": model if model in (ALL_MODELS, *registry.current().names) else "",
        "languages": [],
        "confidence": prediction.asked_confidence,
    }
    if languages := list(prediction.asked_languages):
        with suppress(registry.ModelUnavailable):  # the repeated question itself reports the error
            options["languages"] = languages if can_answer(options["model"], languages) else []
    return options


def _identifiers(model: str, languages: Sequence[str] = ()) -> tuple[list[Identifier], list[str]]:
    """Return the identifiers that know the languages, best first, and the names of models that cannot answer."""
    if not wants_all(model):
        identifiers, unavailable = [registry.current().get(model)], list[str]()
    else:
        serving = registry.current()
        identifiers = list(serving.identifiers.values()) or [serving.get()]
        unavailable = list(serving.unavailable)
    if not languages:
        return identifiers, unavailable
    candidates = set(identifiers[0].card.candidates(languages))
    knowing = [identifier for identifier in identifiers if candidates.issubset(identifier.card.languages)]
    if not knowing:
        known = dict.fromkeys(code for identifier in identifiers for code in identifier.card.languages)
        raise UnknownLanguage(f"The languages that can be asked for are: {', '.join(known)}.")
    return knowing, unavailable + [identifier.card.name for identifier in identifiers if identifier not in knowing]


def find_prediction(*, public_id: UUID, owner: str) -> Prediction:
    """Return a prediction visible to `owner`; raise Prediction.DoesNotExist."""
    return Prediction.objects.visible_to(owner).get(public_id=public_id)
