"""Forms of the pages."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from classifier.access.owners import keeps_history
from classifier.languages import join_names
from classifier.ml.artifacts import ALL_LANGUAGES
from classifier.ml.conformal import DEFAULT_CONFIDENCE, LEAST_CONFIDENCE, MOST_CONFIDENCE
from classifier.services import registry
from classifier.services.identify import ALL_MODELS, can_answer, candidate_languages, count_models, known_languages
from classifier.web.candidates import CandidatesField, remembered
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


def _choices(field: forms.Field) -> Iterable[tuple[str, Any]]:
    return cast("Iterable[tuple[str, Any]]", cast("forms.ChoiceField", field).choices)


def form_options(request: HttpRequest, **initial: Any) -> dict[str, Any]:
    """Return the options of a form: what the browser keeps, and what is filled in."""
    return {
        "keeps_history": keeps_history(request),
        "initial": {"languages": remembered(request), **initial},
    }


def _default_candidates() -> tuple[str, ...]:
    try:
        return candidate_languages()
    except registry.ModelUnavailable:
        return ()


class WordForm(forms.Form):
    """Form for a word, its model, languages and privacy."""

    input = "word"  # field of what is asked
    word = WordField(label=_("Your word"))
    model = forms.ChoiceField(required=False, widget=forms.RadioSelect, error_messages=CHOICE_ERRORS)
    languages = CandidatesField(required=False)
    confidence = forms.FloatField(
        label=_("Confidence"),
        help_text=_("The surer you want it to be, the more often an answer names several languages instead of one."),
        min_value=LEAST_CONFIDENCE,
        max_value=MOST_CONFIDENCE,
        initial=DEFAULT_CONFIDENCE,
        required=False,
    )
    private = forms.BooleanField(
        label=_("Private"),
        help_text=_("Neither the word nor who asked is kept. The answer has no address and is in no history."),
        required=False,
    )

    def __init__(self, *args: Any, keeps_history: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.serving = registry.current()
        self._set_choices(self.serving)
        self.default_candidates = _default_candidates()
        known = {*self.serving.languages, ALL_LANGUAGES}
        remembered = [code for code in self.initial.get("languages") or () if code in known]
        self.candidates: Sequence[str] = remembered or self.default_candidates  # shown as chosen
        if not keeps_history:
            self.initial["private"] = self.fields["private"].disabled = True  # whatever is sent
            self.fields["private"].help_text = _("Your history is switched off, so nothing you ask is kept.")

    def _set_choices(self, serving: registry.Serving) -> None:
        model = cast("forms.ChoiceField", self.fields["model"])
        all_models = [(ALL_MODELS, _("All models"))] if len(serving.names) > 1 else []
        model.choices = [*((name, name) for name in serving.names), *all_models]
        model.initial = next(iter(serving.names), "")
        cast("CandidatesField", self.fields["languages"]).known = serving.languages

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
        """Whether the model or the confidence was changed or is invalid."""
        if not self.is_bound:
            return False
        other_level = self.cleaned_data.get("confidence", DEFAULT_CONFIDENCE) != DEFAULT_CONFIDENCE
        return other_level or "model" in self.changed_data or not self.errors.keys().isdisjoint({"model", "confidence"})

    @property
    def choices_key(self) -> tuple[Any, ...] | None:
        """What the HTML of model and privacy depends on; None for a form that was sent."""
        if self.is_bound:
            return None
        values = (self[name].value() for name in ("model", "confidence", "private"))
        return type(self), self.serving.key, self.auto_id, *values, self.fields["private"].disabled

    @property
    def other_count(self) -> int:
        """The number of languages that nobody asks among by default."""
        return len(self.serving.languages) - len(self.default_candidates)

    @property
    def chosen_model(self) -> str:
        """The name of the chosen model; empty without a model."""
        return str(dict(_choices(self.fields["model"])).get(self["model"].value(), ""))

    def clean_languages(self) -> list[str]:
        """Return the chosen languages; none if they are those by default, which each model has of its own."""
        languages: list[str] = self.cleaned_data["languages"]
        self.candidates = languages or self.default_candidates
        return [] if set(languages) == set(self.default_candidates) else languages

    def clean_confidence(self) -> float:
        """Return the confidence chosen, else the usual one."""
        confidence: float | None = self.cleaned_data["confidence"]
        return DEFAULT_CONFIDENCE if confidence is None else confidence

    def clean(self) -> dict[str, Any]:
        """Check that the model knows the languages."""
        data = super().clean() or {}
        if data.get("languages") and "model" in data:
            with suppress(registry.ModelUnavailable):  # identify() raises it again
                self._check_known(data["languages"], data["model"])
        return data

    def _check_known(self, languages: list[str], model: str) -> None:
        if not can_answer(model, languages):
            known = known_languages(model)
            unknown = [code for code in languages if code not in known]
            message = _("The model you chose does not know %(languages)s.") % {"languages": join_names(unknown)}
            self.add_error("languages", ValidationError(message, code="unknown_language"))
