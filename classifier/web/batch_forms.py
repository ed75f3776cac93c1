"""The form for many words."""

import io
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from classifier.formats.files import DEFAULT, DOWNLOADS
from classifier.services.batches import MOST_PRIVATE
from classifier.web.forms import CHOICE_ERRORS, FORMAT_LABELS, WordForm
from classifier.words.columns import SHOWN_NAMES, Choice
from classifier.words.encodings import ENCODING_NAMES
from classifier.words.files import WordFile, as_text, open_words
from classifier.words.lists import MOST_BYTES, WordList, build_word_list

MOST_TEXT = 900_000  # bytes of a table that comes back with its column chosen; a form takes 1 MB
FIRST_ROW = {"names": _("It holds the names of the columns"), "words": _("It is a row like the others")}


class BatchForm(WordForm):
    """Form for many words; once valid, `word_list` holds them."""

    input = "words"
    word = None  # type: ignore[assignment]  # Django's way to leave a field out
    # Not a CharField, since one NUL would refuse all words.
    words = forms.Field(
        label=_("Paste your words"),
        help_text=_("One per line."),
        required=False,
        widget=forms.Textarea(
            attrs={
                "rows": 8,
                "autocomplete": "off",
                "autocapitalize": "off",
                "spellcheck": "false",
                "dir": "auto",
                "lang": "",
            }
        ),
    )
    file = forms.FileField(
        label=_("Or choose a file"),
        help_text=_("TXT with one word per line, CSV, TSV, Excel (.xlsx) or JSON lines, up to 5 MB."),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".txt,.csv,.tsv,.tab,.xlsx,.jsonl,.ndjson,text/plain,text/csv"}),
    )
    column = forms.CharField(
        label=_("Column of the words"),
        help_text=_(
            "For a table: the name of the column or its number. If empty, it is found; in doubt you are asked."
        ),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    # A table that comes back with its column chosen says what its text no longer shows.
    first_row = forms.ChoiceField(choices=FIRST_ROW.items(), required=False, error_messages=CHOICE_ERRORS)
    name = forms.CharField(max_length=100, required=False)
    encoding = forms.ChoiceField(
        choices=[(name, name) for name in ENCODING_NAMES.values()], required=False, error_messages=CHOICE_ERRORS
    )
    sheet = forms.CharField(max_length=100, required=False)
    format = forms.ChoiceField(
        choices=[(name, FORMAT_LABELS[name]) for name in DOWNLOADS],
        initial=DEFAULT,
        required=False,
        error_messages=CHOICE_ERRORS,
        widget=forms.RadioSelect,
    )
    word_file: WordFile
    word_list: WordList
    table = ""  # the text of a table whose column is in doubt

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.fields["private"].disabled:
            limit = number_format(MOST_PRIVATE, force_grouping=True)
            self.fields["private"].help_text = _(
                "You get the file at once, and nothing of it is kept. Up to %(limit)s words."
            ) % {"limit": limit}

    @property
    def size(self) -> int:
        """The number of words, once valid."""
        return self.word_list.size

    @property
    def file_name(self) -> str:
        """The name of the uploaded file; empty without one."""
        file: UploadedFile | None = self.cleaned_data["file"]
        return (file.name or "")[-100:] if file else self.cleaned_data["name"]

    @property
    def facts(self) -> dict[str, Any]:
        """How the words were read, once valid."""
        said = {name: self.cleaned_data[name] for name in ("encoding", "sheet")}
        return self.word_file.facts | {name: value for name, value in said.items() if value}

    @property
    def repeated(self) -> Iterator[tuple[str, str]]:
        """The fields that come back with the column of a table."""
        for name in ("model", "languages", "confidence", "private", "format"):
            values = self.data.getlist(self.add_prefix(name)) if hasattr(self.data, "getlist") else []
            yield from ((name, value) for value in values)
        facts = {"words": self.table, "name": self.file_name, **self.facts}
        yield from ((name, facts[name]) for name in ("words", "name", "encoding", "sheet") if facts.get(name))

    def clean_format(self) -> str:
        """Return the format chosen, else the default."""
        return self.cleaned_data["format"] or DEFAULT

    def clean(self) -> dict[str, Any]:
        """Read and clean the words, unless their column is in doubt."""
        data = super().clean()
        if not {"file", "column", "first_row", "name"} & set(self.errors):
            field = "file" if data.get("file") else "words"
            try:
                self._read(self._content(data["words"] or "", data.get("file")), data)
            except ValidationError as error:
                of_column = error.code in {"no_column", "which_column"} or (error.code == "no_words" and self._is_table)
                self.add_error("column" if of_column else field, error)
            else:
                self._check_private_size(field)
        return data

    def _check_private_size(self, field: str) -> None:
        """Refuse a private list that one request cannot answer."""
        known = not self.table and "model" in self.cleaned_data
        if self.cleaned_data.get("private") and known and self.cost > MOST_PRIVATE:
            message = _(
                "Without keeping them, up to %(limit)s words are answered at once, each counted once for each model. "
                "Send them in parts."
            )
            limit = number_format(MOST_PRIVATE, force_grouping=True)
            self.add_error(field, ValidationError(message, code="too_many_private", params={"limit": limit}))

    @property
    def _is_table(self) -> bool:
        return hasattr(self, "word_file") and bool(self.word_file.choice.columns)

    def _content(self, text: str, file: UploadedFile | None) -> bytes:
        if not file and not text.strip():
            raise ValidationError(_("Paste words, or choose a file."), code="required")
        if not file:
            return text.encode(errors="replace")
        if text.strip():
            raise ValidationError(_("Either paste words or choose a file, not both."), code="both")
        if (file.size or 0) > MOST_BYTES:
            message = _("The file is larger than %(limit)s. Send it in parts, or only the column of the words.")
            raise ValidationError(message, code="too_large", params={"limit": filesizeformat(MOST_BYTES)})
        content: bytes = file.read()
        return content

    def _read(self, content: bytes, data: dict[str, Any]) -> None:
        has_names = {"names": True, "words": False}.get(data["first_row"])
        name = (data["file"].name or "") if data.get("file") else data["name"]
        self.word_file = open_words(io.BytesIO(content), name, data["column"], has_names)
        if self.word_file.choice.in_doubt:
            self.table = _text_of(content, self.word_file.choice)
        else:
            self.word_list = build_word_list(self.word_file.cells)


def _text_of(content: bytes, choice: Choice) -> str:
    """Return a table as a text that a form can send again; else ask for its column."""
    text = as_text(content)
    if len(text.encode()) + text.count("\n") > MOST_TEXT:  # browsers send line ends as two characters
        message = _("Which column holds the words? Write its name or number here, and choose the file again: %(names)s")
        raise ValidationError(message, code="which_column", params={"names": " · ".join(choice.names[:SHOWN_NAMES])})
    return text
