"""Template filters for words of any script: direction, width."""

import unicodedata

from django import template

register = template.Library()

LONGEST_LARGE = 14  # columns of a word in large letters
_ISOLATE, _END = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


@register.filter
def direction(text: str) -> str:
    """Return `rtl` for a text that begins from the right, else `ltr`, for the attribute `dir`.

    As `dir="auto"` finds it, which does not look into isolated parts.
    """
    kinds = map(unicodedata.bidirectional, text)
    return "rtl" if next((kind for kind in kinds if kind in {"L", "R", "AL"}), "L") != "L" else "ltr"


@register.filter
def isolated(text: str) -> str:
    """Return a text that leaves the order of those around it alone, where no tags can: titles, options."""
    has_other_direction = any(unicodedata.bidirectional(letter) in {"R", "AL"} for letter in text)
    return f"{_ISOLATE}{text}{_END}" if has_other_direction else text


@register.filter
def is_long(word: str) -> bool:
    """Return whether a word is too long for large letters; those of Chinese, Japanese and Korean are twice as wide."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in word) > LONGEST_LARGE
