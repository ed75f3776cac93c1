"""The forms of the pages."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from classifier.formats.files import DOWNLOADS
from classifier.languages import SPECIAL_LABELS, find_code, label_name, listed
from classifier.models import MULTIPLE, Feedback, Prediction
from classifier.services import registry
from classifier.services.identify import ALL_MODELS, known_languages
from classifier.words.clean import clean_word
from classifier.words.lists import MOST_BYTES, Words, cells_of, decode, gather, lines_of


class WordInput(forms.TextInput):
    """A text input that a click on an example (a submit button named `example`) overrides."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """Return the example clicked, else what was typed."""
        return data.get("example") or super().value_from_datadict(data, files, name)


class WordField(forms.CharField):
    """A word, validated as everywhere else."""

    widget = WordInput(
        # `lang` is empty, "unknown": the page's own language would have its spelling checked and read out.
        attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "dir": "auto", "lang": ""}
    )

    def clean(self, value: object) -> str:
        """Return the clean word."""
        return clean_word(value)


class LabelField(forms.ChoiceField):
    """A choice among labels, by any code that means the same."""

    def to_python(self, value: Any) -> str:
        """Return the canonical label, or the value itself if it is no choice."""
        code = super().to_python(value)
        return find_code(code, _codes(self)) or code


class LanguagesField(forms.MultipleChoiceField):
    """Choices among languages, by any codes that mean the same."""

    def to_python(self, value: Any) -> list[str]:
        """Return the canonical codes; a value that is no choice stays."""
        known = _codes(self)
        return list(dict.fromkeys(find_code(code, known) or code for code in super().to_python(value)))


def _codes(field: forms.ChoiceField) -> list[str]:
    choices = cast("Iterable[tuple[str, Any]]", field.choices)
    return [code for code, _name in choices]


class AllUnlessSome(forms.CheckboxSelectMultiple):
    """Checkboxes of which all are meant when none is ticked."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        """Return what was ticked, or everything."""
        return super().value_from_datadict(data, files, name) or [code for code, _name in self.choices]


class WordForm(forms.Form):
    """A word, who shall answer, among which languages, and whether to keep it."""

    word = WordField(label=_("Your word"))
    model = forms.ChoiceField(required=False, widget=forms.RadioSelect)
    languages = LanguagesField(required=False, widget=AllUnlessSome)
    private = forms.BooleanField(
        label=_("Private"),
        help_text=_("Neither the word nor who asked is kept. The answer has no address and is in no history."),
        required=False,
    )

    def __init__(self, *args: Any, keeps_history: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.serving = registry.current()
        self._offer(self.serving)
        if not keeps_history:
            self.initial["private"] = self.fields["private"].disabled = True  # whatever is sent
            self.fields["private"].help_text = _("Your history is switched off, so nothing you ask is kept.")

    def _offer(self, serving: registry.Serving) -> None:
        model, languages = (cast("forms.ChoiceField", self.fields[name]) for name in ("model", "languages"))
        several = [(ALL_MODELS, _("All models"))] if len(serving.names) > 1 else []
        model.choices = [*((name, name) for name in serving.names), *several]
        model.initial = next(iter(serving.names), "")
        languages.choices = [(code, label_name(code)) for code in serving.languages]
        languages.initial = serving.languages

    @property
    def adjusted(self) -> bool:
        """Whether the model or the languages are others than usual, and so are shown at once."""
        return self.is_bound and bool({"model", "languages"} & {*self.changed_data, *self.errors})

    def clean_languages(self) -> list[str]:
        """Return the languages to choose among; none means all that the model knows."""
        chosen: list[str] = self.cleaned_data["languages"]
        return [] if set(chosen) == set(self.serving.languages) else chosen

    def clean(self) -> dict[str, Any]:
        """Check that the model knows the languages."""
        data = super().clean() or {}
        if data.get("languages") and "model" in data:
            with suppress(registry.ModelUnavailable):  # who asks it is told so
                self._check_known(data["languages"], data["model"])
        return data

    def _check_known(self, languages: list[str], model: str) -> None:
        known = known_languages(model)
        if unknown := [code for code in languages if code not in known]:
            message = _("The model you chose does not know %(languages)s.") % {"languages": listed(unknown)}
            self.add_error("languages", ValidationError(message, code="unknown_language"))


class FeedbackForm(forms.Form):
    """What a person says a word is."""

    label = LabelField(
        label=_("What is it?"), widget=forms.RadioSelect, error_messages={"required": _("Choose what it is.")}
    )
    languages = LanguagesField(
        label=_("Which languages share it?"), widget=forms.CheckboxSelectMultiple, required=False
    )
    comment = forms.CharField(
        label=_("Comment (optional)"), widget=forms.Textarea(attrs={"rows": 2}), max_length=500, required=False
    )

    def __init__(self, *args: Any, prediction: Prediction, feedback: Feedback | None = None, **kwargs: Any) -> None:
        if feedback:
            kwargs["initial"] = {name: getattr(feedback, name) for name in ("label", "languages", "comment")}
        super().__init__(*args, **kwargs)
        # The model's own languages as well: it may have been replaced by one that knows others.
        asked = [candidate.language for candidate in prediction.answer().candidates]
        codes = dict.fromkeys([*registry.current().languages, *asked])
        names = [(code, label_name(code)) for code in codes]
        cast("forms.ChoiceField", self.fields["languages"]).choices = names
        cast("forms.ChoiceField", self.fields["label"]).choices = [*names, *SPECIAL_LABELS.items()]

    def clean(self) -> dict[str, Any]:
        """Keep languages only where they mean something, and ask for two."""
        data = super().clean() or {}
        if data.get("label") != MULTIPLE:
            data["languages"] = []
        elif len(data.get("languages", [])) < 2:
            self.add_error("languages", _("Choose at least two languages."))
        return data


TABLES = {".csv": ",", ".tsv": "\t", ".tab": "\t"}  # ending of a file's name: what parts cells if nothing tells


FORMAT_LABELS = {"csv": _("CSV, for spreadsheets"), "jsonl": _("JSON lines, for programs")}
DOWNLOAD_LABELS = {"csv": _("Download CSV"), "jsonl": _("Download JSON lines")}


class BatchForm(WordForm):
    """Many words, who shall answer, and whether to keep them; once valid, `found` holds the words."""

    word = None  # type: ignore[assignment]  # Django's way to leave a field out
    # No CharField: one NUL would refuse all words.
    words = forms.Field(
        label=_("Paste your words"),
        help_text=_("One a line."),
        required=False,
        widget=forms.Textarea(
            attrs={"rows": 8, "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "lang": ""}
        ),
    )
    file = forms.FileField(
        label=_("Or choose a file"),
        help_text=_("TXT with a word a line, or CSV or TSV. In UTF-8, up to 5 MB."),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".txt,.csv,.tsv,.tab,text/plain,text/csv,text/tab-separated-values"}),
    )
    column = forms.CharField(
        label=_("Column of the words"),
        help_text=_("Of a table: its name in the first row, or its number. If empty: “word”, else the first."),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    format = forms.ChoiceField(
        choices=[(name, FORMAT_LABELS[name]) for name in DOWNLOADS],
        initial=DOWNLOADS[0],
        required=False,
        widget=forms.RadioSelect,
    )
    found: Words

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.fields["private"].disabled:
            self.fields["private"].help_text = _("You get the file at once, and nothing of it is kept.")

    @property
    def file_name(self) -> str:
        """What the file is called, if there is one."""
        file: UploadedFile | None = self.cleaned_data["file"]
        return (file.name or "")[-100:] if file else ""

    def clean_format(self) -> str:
        """Return the format; without a choice the usual one."""
        return self.cleaned_data["format"] or DOWNLOADS[0]

    def clean(self) -> dict[str, Any]:
        """Find the words."""
        data = super().clean()
        if not {"file", "column"} & set(self.errors):
            place = "file" if data.get("file") else "words"
            try:
                self.found = gather(self._cells(data["words"] or "", data.get("file"), data["column"]))
            except ValidationError as error:
                self.add_error("column" if error.code in {"no_column", "no_words"} and data["file"] else place, error)
        return data

    def _cells(self, typed: str, file: UploadedFile | None, column: str) -> Any:
        if not file and not typed.strip():
            raise ValidationError(_("Paste words, or choose a file."), code="required")
        if not file:
            return lines_of(typed)
        if typed.strip():
            raise ValidationError(_("Either paste words or choose a file, not both."), code="both")
        if (file.size or 0) > MOST_BYTES:
            message = _("The file is larger than %(limit)s. Send it in parts, or only the column of the words.")
            raise ValidationError(message, code="too_large", params={"limit": filesizeformat(MOST_BYTES)})
        text = decode(file.read())
        delimiter = TABLES.get(_ending(file))
        return cells_of(text, column, delimiter) if delimiter else lines_of(text)


def _ending(file: UploadedFile) -> str:
    name = (file.name or "").lower()
    return name[name.rfind(".") :] if "." in name else ""
