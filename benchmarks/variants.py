"""Texts without accents, in capitals and with typing errors."""

import random
import string
import unicodedata
from collections.abc import Sequence

from classifier.scores import AS_TYPED
from classifier.training.test_sets import LabelledTexts

SEED = 1
_ACCENT = 200  # least combining class of accents; those of vowel signs and of Japanese and Indic letters are lower


def strip_accents(text: str) -> str:
    """Remove the accents of letters: é becomes e."""
    decomposed = unicodedata.normalize("NFD", text)
    kept = (character for character in decomposed if unicodedata.combining(character) < _ACCENT)
    return unicodedata.normalize("NFC", "".join(kept))


def with_typing_error(text: str, draw: random.Random, letters: Sequence[str] = string.ascii_lowercase) -> str:
    """Double, omit, replace or swap one letter.

    A new letter is among `letters`. Texts with fewer than two letters stay as they are.
    """
    places = [place for place, character in enumerate(text) if character.isalpha()]
    if len(places) < 2:
        return text
    place = draw.choice(places[:-1])
    before, letter, after = text[:place], text[place], text[place + 1 :]
    other = draw.choice([one for one in letters if one != letter.lower()] or letters)
    errors = (letter + letter + after, after, other + after, after[:1] + letter + after[1:])
    return before + draw.choice(errors)


def variants(test: LabelledTexts) -> dict[str, list[str]]:
    """Return the texts as typed and in three other spellings."""
    draw, letters = random.Random(SEED), letters_by_language(test)
    return {
        AS_TYPED: list(test.texts),
        "without accents": [strip_accents(text) for text in test.texts],
        "in capitals": [text.upper() for text in test.texts],
        "with a typing error": [
            with_typing_error(text, draw, letters[label]) for text, label in zip(test.texts, test.labels, strict=True)
        ],
    }


def letters_by_language(test: LabelledTexts) -> dict[str, Sequence[str]]:
    """Return the letters that typing errors bring in.

    They are a to z, in other scripts those of the language's texts.
    """
    return {label: _letters("".join(_of(test, label)).lower()) for label in dict.fromkeys(test.labels)}


def _letters(text: str) -> Sequence[str]:
    found = [character for character in text if character.isalpha()]
    latin = sum(character in string.ascii_lowercase for character in found)
    return string.ascii_lowercase if 2 * latin >= len(found) else sorted(set(found))


def _of(test: LabelledTexts, language: str) -> list[str]:
    return [text for text, label in zip(test.texts, test.labels, strict=True) if label == language]
