"""The form for many words at once: pasted or in a file."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from classifier.web.forms import WordForm
from classifier.words.lists import MOST_BYTES, Words, cells_of, decoded, gather, lines_of

TABLES = {".csv": ",", ".tsv": "\t", ".tab": "\t"}  # ending of a file's name: what parts cells if nothing tells
FORMATS = [("csv", _("CSV, for spreadsheets")), ("jsonl", _("JSON lines, for programs"))]


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
    format = forms.ChoiceField(choices=FORMATS, initial="csv", required=False, widget=forms.RadioSelect)
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
        return self.cleaned_data["format"] or "csv"

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
        text = decoded(file.read())
        delimiter = TABLES.get(_ending(file))
        return cells_of(text, column, delimiter) if delimiter else lines_of(text)


def _ending(file: UploadedFile) -> str:
    name = (file.name or "").lower()
    return name[name.rfind(".") :] if "." in name else ""
