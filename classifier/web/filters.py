"""The form that filters a history; what a filter may say is decided by the API's rules."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from classifier.api.requests import HistoryQuery
from classifier.languages import label_name
from classifier.models import Feedback, Prediction
from classifier.services import registry
from classifier.services.history import NO_FEEDBACK

UNKNOWN = _("This address asks for a filter that is not known here, or for one of them twice.")
NOT_LISTED = _("Choose one of the list.")


class DayField(forms.DateField):
    """A day of UTC, chosen with the browser's own calendar."""

    # The browser sends and wants this form in every language.
    input_formats = ["%Y-%m-%d"]
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    default_error_messages = {"invalid": _("Enter a day as year, month and day: 2026-11-22.")}


class HistoryForm(forms.Form):
    """Which rows of a history to list; what is left empty does not matter."""

    word = forms.CharField(
        label=_("Word"),
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocapitalize": "off", "spellcheck": "false", "lang": ""}),
    )
    language = forms.CharField(label=_("Language"), required=False, widget=forms.Select)
    model = forms.CharField(label=_("Model"), required=False, widget=forms.Select)
    verdict = forms.CharField(label=_("Answer"), required=False, widget=forms.Select)
    feedback = forms.CharField(label=_("Your feedback"), required=False, widget=forms.Select)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked: dict[str, Any] = {}
        codes = dict.fromkeys(filter(None, [*registry.languages(), self.data.get("language")]))
        self._offer("language", [(code, label_name(code)) for code in codes])
        self._offer("model", [(name, name) for name in registry.model_names()])
        self._offer("verdict", Prediction.Verdict.choices)
        self._offer("feedback", [(NO_FEEDBACK, _("none")), *Feedback.Status.choices])

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        widget: Any = self.fields[name].widget
        widget.choices = [("", _("any")), *choices]

    def clean(self) -> dict[str, Any]:
        """Let the API's rules decide, and keep as `asked` what they made of it."""
        data = super().clean() or {}
        sent = cast("QueryDict", self.data)
        if any(name not in self.fields or len(values) > 1 for name, values in sent.lists()):
            self.add_error(None, UNKNOWN)
        query = HistoryQuery(data=_moments({name: value for name, value in data.items() if value}))
        for name, errors in query.errors.items() if not query.is_valid() else ():
            self.add_error(name, list(errors) if name == "word" else NOT_LISTED)
        self.asked = query.validated_data
        return data

    @property
    def narrowed(self) -> bool:
        """Whether more than the word is asked for, or something is wrong with it."""
        return bool(self.asked.keys() - {"word"} or self.errors.keys() - {"word"})

    @property
    def described(self) -> list[tuple[Any, Any]]:
        """What is asked for, as people say it: labels with what was chosen."""
        named = {name: dict(getattr(field.widget, "choices", ())) for name, field in self.fields.items()}
        shown = ((field.label, self.cleaned_data.get(field.name), named[field.name]) for field in self)
        return [(label, names.get(value, value)) for label, value, names in shown if value]

    @property
    def query(self) -> str:
        """What is asked for, as an address says it."""
        return urlencode({name: self.data[name] for name in self.fields if self.data.get(name)})


def _moments(asked: dict[str, Any]) -> dict[str, Any]:
    """Return what is asked with moments for days: the first day's begin, and the end of the last."""
    if "until" in asked:
        asked["until"] = min(asked["until"], date.max - timedelta(days=1)) + timedelta(days=1)
    days = asked.keys() & {"since", "until"}
    return asked | {name: datetime.combine(asked[name], time.min, UTC) for name in days}
