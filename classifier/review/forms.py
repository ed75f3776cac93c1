"""Forms of the reviewers' pages."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from classifier.languages import SPECIAL_LABELS, find_code, known_names, sort_by_name
from classifier.models import MULTIPLE
from classifier.services import registry

REJECT = "reject"
CHOICE_ERRORS = {"invalid_choice": _("Choose one from the list.")}  # Django's own repeat the input
AGES = {0: _("any age"), 1: _("older than a day"), 7: _("older than a week"), 30: _("older than a month")}


class DecisionForm(forms.Form):
    """A decision about a word."""

    word = forms.CharField(max_length=320, strip=False)
    seen = forms.IntegerField()
    label = forms.CharField(max_length=350)
    languages = forms.MultipleChoiceField(required=False, error_messages=CHOICE_ERRORS)
    other = forms.ChoiceField(required=False, error_messages=CHOICE_ERRORS)
    sender_of = forms.IntegerField(required=False, max_value=2**63 - 1)  # feedback, of whose sender all is rejected
    reason = forms.CharField(max_length=500, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages, other = (cast("forms.ChoiceField", self.fields[name]) for name in ("languages", "other"))
        languages.choices = [*known_names(), *((code, code) for code in registry.current().languages)]
        other.choices = [("mis", SPECIAL_LABELS["mis"]), *known_names()]

    def clean(self) -> dict[str, Any]:
        """Put the other language that was chosen in the place of the label; drop languages that mean nothing."""
        data = super().clean() or {}
        if data.get("label") == "other":
            data["label"] = data.get("other") or "mis"
        elif data.get("label", "").startswith(f"{MULTIPLE} "):  # the button of the majority: mul en fr
            data["label"], *data["languages"] = data["label"].split()
        if data.get("label") != MULTIPLE:
            data["languages"] = []
        elif len(data.get("languages", [])) < 2:
            self.add_error("languages", _("Choose at least two languages."))
        return data


class LabelField(forms.ChoiceField):
    """A choice among labels, by any equivalent code."""

    def to_python(self, value: Any) -> str:
        """Return the canonical label; keep any other value."""
        code = super().to_python(value)
        return find_code(code, [label for label, _name in cast("Iterable[tuple[str, Any]]", self.choices)]) or code


class FilterForm(forms.Form):
    """Which words to decide about."""

    model = forms.ChoiceField(label=_("Model"), required=False, error_messages=CHOICE_ERRORS)
    label = LabelField(label=_("What people say"), required=False, error_messages=CHOICE_ERRORS)
    days = forms.TypedChoiceField(
        label=_("Age"), required=False, coerce=int, empty_value=None, choices=AGES, error_messages=CHOICE_ERRORS
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        serving = registry.current()
        names = sort_by_name(serving.languages)
        model, label = (cast("forms.ChoiceField", self.fields[name]) for name in ("model", "label"))
        model.choices = [("", _("any model")), *((name, name) for name in serving.names)]
        label.choices = [("", _("anything")), *names, *SPECIAL_LABELS.items()]

    @property
    def filters(self) -> dict[str, Any]:
        """The valid filters; none of an invalid form."""
        filters = self.cleaned_data if self.is_valid() else {}
        return {name: value for name, value in filters.items() if value}
