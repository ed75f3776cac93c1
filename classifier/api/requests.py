"""Says what a valid request is at the addresses beyond a single prediction."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rest_framework import serializers

from classifier.api.problems import field_errors
from classifier.api.serializers import ModelField, PredictionRequest, StrictSerializer, WordField
from classifier.ml.verdict import VERDICTS
from classifier.models import MULTIPLE, Feedback
from classifier.services.feedback import CODE
from classifier.services.history import NO_FEEDBACK
from classifier.services.pages import SIZE

MOST_ITEMS = 1000
MOST_ROWS = 100  # of a page
FORMATS = ("csv", "jsonl")


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


class CodeField(serializers.RegexField):
    """A language by its code, or another label of feedback."""

    def __init__(self, **options: Any) -> None:
        super().__init__(rf"^{CODE}\Z", max_length=35, trim_whitespace=False, **options)


class FeedbackRequest(StrictSerializer):
    """What the caller says a word is."""

    label = CodeField()  # type: ignore[assignment]
    languages = serializers.ListField(child=CodeField(), default=list, max_length=20)
    comment = TextField(max_length=500, default="", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check that a shared word comes with its languages, and no other does."""
        languages = attrs["languages"]
        distinct = len(set(languages)) == len(languages)
        if not (distinct and len(languages) > 1 if attrs["label"] == MULTIPLE else not languages):
            message = f"Name two different languages or more, with the label {MULTIPLE} only."
            raise serializers.ValidationError({"languages": message}, code="invalid_languages")
        return attrs


class HistoryQuery(StrictSerializer):
    """Which rows of a history are meant; what is not given does not matter."""

    word = WordField(required=False)
    language = CodeField(required=False)
    model = ModelField(required=False)
    verdict = serializers.ChoiceField(VERDICTS, required=False)
    feedback = serializers.ChoiceField([NO_FEEDBACK, *Feedback.Status.values], required=False)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


class CursorField(Anything):
    """The end of the page before, as its `next` has it; empty for the first page."""


class PageQuery(HistoryQuery):
    """Which page of a history is meant."""

    cursor = CursorField(default="")
    page_size = serializers.IntegerField(default=SIZE, min_value=1)

    def validate_page_size(self, size: int) -> int:
        """Return the size, or the most there is."""
        return min(size, MOST_ROWS)


class ExportQuery(HistoryQuery):
    """Which rows are exported, and how they are written."""

    format = serializers.ChoiceField(FORMATS, default="csv")


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
