"""Filters of a history, for pages and API."""

import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.db.models.lookups import Exact, GreaterThanOrEqual, LessThan
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, Filter, FilterSet

from classifier.languages import canonical_language
from classifier.models import CodePoints, Feedback, Prediction, key_of
from classifier.services import registry
from classifier.words.clean import clean_word

NO_FEEDBACK, DECIDED = "none", "decided"
_STATUSES = [(NO_FEEDBACK, _("none")), (DECIDED, _("decided or reopened")), *Feedback.Status.choices]
LAST_CHARACTER = chr(sys.maxunicode)  # of Unicode; no word holds it
_MODEL_NAME = re.compile(r"[\w.+-]{1,50}")


class WordField(forms.Field):
    """A word, validated as everywhere else."""

    def to_python(self, value: str | None) -> str:
        """Return the clean word; empty when the field may be."""
        return clean_word(value) if self.required or (value and value.strip()) else ""


class LanguageField(forms.Field):
    """The code of a language, known to models or not."""

    default_error_messages = {"invalid": "Must be the code of a language (BCP 47)."}

    def to_python(self, value: str | None) -> str:
        """Return the canonical code."""
        try:
            return canonical_language(value) if value else ""
        except ValidationError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class ModelField(forms.Field):
    """The name of a model, serving or not."""

    default_error_messages = {"invalid": "Must be the name of a model."}

    def to_python(self, value: str | None) -> str:
        """Return the name, in the registry's spelling if it serves.

        In a required field, an empty name stands for the default model, as everywhere in the API.
        """
        if not value and not self.required:
            return ""
        try:
            return registry.current().resolve(value or "")
        except (registry.UnknownModel, registry.ModelUnavailable) as error:
            if not _MODEL_NAME.fullmatch(value or ""):
                raise ValidationError(self.error_messages["invalid"], code="unknown_model") from error
        return value or ""


class MomentField(forms.DateTimeField):
    """A moment in ISO 8601, in UTC unless it says otherwise."""

    input_formats: list[str] = []  # none but ISO 8601
    default_error_messages = {
        "invalid": "Must be a moment in ISO 8601, such as 2026-11-22T12:00:00Z.",
        "overflow": "Must be a moment of the years 1 to 9999.",
    }

    def to_python(self, value: Any) -> datetime | None:
        """Return the moment in UTC."""
        moment = super().to_python(value)
        try:
            return moment and moment.astimezone(UTC)
        except OverflowError as error:
            raise ValidationError(self.error_messages["overflow"], code="overflow") from error


class WordFilter(Filter):
    """Selects the rows of a word, in any spelling."""

    field_class = WordField

    def filter(self, qs: QuerySet[Prediction], value: str) -> QuerySet[Prediction]:
        """Return the rows of the word; all without one."""
        return qs.filter(Exact(CodePoints("word_key"), key_of(value))) if value else qs


class BeginningFilter(WordFilter):
    """Selects the rows of all words that begin with a text."""

    def filter(self, qs: QuerySet[Prediction], value: str) -> QuerySet[Prediction]:
        """Return the rows whose key begins with the text's key; all without one."""
        if not value:
            return qs
        key, beginning = CodePoints("word_key"), key_of(value)
        # Not `startswith`: SQLite reads no range of an index for LIKE.
        return qs.filter(GreaterThanOrEqual(key, beginning), LessThan(key, beginning + LAST_CHARACTER))


class LanguageFilter(Filter):
    """Selects the rows of a language."""

    field_class = LanguageField


class ModelFilter(Filter):
    """Selects the rows that a model answered."""

    field_class = ModelField


class OptionFilter(ChoiceFilter):
    """Selects the rows with one of a few values."""

    def __init__(self, choices: Sequence[tuple[str, Any]], **options: Any) -> None:
        message = f"Must be one of: {', '.join(value for value, _label in choices)}."
        options["error_messages"] = {"invalid_choice": message}  # Django's own repeats the input
        super().__init__(choices=choices, empty_label=_("any"), **options)


class MomentFilter(Filter):
    """Compares the time of a row with a moment."""

    field_class = MomentField


class FilterForm(forms.Form):
    """Form of filters; refuses unknown, repeated and empty parameters."""

    empty_is_any = False
    unknown_message: Any = "There is a parameter that is not known here; filters are: %(names)s."
    repeated_message: Any = "Each parameter may be given once."

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields.keys() & self.data.keys():
            # Else a script's `DELETE ?word=$UNSET` would delete a whole history.
            self.fields[name].required = not self.empty_is_any

    def clean(self) -> dict[str, Any]:
        """Check the names of all parameters."""
        data = super().clean() or {}
        if self.data.keys() - self.fields.keys():
            self.add_error(
                None, ValidationError(self.unknown_message, "unknown_field", {"names": ", ".join(self.fields)})
            )
        elif any(len(values) > 1 for _name, values in cast("QueryDict", self.data).lists()):
            self.add_error(None, ValidationError(self.repeated_message, "repeated"))
        return data


class HistoryFilter(FilterSet):
    """Filters of an owner's history; without any, all rows."""

    word = WordFilter(label=_("Word"))
    language = LanguageFilter(label=_("Language"))
    model = ModelFilter(label=_("Model"))
    verdict = OptionFilter(Prediction.Verdict.choices, label=_("Answer"))
    feedback = OptionFilter(_STATUSES, label=_("Your feedback"), method="filter_feedback")
    since: Filter = MomentFilter(label=_("From"), field_name="created", lookup_expr="gte")
    until: Filter = MomentFilter(label=_("To"), field_name="created", lookup_expr="lt")

    class Meta:
        form = FilterForm

    def __init__(self, data: QueryDict, *, owner: str) -> None:
        super().__init__(data, Prediction.objects.of(owner))
        self.owner = owner

    @property
    def scope(self) -> str:
        """The owner and all filters, to bind cursors to them."""
        return f"{self.owner}:{sorted((name, str(value)) for name, value in self.form.cleaned_data.items() if value)}"

    def filter_queryset(self, queryset: QuerySet[Prediction]) -> QuerySet[Prediction]:
        """Return the matching rows; raise ValueError for invalid filters."""
        if self.errors:  # else more rows than meant would be exported or deleted
            raise ValueError("Filters that are not valid select nothing.")
        return super().filter_queryset(queryset)

    def filter_feedback(self, queryset: QuerySet[Prediction], _name: str, status: str) -> QuerySet[Prediction]:
        """Return the rows by the status of their feedback."""
        feedback = Feedback.objects.filter(owner=self.owner)
        if status == NO_FEEDBACK:
            return queryset.exclude(pk__in=feedback.values("prediction"))
        feedback = feedback.decided() if status == DECIDED else feedback.filter(status=status)
        return queryset.filter(pk__in=feedback.values("prediction"))
