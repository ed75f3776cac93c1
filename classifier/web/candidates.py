"""The languages that a word may be of: chosen by code or name, remembered by the browser."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from classifier.access.owners import delete_cookie, full_name, set_cookie
from classifier.languages import find_code, keep_by_language, label_name, language_name, own_name, unaccented
from classifier.ml.artifacts import ALL_LANGUAGES

COOKIE = "languages"
_SEPARATOR = "."  # of codes in the cookie
_MOST_SENT, _LONGEST = 300, 60  # values, and characters of one


class CandidatesInput(forms.Widget):
    """Checkboxes, and a text input for names separated by commas; templatetags/picker.py writes them."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str]:
        """Return the values ticked or written."""
        values = data.getlist(name) if hasattr(data, "getlist") else data.get(name, ())
        return [part.strip() for value in values for part in value.split(",") if part.strip()]


class CandidatesField(forms.Field):
    """Languages by any equivalent codes or by names, or `all`."""

    widget = CandidatesInput
    known: Sequence[str] = ()
    default_error_messages = {
        "invalid_choice": _("No language here is called that, or several are. Write more of its name, or tick it.")
    }

    def clean(self, value: Sequence[str]) -> list[str]:
        """Return the canonical codes in the order of `known`, or `all`."""
        if len(value) > _MOST_SENT or any(len(text) > _LONGEST for text in value):
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        if any(text.casefold() == ALL_LANGUAGES for text in value):
            return [ALL_LANGUAGES]
        found = {find_language(text, self.known) for text in value}
        if None in found:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return [code for code in self.known if code in found]


def find_language(text: str, known: Sequence[str]) -> str | None:
    """Return the known language with this code or name, or the only one with a name that begins so; else None."""
    code = find_code(text, known)
    if code or not (wanted := unaccented(text)):
        return code
    names = _searched_names(tuple(known))
    for fits in (str.__eq__, str.startswith, str.__contains__):
        found = [code for code, spellings in names if any(fits(spelling, wanted) for spelling in spellings)]
        if found:
            return found[0] if len(found) == 1 else None
    return None


@keep_by_language
def _searched_names(codes: Collection[str]) -> list[tuple[str, set[str]]]:
    """Return each language's names: on these pages, in English, and its own."""
    return [
        (code, {unaccented(name) for name in (label_name(code), language_name(code), *own_name(code).split(","))})
        for code in codes
    ]


def remembered(request: HttpRequest) -> list[str]:
    """Return the languages that the browser chose last, as a form sends them; none for those by default."""
    return list(filter(None, request.COOKIES.get(full_name(COOKIE), "").split(_SEPARATOR)))


def remember(request: HttpRequest, languages: Iterable[str]) -> None:
    """Take languages for the browser's choice from now on, if people chose them; see `_chosen_in`.

    `set_choice_cookie` makes the browser remember it.
    """
    if _chosen_in(request) and (value := _SEPARATOR.join(languages)) != request.COOKIES.get(full_name(COOKIE), ""):
        request.COOKIES[full_name(COOKIE)] = value


def set_choice_cookie(request: HttpRequest, response: HttpResponseBase) -> None:
    """Set the cookie of the choice for another year, or delete it for the languages by default."""
    value = request.COOKIES.get(full_name(COOKIE))
    if value and _chosen_in(request):
        set_cookie(response, COOKIE, value)
    elif value == "":
        delete_cookie(response, COOKIE)


def _chosen_in(request: HttpRequest) -> bool:
    """Return whether the languages were on show to be chosen: that form alone sends an empty one, too."""
    return "" in request.POST.getlist("languages")
