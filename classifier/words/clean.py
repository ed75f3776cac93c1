"""Rules of a valid word, for pages, API and commands."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from classifier.ml.encoding import INVISIBLE
from classifier.ml.texts import PLAIN_WORD, holds_address, words_of

MAX_WORD_LENGTH = 100  # code points, after NFC
MAX_TEXT_LENGTH = 1000  # of all words together, with a space between them
MAX_MARKS = 4  # combining marks in a row; the living scripts need fewer
_MAX_RAW_MARKS = 20  # before NFC, which takes time in the square of their number
_INVISIBLE = dict.fromkeys(map(ord, INVISIBLE))
# Text in Windows-1252 that was decoded as Latin-1 has C1 control characters; browsers read them as meant, too.
_WINDOWS_1252 = {code: bytes([code]).decode("cp1252", "ignore") or chr(code) for code in range(0x80, 0xA0)}
# A lone surrogate, or the character that decoding puts in place of bytes that are not UTF-8.
_NOT_UNICODE = re.compile(r"[\ud800-\udfff\ufffd]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x9f]")  # except white space
# NFC and the removal of invisible characters shorten a text; a longer one is refused before.
_MAX_RAW_LENGTH = 10 * MAX_TEXT_LENGTH


def clean_word(value: object) -> str:
    """Return a word or text in NFC, without invisible characters.

    White space between words becomes one space, and C1 control characters become those of Windows-1252; all else
    stays as typed. Raises ValidationError; its messages never hold the word.
    """
    if value is None:
        raise ValidationError(_("Enter a word."), code="required")
    if not isinstance(value, str):
        raise ValidationError(_("A word must be a text."), code="invalid")
    if is_plain(word := value.strip()):
        return word  # as the rest would
    text = value.translate(_WINDOWS_1252).strip()
    if not text:
        raise ValidationError(_("Enter a word."), code="required")
    _check_length(text, _MAX_RAW_LENGTH)
    _check_characters(text)
    text = text.translate(_INVISIBLE)
    _check_marks(text, _MAX_RAW_MARKS)
    text = " ".join(unicodedata.normalize("NFC", text).split())
    _check_length(text, MAX_TEXT_LENGTH)
    _check_marks(text, MAX_MARKS)
    words = words_of(text)
    if any(len(word) > MAX_WORD_LENGTH for word in words):
        message = _("A word has at most %(limit)d characters.")
        raise ValidationError(message, code="max_length", params={"limit": MAX_WORD_LENGTH})
    if not words:
        raise _no_word(text)
    return text


def is_plain(word: str) -> bool:
    """Return whether a word without white space around it is clean at first sight, as most are."""
    return len(word) <= MAX_WORD_LENGTH and PLAIN_WORD.fullmatch(word) is not None


def count_words(text: str) -> int:
    """Return the number of words that a model is asked for, 1 at least."""
    return max(1, len(words_of(text)))


def _no_word(text: str) -> ValidationError:
    if holds_address(text):
        return ValidationError(_("This is an address, not a word."), code="no_word")
    return ValidationError(_("The word contains no letters."), code="no_letters")


def _check_characters(text: str) -> None:
    if _NOT_UNICODE.search(text):
        raise ValidationError(_("The word is not valid Unicode."), code="invalid_unicode")
    if _CONTROL.search(text):
        raise ValidationError(_("The word contains control characters."), code="control_characters")


def _check_length(text: str, limit: int) -> None:
    if len(text) > limit:
        message = _("A text has at most %(limit)d characters.")
        raise ValidationError(message, code="max_length", params={"limit": MAX_TEXT_LENGTH})


def _check_marks(text: str, limit: int) -> None:
    if _longest_run_of_marks(text) > limit:
        message = _("The word has more than %(limit)d combining marks in a row.")
        raise ValidationError(message, code="too_many_marks", params={"limit": MAX_MARKS})


def _longest_run_of_marks(text: str) -> int:
    kinds = "".join("M" if unicodedata.category(character).startswith("M") else " " for character in text)
    return max(map(len, kinds.split()), default=0)
