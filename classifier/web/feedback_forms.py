"""The form for feedback."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from classifier.languages import OTHER_LANGUAGE, SPECIAL_LABELS, find_code, known_names, label_name
from classifier.models import MULTIPLE, Feedback, Prediction
from classifier.services import registry
from classifier.web.forms import CHOICE_ERRORS

MOST_OFFERED = 8  # languages of an answer
CHECKED = mark_safe(" checked")


class LabelField(forms.ChoiceField):
    """A choice among labels, by any equivalent code."""

    def to_python(self, value: Any) -> str:
        """Return the canonical label; keep any other value."""
        code = super().to_python(value)
        return find_code(code, _codes(self)) or code


class LanguagesField(forms.MultipleChoiceField):
    """Choices among languages, by any equivalent codes."""

    def to_python(self, value: Any) -> list[str]:
        """Return the canonical codes; keep any other values."""
        codes = _codes(self)
        return list(dict.fromkeys(find_code(code, codes) or code for code in super().to_python(value)))


def _codes(field: forms.ChoiceField) -> list[str]:
    return [code for code, _name in cast("Iterable[tuple[str, Any]]", field.choices)]


def _labels(languages: Iterable[str]) -> list[tuple[str, Any]]:
    return [*((code, label_name(code)) for code in languages), *SPECIAL_LABELS.items()]


def _all_languages() -> list[tuple[str, Any]]:
    """Return all languages that people can name, and those of the models, by name."""
    names = known_names()
    unnamed = set(registry.current().languages).difference(code for code, _name in names)
    return [("", _("I do not know")), *names, *((code, code) for code in sorted(unnamed))]


class FeedbackForm(forms.Form):
    """Form for feedback: a label, languages or another language, and a comment."""

    label = LabelField(
        label=_("What is it?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is."), **CHOICE_ERRORS},
    )
    languages = LanguagesField(
        label=_("Which languages share it?"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages=CHOICE_ERRORS,
    )
    other = forms.ChoiceField(label=_("Which other one? (optional)"), required=False, error_messages=CHOICE_ERRORS)
    comment = forms.CharField(
        label=_("Comment (optional)"), widget=forms.Textarea(attrs={"rows": 2}), max_length=500, required=False
    )

    def __init__(self, *args: Any, prediction: Prediction, feedback: Feedback | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        answer = prediction.answer()
        self.offered = [candidate.language for candidate in answer.candidates[:MOST_OFFERED]]
        cast("LabelField", self.fields["label"]).choices = _labels(self.offered)
        for name in ("languages", "other"):
            # A function, since most pages have the choices as text already.
            cast("forms.ChoiceField", self.fields[name]).choices = _all_languages
        self.choices_key = None if self.is_bound or feedback else self.auto_id
        if feedback:
            self._set_initial(feedback)

    def _set_initial(self, feedback: Feedback) -> None:
        self.initial = {name: getattr(feedback, name) for name in ("label", "languages", "comment")}
        self.offered += [code for code in feedback.languages if code not in self.offered]
        if feedback.label not in _codes(cast("LabelField", self.fields["label"])):
            self.initial |= {"label": OTHER_LANGUAGE, "other": feedback.label}

    @property
    def label_rows(self) -> list[dict[str, Any]]:
        """The labels offered, as rows of a list."""
        return self._rows("label", _codes(cast("LabelField", self.fields["label"])))

    @property
    def language_rows(self) -> list[dict[str, Any]]:
        """The languages offered for a shared word, as rows of a list."""
        return self._rows("languages", self.offered)

    def _rows(self, name: str, codes: Iterable[str]) -> list[dict[str, Any]]:
        value = self[name].value() or ()
        chosen = {value} if isinstance(value, str) else set(value)
        marks = {True: CHECKED, False: ""}
        return [{"code": code, "name": label_name(code), "checked": marks[code in chosen]} for code in codes]

    def clean(self) -> dict[str, Any]:
        """Require two languages for the label `mul`; name the other language in place of `mis`."""
        data = super().clean() or {}
        other = data.pop("other", "")
        if data.get("label") == OTHER_LANGUAGE:
            data["label"] = other or OTHER_LANGUAGE
        if data.get("label") != MULTIPLE:
            data["languages"] = []
        elif "languages" in data:
            data["languages"] = list(dict.fromkeys(filter(None, [*data["languages"], other])))
        if data.get("label") == MULTIPLE and len(data.get("languages", [])) < 2:
            self.add_error("languages", _("Choose at least two languages."))
        return data
