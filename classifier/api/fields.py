"""Serializer fields of requests, with their schemas."""

from collections.abc import Iterable
from math import isnan
from typing import Any

from django.core.exceptions import ValidationError as InvalidText
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from classifier.languages import canonical_label, canonical_language
from classifier.ml.conformal import LEAST_CONFIDENCE, MOST_CONFIDENCE
from classifier.services import registry
from classifier.services.identify import ALL_MODELS, wants_all
from classifier.words.clean import MAX_TEXT_LENGTH, MAX_WORD_LENGTH, clean_word


def named_string(name: str, description: str, *examples: str) -> dict[str, Any]:
    """Return the schema of a string with a named rule.

    `format` names a rule that JSON Schema cannot express; tests/contract generates examples by this name.
    """
    schema = {"type": "string", "format": name, "description": description}
    return {**schema, "examples": list(examples)} if examples else schema


WORD_SCHEMA = named_string(
    "word", f"With a letter; at most {MAX_WORD_LENGTH} characters a word, {MAX_TEXT_LENGTH} in all.", "orignal"
)
CODE_SCHEMA = named_string("code", "BCP 47 code of any language", "fr")


@extend_schema_field(WORD_SCHEMA)
class WordField(serializers.Field[str, Any, str, Any]):
    """A word or a text, cleaned as everywhere."""

    def to_internal_value(self, data: Any) -> str:
        """Return the clean word."""
        try:
            return clean_word(data)
        except InvalidText as error:
            raise serializers.ValidationError(error.messages, code=error.code or "invalid") from error

    def to_representation(self, value: str) -> str:
        """Return the word as it is."""
        return value


@extend_schema_field(named_string("model", "The name of a model, in any case; empty, the default model.", "Ngram"))
class ModelField(serializers.Field[str, Any, str, Any]):
    """The name of a model; empty, the default model."""

    default_error_messages = {"invalid": "Must be the name of a model."}

    def to_internal_value(self, data: Any) -> str:
        """Return the name as the registry writes it."""
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            return registry.current().resolve(data)
        except registry.UnknownModel as error:
            raise serializers.ValidationError(str(error), code="unknown_model") from error

    def to_representation(self, value: str) -> str:
        """Return the name as it is."""
        return value


@extend_schema_field(
    named_string(
        "models", "A model in any case, or `all` of them side by side; empty or left out, the default model.", "Ngram"
    )
)
class ModelsField(ModelField):
    """The name of a model, or `all`."""

    def to_internal_value(self, data: Any) -> str:
        """Return `all`, or the name as the registry writes it."""
        if isinstance(data, str) and wants_all(data):
            return ALL_MODELS
        return super().to_internal_value(data)


@extend_schema_field(named_string("language", "BCP 47 code, of GET languages; or `all` alone", "fr"))
class LanguageField(serializers.CharField):
    """The code of a language; checked together with the model."""


@extend_schema_field(named_string("languages", "Codes separated by commas: en,fr; or `all`", "en,fr"))
class CommaSeparated(serializers.Field[Any, Any, Any, Any]):
    """Language codes in a query: `en,fr`."""

    def to_internal_value(self, data: str) -> list[str]:
        """Return the codes."""
        return [code.strip() for code in data.split(",") if code.strip()]


class ConfidenceQueryField(serializers.FloatField):
    """The probability with which the prediction set of a word holds its language."""

    default_error_messages = dict.fromkeys(
        ("invalid", "min_value", "max_value", "max_string_length", "overflow"),
        f"Must be a number from {LEAST_CONFIDENCE} to {MOST_CONFIDENCE}.",
    )

    def __init__(self, **options: Any) -> None:
        help_text = "that the prediction set of a word holds its language"
        super().__init__(min_value=LEAST_CONFIDENCE, max_value=MOST_CONFIDENCE, help_text=help_text, **options)

    def to_internal_value(self, data: Any) -> float:
        """Return the number."""
        value: float = super().to_internal_value(data)
        if isnan(value):  # which no limit refuses
            self.fail("invalid")
        return value


class ConfidenceField(ConfidenceQueryField):
    """The same in JSON: a number, and neither a string nor a boolean."""

    def to_internal_value(self, data: Any) -> float:
        """Return `data` if it is a number."""
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return super().to_internal_value(data)


class ShortList(serializers.ListField):
    """A list whose length is checked before its items."""

    def to_internal_value(self, data: Any) -> list[Any]:
        """Return the valid items."""
        if isinstance(data, list) and len(data) > (self.max_length or 0):
            self.fail("max_length", max_length=self.max_length)
        return list(super().to_internal_value(data))


class OptionField(serializers.ChoiceField):
    """One of a few values; unlike ChoiceField, its error does not repeat the input."""

    def __init__(self, choices: Iterable[str], **options: Any) -> None:
        options["error_messages"] = {"invalid_choice": f"Must be one of: {', '.join(choices)}."}
        super().__init__(list(choices), **options)


class StrictBooleanField(serializers.BooleanField):
    """JSON's true or false; unlike BooleanField, not "yes" or 1."""

    def to_internal_value(self, data: Any) -> bool:
        """Return `data` if it is a boolean."""
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class TextField(serializers.CharField):
    """A JSON string, unstripped; unlike CharField, not a number."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)

    def to_internal_value(self, data: Any) -> str:
        """Return `data` if it is a string."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field(CODE_SCHEMA)
class CodeField(TextField):
    """A language code (BCP 47, any case), made canonical."""

    def to_internal_value(self, data: Any) -> str:
        """Return the canonical code."""
        try:
            return self.canonical(super().to_internal_value(data))
        except InvalidText as error:
            raise serializers.ValidationError(error.messages, code="invalid") from error

    def canonical(self, code: str) -> str:
        """Return the canonical code; raise Django's ValidationError."""
        return canonical_language(code)


@extend_schema_field(named_string("label", "BCP 47 code of any language, or mul, mis, zxx or und", "fr"))
class LabelField(CodeField):
    """A label of feedback, made canonical."""

    def canonical(self, code: str) -> str:
        """Return the canonical label; raise Django's ValidationError."""
        return canonical_label(code)


class Anything(serializers.Field[Any, Any, Any, Any]):
    """A value that is validated later."""

    def to_internal_value(self, data: Any) -> Any:
        """Return `data`."""
        return data


@extend_schema_field(named_string("cursor", "`next_cursor` of the page before; empty for the first page."))
class CursorField(Anything):
    """A cursor from `next`; empty for the first page."""
