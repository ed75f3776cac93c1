"""What a valid request to the API is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError as InvalidText
from rest_framework import serializers
from rest_framework.settings import api_settings

from classifier.api.problems import field_errors
from classifier.formats.files import DOWNLOADS
from classifier.languages import LONGEST_CODE, canonical_label, canonical_language, find_code
from classifier.models import MULTIPLE
from classifier.services import identify as services
from classifier.services import registry
from classifier.services.history import PAGE_SIZE
from classifier.words.clean import clean_word

MOST_ITEMS = 1000
MOST_ROWS = 100  # of a page


class WordField(serializers.Field[str, Any, str, Any]):
    """A word or a text, as the form and the command line understand it."""

    def to_internal_value(self, data: Any) -> str:
        """Return the clean word."""
        try:
            return clean_word(data)
        except InvalidText as error:
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
        """Check that the model knows the languages; make their codes canonical."""
        known = services.known_languages(attrs["model"])
        codes = [find_code(code, known) for code in attrs["languages"]]
        message = f"The model does not know this language; it knows: {', '.join(known)}."
        unknown = {str(index): message for index, code in enumerate(codes) if code is None}
        if unknown:
            raise serializers.ValidationError({"languages": unknown}, code="unknown_language")
        return {**attrs, "languages": list(dict.fromkeys(codes))}


class TextField(serializers.CharField):
    """A JSON string, kept as it is; REST framework's own field takes numbers, too."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)

    def to_internal_value(self, data: Any) -> str:
        """Return `data` if it is a string."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class CommaSeparated(serializers.Field[Any, Any, Any, Any]):
    """Language codes in a query: `en,fr`."""

    def to_internal_value(self, data: str) -> list[str]:
        """Return the codes."""
        return [code.strip() for code in data.split(",") if code.strip()]


class Anything(serializers.Field[Any, Any, Any, Any]):
    """A value that is looked at later."""

    def to_internal_value(self, data: Any) -> Any:
        """Return `data`."""
        return data


class IdentifyQuery(PredictionRequest):
    """The query that asks for a prediction."""

    languages = CommaSeparated(default=list)  # type: ignore[assignment]
    private = None  # type: ignore[assignment]  # REST framework's way to leave a field out


class BatchItem(StrictSerializer):
    """One word of a batch."""

    id = TextField(max_length=100, required=False, allow_blank=True)
    word = WordField()


class BatchRequest(PredictionRequest):
    """The body that asks for many predictions; each item is good or bad for itself."""

    word = None  # type: ignore[assignment]
    items = serializers.ListField(child=Anything(allow_null=True), min_length=1, max_length=MOST_ITEMS)


class CodeField(TextField):
    """The code of a language (BCP 47, any case), made canonical."""

    def to_internal_value(self, data: Any) -> str:
        """Return the canonical code."""
        try:
            return self.canonical(super().to_internal_value(data))
        except InvalidText as error:
            raise serializers.ValidationError(error.messages, code="invalid") from error

    def canonical(self, code: str) -> str:
        """Return the canonical code; raise Django's ValidationError."""
        return canonical_language(code)


class LabelField(CodeField):
    """A label of feedback: the code of a language, mul, mis, zxx or und, made canonical."""

    def canonical(self, code: str) -> str:
        """Return the canonical label; raise Django's ValidationError."""
        return canonical_label(code)


class FeedbackRequest(StrictSerializer):
    """A label for a word."""

    label = LabelField(max_length=LONGEST_CODE)  # type: ignore[assignment]
    languages = serializers.ListField(child=CodeField(max_length=LONGEST_CODE), default=list, max_length=20)
    comment = TextField(max_length=500, default="", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check that a shared word comes with its languages, and no other does."""
        languages = attrs["languages"]
        distinct = len(set(languages)) == len(languages)
        if not (distinct and len(languages) > 1 if attrs["label"] == MULTIPLE else not languages):
            message = f"Name two different languages or more, with the label {MULTIPLE} only."
            raise serializers.ValidationError({"languages": message}, code="invalid_languages")
        return attrs


class CursorField(Anything):
    """The end of the page before, as its `next` has it; empty for the first page."""


class PageQuery(StrictSerializer):
    """The page of a history."""

    cursor = CursorField(default="")
    page_size = serializers.IntegerField(default=PAGE_SIZE, min_value=1)

    def validate_page_size(self, size: int) -> int:
        """Return the size, or the most there is."""
        return min(size, MOST_ROWS)


class ExportQuery(StrictSerializer):
    """The format of an export."""

    format = serializers.ChoiceField(
        DOWNLOADS, default=DOWNLOADS[0], error_messages={"invalid_choice": f"Must be one of: {', '.join(DOWNLOADS)}."}
    )


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a batch: a clean word, or what is wrong with it."""

    id: str | None
    word: str = ""
    errors: Sequence[dict[str, str]] = ()

    @property
    def size(self) -> int:
        """How many words it counts for."""
        return max(1, len(self.word.split()))


def check_items(items: Sequence[Any]) -> Iterator[Item]:
    """Check each item for itself, with JSON pointers into the whole body."""
    checker = BatchItem()
    for index, item in enumerate(items):
        name = item.get("id") if isinstance(item, dict) else None
        name = name if isinstance(name, str) else None
        try:
            yield Item(name, word=checker.run_validation(item)["word"])
        except serializers.ValidationError as error:
            yield Item(name, errors=list(field_errors(error.get_full_details(), "pointer", f"/items/{index}")))
