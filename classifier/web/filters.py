"""Filters of the history page, as a form."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import Filter

from classifier.languages import label_name, sort_by_name
from classifier.models import Prediction
from classifier.services import registry
from classifier.services.history_filter import BeginningFilter, FilterForm, HistoryFilter
from classifier.web.forms import INVALID_CHOICE


class DayField(forms.DateField):
    """A day in UTC, chosen in the browser's own calendar."""

    # The browser sends and expects this format in every language.
    input_formats = ["%Y-%m-%d"]
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    default_error_messages = {"invalid": _("Enter a day as year, month and day: 2026-11-22.")}


class DayFilter(Filter):
    """Compares the time of a row with a midnight (UTC).

    It is the midnight at which the day begins or, if `ends`, ends.
    """

    field_class = DayField

    def __init__(self, *args: Any, ends: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shift = timedelta(days=1 if ends else 0)

    def filter(self, qs: QuerySet[Prediction], value: date | None) -> QuerySet[Prediction]:
        """Return the rows on one side of midnight, or all."""
        if value is None:
            return qs
        day = min(value, date.max - self.shift) + self.shift  # date.max has no next day
        return super().filter(qs, datetime.combine(day, time.min, UTC))


class HistoryForm(FilterForm):
    """Form of the filters; an empty one selects all rows."""

    empty_is_any = True
    unknown_message = repeated_message = _("This address has an unknown filter, or the same filter twice.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        serving = registry.current()
        # What the HTML depends on; None where it depends on what was sent, too.
        self.html_key = None if self.data else serving.key
        attributes = {"type": "search", "autocapitalize": "off", "spellcheck": "false", "dir": "auto", "lang": ""}
        self.fields["word"].widget = forms.TextInput(attributes)
        self._set_choices("language", sort_by_name(serving.languages), label_name)
        self._set_choices("model", [(name, name) for name in serving.names], str)
        for name in ("language", "model", "verdict", "feedback"):
            self.fields[name].error_messages |= {"invalid": INVALID_CHOICE, "invalid_choice": INVALID_CHOICE}

    def _set_choices(self, name: str, choices: Sequence[tuple[str, str]], label: Callable[[str], str]) -> None:
        """Offer values with their labels, and the value sent with its spelling.

        Rows may hold models and languages that no longer serve.
        """
        text = self.data.get(name, "")
        try:
            value = self.fields[name].clean(text)
        except ValidationError:  # shown with its error
            value = text
        if value:
            others = dict(choices)
            others.setdefault(value, label(value))
            choices = [(text if option == value else option, shown) for option, shown in others.items()]
        self.fields[name].widget = forms.Select(choices=[("", _("any")), *choices])

    @property
    def more_filters_open(self) -> bool:
        """Whether any filter but the word is used or invalid."""
        used = self.errors.keys() | {name for name, value in self.cleaned_data.items() if value}
        return bool(used - {"word"})

    @property
    def summary(self) -> list[tuple[Any, Any]]:
        """The labels and readable values of the filters used."""
        return [
            (self.fields[name].label, self._display(name, value)) for name, value in self.cleaned_data.items() if value
        ]

    def _display(self, name: str, value: Any) -> Any:
        """Return the label of the choice sent, else the value."""
        return dict(getattr(self.fields[name].widget, "choices", ())).get(self.data[name], value)

    @property
    def query(self) -> str:
        """The filters used, as the query string of an address."""
        return urlencode({name: self.data[name] for name in self.fields if self.data.get(name)})


class HistoryPageFilter(HistoryFilter):
    """Filters of the page: by the beginning of a word, and by whole days, the last included."""

    word = BeginningFilter(label=_("Word begins with"))
    since = DayFilter(label=_("From"), field_name="created", lookup_expr="gte")
    until = DayFilter(label=_("To"), field_name="created", lookup_expr="lt", ends=True)

    class Meta:
        form = HistoryForm
