"""Forms of the pages."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from classifier.languages import OTHER_LANGUAGE, SPECIAL_LABELS, find_code, join_names, known_names, label_name
from classifier.models import MULTIPLE, Feedback, Prediction
from classifier.services import registry
from classifier.services.identify import ALL_MODELS, count_models, known_languages
from classifier.words.clean import clean_word, count_words

INVALID_CHOICE = _("Choose one from the list.")
CHOICE_ERRORS = {"invalid_choice": INVALID_CHOICE}  # Django's own repeat the input
FORMAT_LABELS = {"csv": "CSV", "xlsx": _("Excel, for spreadsheets"), "jsonl": _("JSON lines, for programs")}
DOWNLOAD_LABELS = {"csv": _("Download CSV"), "xlsx": _("Download Excel"), "jsonl": _("Download JSON lines")}


class WordInput(forms.TextInput):
    """A text input that a click on an example overrides.

    Examples are submit buttons named `example`.
    """

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """Return the example clicked, else the text typed."""
        return data.get("example") or super().value_from_datadict(data, files, name)


class WordField(forms.CharField):
    """A word, checked by the same rules everywhere."""

    widget = WordInput(
        # `lang` is empty, "unknown": the page's own language would have its spelling checked and read out.
        attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "dir": "auto", "lang": ""}
    )

    def clean(self, value: object) -> str:
        """Return the clean word."""
        return clean_word(value)


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


def _choices(field: forms.Field) -> Iterable[tuple[str, Any]]:
    return cast("Iterable[tuple[str, Any]]", cast("forms.ChoiceField", field).choices)


def _codes(field: forms.ChoiceField) -> list[str]:
    return [code for code, _name in _choices(field)]


class AllByDefault(forms.CheckboxSelectMultiple):
    """Checkboxes that mean all when none is ticked."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """Return the ticked values, or all."""
        return super().value_from_datadict(data, files, name) or [code for code, _name in self.choices]


class WordForm(forms.Form):
    """Form for a word, its model, languages and privacy."""

    input = "word"  # field of what is asked
    word = WordField(label=_("Your word"))
    model = forms.ChoiceField(required=False, widget=forms.RadioSelect, error_messages=CHOICE_ERRORS)
    languages = LanguagesField(required=False, widget=AllByDefault, error_messages=CHOICE_ERRORS)
    private = forms.BooleanField(
        label=_("Private"),
        help_text=_("Neither the word nor who asked is kept. The answer has no address and is in no history."),
        required=False,
    )

    def __init__(self, *args: Any, keeps_history: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.serving = registry.current()
        self._set_choices(self.serving)
        if not keeps_history:
            self.initial["private"] = self.fields["private"].disabled = True  # whatever is sent
            self.fields["private"].help_text = _("Your history is switched off, so nothing you ask is kept.")

    def _set_choices(self, serving: registry.Serving) -> None:
        model, languages = (cast("forms.ChoiceField", self.fields[name]) for name in ("model", "languages"))
        all_models = [(ALL_MODELS, _("All models"))] if len(serving.names) > 1 else []
        model.choices = [*((name, name) for name in serving.names), *all_models]
        model.initial = next(iter(serving.names), "")
        languages.choices = [(code, label_name(code)) for code in serving.languages]
        languages.initial = serving.languages

    @property
    def size(self) -> int:
        """The number of words, once valid."""
        return count_words(self.cleaned_data["word"])

    @property
    def cost(self) -> int:
        """The number of words times that of models, once valid."""
        return self.size * count_models(self.cleaned_data["model"])

    @property
    def choices_open(self) -> bool:
        """Whether model or languages were changed or are invalid."""
        return self.is_bound and bool({"model", "languages"} & {*self.changed_data, *self.errors})

    @property
    def chosen(self) -> str:
        """The chosen model and languages in short; empty without a model."""
        models, languages = dict(_choices(self.fields["model"])), self["languages"].value()
        model = models.get(self["model"].value())
        if not model or set(languages) == set(self.serving.languages):
            return _("Model: %(model)s") % {"model": model} if model else ""
        return _("Model: %(model)s; %(languages)s") % {"model": model, "languages": join_names(languages)}

    def clean_languages(self) -> list[str]:
        """Return the chosen languages; empty if all are chosen."""
        languages: list[str] = self.cleaned_data["languages"]
        return [] if set(languages) == set(self.serving.languages) else languages

    def clean(self) -> dict[str, Any]:
        """Check that the model knows the languages."""
        data = super().clean() or {}
        if data.get("languages") and "model" in data:
            with suppress(registry.ModelUnavailable):  # identify() raises it again
                self._check_known(data["languages"], data["model"])
        return data

    def _check_known(self, languages: list[str], model: str) -> None:
        known = known_languages(model)
        if unknown := [code for code in languages if code not in known]:
            message = _("The model you chose does not know %(languages)s.") % {"languages": join_names(unknown)}
            self.add_error("languages", ValidationError(message, code="unknown_language"))


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
    other = forms.ChoiceField(label=_("Which one? (optional)"), required=False, error_messages=CHOICE_ERRORS)
    comment = forms.CharField(
        label=_("Comment (optional)"), widget=forms.Textarea(attrs={"rows": 2}), max_length=500, required=False
    )

    def __init__(self, *args: Any, prediction: Prediction, feedback: Feedback | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Also those of the answer: its model may since have been replaced by one that knows others.
        candidates = [candidate.language for candidate in prediction.answer().candidates]
        codes = dict.fromkeys([*registry.current().languages, *candidates])
        names = [(code, label_name(code)) for code in codes]
        cast("forms.ChoiceField", self.fields["languages"]).choices = names
        cast("forms.ChoiceField", self.fields["label"]).choices = [*names, *SPECIAL_LABELS.items()]
        others = [(code, name) for code, name in known_names() if code not in codes]
        cast("forms.ChoiceField", self.fields["other"]).choices = [("", _("I do not know")), *others]
        if feedback:
            self._set_initial(feedback)

    def _set_initial(self, feedback: Feedback) -> None:
        self.initial = {name: getattr(feedback, name) for name in ("label", "languages", "comment")}
        if feedback.label not in _codes(cast("forms.ChoiceField", self.fields["label"])):
            self.initial |= {"label": OTHER_LANGUAGE, "other": feedback.label}

    def clean(self) -> dict[str, Any]:
        """Require two languages for the label `mul`; name the other language in place of `mis`."""
        data = super().clean() or {}
        other = data.pop("other", "")
        if data.get("label") == OTHER_LANGUAGE:
            data["label"] = other or OTHER_LANGUAGE
        if data.get("label") != MULTIPLE:
            data["languages"] = []
        elif len(data.get("languages", [])) < 2:
            self.add_error("languages", _("Choose at least two languages."))
        return data
