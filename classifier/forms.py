"""Knows what a valid word is, for the form, the API and the command line alike."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from classifier.ml.encoding import INVISIBLE, normalise

MAX_WORD_LENGTH = 100  # code points, after NFC
MAX_MARKS = 4  # combining marks in a row; the living scripts need fewer

_INVISIBLE = dict.fromkeys(map(ord, INVISIBLE))
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# No composition takes more than four code points to one, so this much is too long whatever it composes to.
_HOPELESS_LENGTH = 4 * MAX_WORD_LENGTH


def clean_word(value: object) -> str:
    """Return the word as typed, but composed (NFC) and without what cannot be seen.

    Raises ValidationError; its message never holds the word.
    """
    if value is None:
        raise ValidationError(_("Enter a word."), code="required")
    if not isinstance(value, str):
        raise ValidationError(_("A word must be a text."), code="invalid")
    typed = value.strip()
    if not typed:
        raise ValidationError(_("Enter a word."), code="required")
    _check_characters(typed)
    visible = typed.translate(_INVISIBLE).strip()
    _check_length(visible, _HOPELESS_LENGTH)
    word = unicodedata.normalize("NFC", visible)
    _check_length(word, MAX_WORD_LENGTH)
    _check_letters(word)
    return word


def _check_characters(text: str) -> None:
    if _SURROGATE.search(text):
        raise ValidationError(_("The word is not valid Unicode."), code="invalid_unicode")
    if any(unicodedata.category(character) == "Cc" and not character.isspace() for character in text):
        raise ValidationError(_("The word contains control characters."), code="control_characters")


def _check_length(text: str, limit: int) -> None:
    if len(text) > limit:
        message = _("A word has at most %(limit)d characters.")
        raise ValidationError(message, code="max_length", params={"limit": MAX_WORD_LENGTH})


def _check_letters(word: str) -> None:
    if not any(unicodedata.category(character).startswith("L") for character in normalise(word)):
        raise ValidationError(_("The word contains no letters."), code="no_letters")
    if any(character.isspace() for character in word):
        raise ValidationError(_("Enter one word only, without spaces."), code="several_words")
    if _longest_run_of_marks(word) > MAX_MARKS:
        message = _("The word has more than %(limit)d combining marks in a row.")
        raise ValidationError(message, code="too_many_marks", params={"limit": MAX_MARKS})


def _longest_run_of_marks(word: str) -> int:
    kinds = "".join("M" if unicodedata.category(character).startswith("M") else " " for character in word)
    return max(map(len, kinds.split()), default=0)
