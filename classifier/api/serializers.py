"""Says what a valid request to the API is, and what its answers look like."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError as InvalidWord
from rest_framework import serializers
from rest_framework.settings import api_settings

from classifier.formats.fields import answer_fields, comparison_fields
from classifier.models import Prediction
from classifier.services import identify as services
from classifier.services import registry
from classifier.words.clean import clean_word

ARTICLE_LANGUAGES = {"English": "en", "Espanol": "es", "Francais": "fr"}
SHOWN_SCORES = ("words", "accuracy", "by_language", "macro_f1")


class WordField(serializers.Field[str, Any, str, Any]):
    """A word or a text, as the form and the command line understand it."""

    def to_internal_value(self, data: Any) -> str:
        """Return the clean word."""
        try:
            return clean_word(data)
        except InvalidWord as error:
            raise serializers.ValidationError(error.messages, code=error.code or "invalid") from error

    def to_representation(self, value: str) -> str:
        """Return the word as it is."""
        return value


class ModelField(serializers.Field[str, Any, str, Any]):
    """The name of a served model, in any case; an empty one is the default model."""

    default_error_messages = {"invalid": "Must be the name of a model."}

    def to_internal_value(self, data: Any) -> str:
        """Return the name as the registry writes it."""
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            return registry.resolve_name(data)
        except registry.UnknownModel as error:
            raise serializers.ValidationError(str(error), code="unknown_model") from error

    def to_representation(self, value: str) -> str:
        """Return the name as it is."""
        return value


class ModelsField(ModelField):
    """The name of a served model, or `all`."""

    def to_internal_value(self, data: Any) -> str:
        """Return `all`, or the name as the registry writes it."""
        if isinstance(data, str) and services.wants_all(data):
            return services.ALL_MODELS
        return super().to_internal_value(data)


class LanguageField(serializers.CharField):
    """The code of a language (BCP 47); whether the model knows it is checked with the model."""


class StrictBooleanField(serializers.BooleanField):
    """JSON's true or false; REST framework's own field takes "yes" and 1 for true."""

    def to_internal_value(self, data: Any) -> bool:
        """Return `data` if it is a boolean."""
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class StrictSerializer(serializers.Serializer[Any]):
    """A serializer that refuses fields it does not know."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated fields."""
        if isinstance(data, Mapping) and set(data) - set(self.fields):
            message = f"There is a field that is not known here; known are: {', '.join(self.fields)}."
            raise serializers.ValidationError({api_settings.NON_FIELD_ERRORS_KEY: message}, code="unknown_field")
        return super().to_internal_value(data)


class WordQuery(StrictSerializer):
    """The query of the article's address."""

    word = WordField()
    model = ModelField(default="")


class PredictionRequest(StrictSerializer):
    """The body that asks for a prediction."""

    word = WordField()
    model = ModelsField(default="")
    languages = serializers.ListField(child=LanguageField(), default=list, max_length=200)
    private = StrictBooleanField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check that the model knows the languages asked for; codes are case-insensitive (BCP 47)."""
        known = {code.lower(): code for code in services.known_languages(attrs["model"])}
        asked = [code.lower() for code in attrs["languages"]]
        message = f"The model does not know this language; it knows: {', '.join(known.values())}."
        unknown = {str(index): message for index, code in enumerate(asked) if code not in known}
        if unknown:
            raise serializers.ValidationError({"languages": unknown}, code="unknown_language")
        return {**attrs, "languages": [known[code] for code in asked]}


def article_languages(model: str) -> list[str]:
    """Return those of the article's languages that the model knows."""
    known = registry.get(model).card.languages
    return [code for code in ARTICLE_LANGUAGES.values() if code in known]


def article_fields(prediction: Prediction) -> dict[str, Any]:
    """Return the answer in the article's shape; percentages have two decimals."""
    shares = {candidate.language: candidate.probability for candidate in prediction.answer().candidates}
    percentages = {name: round(100 * shares.get(code, 0), 2) for name, code in ARTICLE_LANGUAGES.items()}
    return {**percentages, "model": prediction.model, "word": prediction.word}


def prediction_fields(prediction: Prediction, owner: str) -> dict[str, Any]:
    """Return the answer or answers as documented; a private prediction has no id, since it has no address."""
    comparison = prediction.comparison()
    return {
        "id": None if prediction.private else str(prediction.public_id),
        **(comparison_fields(comparison) if comparison else answer_fields(prediction.answer())),
        "correction": prediction.correction(owner),
        "reviewed": prediction.reviewed(),
        "created_at": prediction.created,
    }


def model_fields(name: str) -> dict[str, Any]:
    """Return what is known about the version of a model that serves, or that none does."""
    try:
        card = registry.get(name).card
    except registry.ModelUnavailable:
        return {"name": name, "active": False, "default": False, "version": None, "labels": [], "scores": {}}
    return {
        "name": name,
        "active": True,
        "default": name == registry.default_model(),
        "version": card.version,
        "labels": list(card.labels),
        "scores": {test: {key: measured.get(key) for key in SHOWN_SCORES} for test, measured in card.scores.items()},
    }
