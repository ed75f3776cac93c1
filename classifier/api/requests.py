"""Queries and bodies of requests, and their validation."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError as InvalidText
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.settings import api_settings

from classifier.api.fields import (
    Anything,
    CodeField,
    CommaSeparated,
    ConfidenceField,
    ConfidenceQueryField,
    CursorField,
    LabelField,
    LanguageField,
    ModelField,
    ModelsField,
    OptionField,
    ShortList,
    StrictBooleanField,
    TextField,
    WordField,
)
from classifier.api.problems import field_errors
from classifier.formats.files import DEFAULT, DOWNLOADS
from classifier.languages import LONGEST_CODE, find_code
from classifier.ml.artifacts import ALL_LANGUAGES, wants_all_languages
from classifier.ml.conformal import DEFAULT_CONFIDENCE
from classifier.models import MULTIPLE, Feedback
from classifier.services.history import PAGE_SIZE
from classifier.services.identify import can_answer, known_languages
from classifier.words.clean import MAX_WORD_LENGTH, clean_word, count_words

MAX_ITEMS = 1000
MAX_WORDS = 2000  # of a batch, times the models asked: about 0.3 s of computing
LETTERS_OF_A_WORD = 50  # longer words of a batch count as several
MAX_PAGE_SIZE = 100
_USUAL_ID = re.compile(r"[\w.:-]{0,100}", re.ASCII)


class StrictSerializer(serializers.Serializer[Any]):
    """A serializer that refuses unknown fields."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated fields."""
        if isinstance(data, Mapping) and set(data) - set(self.fields):
            message = f"Unknown field; the fields are: {', '.join(self.fields)}."
            raise serializers.ValidationError({api_settings.NON_FIELD_ERRORS_KEY: message}, code="unknown_field")
        return super().to_internal_value(data)


class WordQuery(StrictSerializer):
    """The query of the article's address."""

    word = WordField()
    model = ModelField(default="")


class PredictionRequest(StrictSerializer):
    """The body of a request for a prediction."""

    word = WordField()
    model = ModelsField(default="")
    languages = ShortList(child=LanguageField(), default=list, max_length=200)
    confidence: ConfidenceQueryField = ConfidenceField(default=DEFAULT_CONFIDENCE)
    private = StrictBooleanField(default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check languages against the model; make codes canonical."""
        if not attrs["languages"]:
            return attrs
        if wants_all_languages(attrs["languages"]):
            return {**attrs, "languages": [ALL_LANGUAGES]}
        model_languages = known_languages(attrs["model"])
        codes = [find_code(code, model_languages) for code in attrs["languages"]]
        message = f"The model does not know this language; it knows: {', '.join(model_languages)}."
        unknown = {str(index): message for index, code in enumerate(codes) if code is None}
        if unknown:
            raise serializers.ValidationError({"languages": unknown}, code="unknown_language")
        languages = list(dict.fromkeys(code for code in codes if code))
        if not can_answer(attrs["model"], languages):
            message = "No model knows all of these languages."
            raise serializers.ValidationError({"languages": message}, code="unknown_language")
        return {**attrs, "languages": languages}


class IdentifyQuery(PredictionRequest):
    """The query of a request for a prediction."""

    languages = CommaSeparated(default=list)  # type: ignore[assignment]
    confidence = ConfidenceQueryField(default=DEFAULT_CONFIDENCE)
    private = None  # type: ignore[assignment]  # REST framework's way to leave a field out


class BatchItem(StrictSerializer):
    """One word of a batch."""

    id = TextField(max_length=100, required=False, allow_blank=True)
    word = WordField()


@extend_schema_field(BatchItem)
class ItemField(Anything):
    """An item of a batch, validated later: an invalid one is answered with a problem."""


class ItemsRequest(StrictSerializer):
    """The items of a batch."""

    items = ShortList(child=ItemField(allow_null=True), min_length=1, max_length=MAX_ITEMS)


class BatchRequest(ItemsRequest, PredictionRequest):
    """The body of a request for many predictions; each item is checked separately."""

    word = None  # type: ignore[assignment]


class LinesQuery(IdentifyQuery):
    """The query of a batch in lines."""

    word = None  # type: ignore[assignment]
    private = OptionField(["true", "false"], default="false")  # type: ignore[assignment]

    def validate_private(self, value: str) -> bool:
        """Return whether nothing may be stored."""
        return value == "true"


class FeedbackRequest(StrictSerializer):
    """A label for a word."""

    label = LabelField(max_length=LONGEST_CODE)  # type: ignore[assignment]
    languages = ShortList(child=CodeField(max_length=LONGEST_CODE), default=list, max_length=20)
    comment = TextField(max_length=500, default="", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check that a shared word, and no other, has languages."""
        languages = attrs["languages"]
        distinct = len(set(languages)) == len(languages)
        if not (distinct and len(languages) > 1 if attrs["label"] == MULTIPLE else not languages):
            message = f"Name two different languages or more, with the label {MULTIPLE} only."
            raise serializers.ValidationError({"languages": message}, code="invalid_languages")
        return attrs


class PageQuery(StrictSerializer):
    """The page of a history."""

    cursor = CursorField(default="")
    page_size = serializers.IntegerField(default=PAGE_SIZE, min_value=1)

    def validate_page_size(self, size: int) -> int:
        """Return the size, at most MAX_PAGE_SIZE."""
        return min(size, MAX_PAGE_SIZE)


class FeedbackQuery(PageQuery):
    """The page of a list of feedback, and its filter."""

    status = OptionField(Feedback.Status.values, required=False)


class DeletionQuery(StrictSerializer):
    """The consent to delete a whole history."""

    all = OptionField(["true"], required=False, help_text="Required without filters, refused beside them.")


class ExportQuery(StrictSerializer):
    """The format of an export."""

    format = OptionField(DOWNLOADS, default=DEFAULT)


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a batch: a clean word, or errors."""

    id: str | None
    size: int  # words, as limits count them
    word: str = ""
    errors: Sequence[dict[str, str]] = ()


def check_items(items: Sequence[Any], models: int = 1) -> Iterator[Item]:
    """Validate each item; errors point into the whole body.

    Raises ValidationError for more than MAX_WORDS, before validating further items.
    """
    left = MAX_WORDS // models
    for item in _validate_items(items):
        left -= item.size
        if left < 0:
            message = (
                f"A batch has at most {MAX_WORDS} words, each counted once for each model asked, "
                f"and again for every {LETTERS_OF_A_WORD} letters."
            )
            raise serializers.ValidationError({"items": message}, code="too_many_words")
        yield item


def _validate_items(items: Sequence[Any]) -> Iterator[Item]:
    serializer = BatchItem()
    for index, item in enumerate(items):
        name = item.get("id") if isinstance(item, dict) else None
        name = name if isinstance(name, str) else None
        try:
            word = _clean_word(item) or serializer.run_validation(item)["word"]
            yield Item(name, max(count_words(word), len(word) // LETTERS_OF_A_WORD), word)
        except serializers.ValidationError as error:
            size = 1 + len(str(item)) // MAX_WORD_LENGTH  # what is too long takes time to refuse, too
            yield Item(name, size, errors=list(field_errors(error.get_full_details(), "pointer", f"/items/{index}")))


def _clean_word(item: Any) -> str:
    """Return the word of a usual item without a serializer, which took a fifth of a batch's time; empty for others."""
    if isinstance(item, dict) and item.keys() <= {"id", "word"}:
        name = item.get("id", "")
        with suppress(InvalidText):
            return clean_word(item.get("word")) if isinstance(name, str) and _USUAL_ID.fullmatch(name) else ""
    return ""
