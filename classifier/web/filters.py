"""The history's filters as a form of its page."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import Filter

from classifier.languages import label_name
from classifier.models import Prediction
from classifier.services import registry
from classifier.services.history_filter import FilterForm, HistoryFilter

NOT_LISTED = _("Choose one of the list.")


class DayField(forms.DateField):
    """A day of UTC, chosen with the browser's own calendar."""

    # The browser sends and wants this form in every language.
    input_formats = ["%Y-%m-%d"]
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    default_error_messages = {"invalid": _("Enter a day as year, month and day: 2026-11-22.")}


class DayFilter(Filter):
    """Compares the time of a row with the midnight (UTC) at which a day begins, or ends."""

    field_class = DayField

    def __init__(self, *args: Any, ends: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shift = timedelta(days=1 if ends else 0)

    def filter(self, qs: QuerySet[Prediction], value: date | None) -> QuerySet[Prediction]:
        """Return the rows on this side of midnight; all without a day."""
        if value is None:
            return qs
        day = min(value, date.max - self.shift) + self.shift  # the last day of all has no end
        return super().filter(qs, datetime.combine(day, time.min, UTC))


class HistoryForm(FilterForm):
    """The filters with their choices; those left empty select all rows."""

    empty_is_any = True
    unknown = repeated = _("This address asks for a filter that is not known here, or for one of them twice.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        serving = registry.current()
        attributes = {"type": "search", "autocapitalize": "off", "spellcheck": "false", "lang": ""}
        self.fields["word"].widget = forms.TextInput(attributes)
        self._offer("language", serving.languages, label_name)
        self._offer("model", serving.names, str)
        for name in ("language", "model", "verdict", "feedback"):
            self.fields[name].error_messages |= {"invalid": NOT_LISTED, "invalid_choice": NOT_LISTED}

    def _offer(self, name: str, values: Sequence[str], label: Callable[[str], str]) -> None:
        """Offer values, and the one sent, as it is spelled: rows may have it though nothing that serves does."""
        sent = self.data.get(name, "")
        try:
            value = self.fields[name].clean(sent)
        except ValidationError:  # shown with its error
            value = sent
        offered = dict.fromkeys(filter(None, [*values, value]))
        choices = [(sent if each == value else each, label(each)) for each in offered]
        self.fields[name].widget = forms.Select(choices=[("", _("any")), *choices])

    @property
    def narrowed(self) -> bool:
        """Whether another filter than the word is used, or not valid."""
        used = self.errors.keys() | {name for name, value in self.cleaned_data.items() if value}
        return bool(used - {"word"})

    @property
    def described(self) -> list[tuple[Any, Any]]:
        """The labels of the filters used, and their values as people read them."""
        return [
            (self.fields[name].label, self._name(name, value)) for name, value in self.cleaned_data.items() if value
        ]

    def _name(self, name: str, value: Any) -> Any:
        """Return the label of the choice sent, the value itself without choices."""
        return dict(getattr(self.fields[name].widget, "choices", ())).get(self.data[name], value)

    @property
    def query(self) -> str:
        """The filters used, as the query of an address."""
        return urlencode({name: self.data[name] for name in self.fields if self.data.get(name)})


class HistoryPageFilter(HistoryFilter):
    """Filters of the page: by whole days, the last one included."""

    since = DayFilter(label=_("From"), field_name="created", lookup_expr="gte")
    until = DayFilter(label=_("To"), field_name="created", lookup_expr="lt", ends=True)

    class Meta:
        form = HistoryForm
