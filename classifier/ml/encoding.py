"""Encodes words as letter ids, in training and in serving."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

PADDING, BOUNDARY, OTHER = 0, 1, 2
FIRST_LETTER = 3
CODE_POINTS = 1 << 16  # ids without an alphabet; higher code points share the one of U+FFFD

# Latin letters of wordfreq's languages after case folding (ß becomes ss).
LATIN_ALPHABET = (
    "abcdefghijklmnopqrstuvwxyz'-·àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿāăąćčďđēėęěğģīįķļľĺłńņňőœřŕśşšţťūůűųźżžșțơư"
)
LENGTH = 28
_CHUNK = 1 << 15
_REPLACEMENT = np.int32(0xFFFD)
_PADDING, _BOUNDARY = "\u00ad", "\u034f"  # signs of ids in a row; invisible, so in no normalised word

APOSTROPHES = "’‘ʼ`´′＇ʹ"  # noqa: RUF001
_HYPHENS = "‐‑‒–−﹣－"  # noqa: RUF001
# Default-ignorable code points are invisible to a reader, so they must not change an answer.
_INVISIBLE = [0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0]
_INVISIBLE += [*range(0x180B, 0x1810), *range(0x200B, 0x2010), *range(0x202A, 0x202F)]
_INVISIBLE += [*range(0x2060, 0x2070), *range(0xFE00, 0xFE10), *range(0xE0000, 0xE1000)]
INVISIBLE = frozenset(map(chr, _INVISIBLE))
_TRANSLATION: dict[int, str | None] = {
    **dict.fromkeys(map(ord, APOSTROPHES), "'"),
    **dict.fromkeys(map(ord, _HYPHENS), "-"),
    **dict.fromkeys(_INVISIBLE, None),
    ord("ı"): "i",  # noqa: RUF001 - its capital is I
}

# The letters of most words: composed, and folded by their small form alone (so without ß).
PLAIN_LETTERS = "[A-Za-zÀ-ÖØ-Þà-öø-ÿŒœ]+"
_PLAIN = re.compile(PLAIN_LETTERS)


def normalise(text: str) -> str:
    """Return `text` composed (NFKC) and case-folded.

    Accents stay; apostrophes and hyphens are unified and invisible characters removed. Full-width letters and
    ligatures become plain letters.
    Decomposing before folding gives Unicode's canonical caseless form (standard, section 3.13):
    the same string for composed and decomposed spellings, capitals and small letters.
    """
    if text.isascii():
        return text.lower().replace("`", "'")
    if _PLAIN.fullmatch(text):
        return text.lower()
    text = text.translate(_TRANSLATION)
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    folded = unicodedata.normalize("NFD", text).casefold()
    return unicodedata.normalize("NFC", folded).translate(_TRANSLATION)


def is_written_in(alphabet: str, normalised: str) -> bool:
    """Return whether all letters of a normalised text are in `alphabet`; an empty one has those of all scripts."""
    return not alphabet or all(character in alphabet for character in normalised if character.isalpha())


def _base(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0]


@dataclass(frozen=True)
class Encoder:
    """Maps words to int32 ids of shape (words, length).

    A row is boundary, letters, boundary, padding. Letters outside `alphabet` share one id; with an empty alphabet
    the ids of letters are their code points. A word with more than `length` - 2 letters keeps its beginning and its
    end, half of each.
    """

    alphabet: str = LATIN_ALPHABET
    length: int = LENGTH

    @property
    def vocabulary(self) -> int:
        """Number of distinct ids."""
        return FIRST_LETTER + len(self.alphabet) if self.alphabet else CODE_POINTS

    @cached_property
    def _ids(self) -> NDArray[np.int32]:
        """Id by code point, the last one of all higher code points."""
        if self.alphabet:
            table = np.full(max(map(ord, self.alphabet + _BOUNDARY)) + 2, OTHER, np.int32)
            table[[ord(letter) for letter in self.alphabet]] = np.arange(len(self.alphabet)) + FIRST_LETTER
        else:
            table = np.append(np.arange(CODE_POINTS, dtype=np.int32), _REPLACEMENT)
        table[[ord(_PADDING), ord(_BOUNDARY)]] = PADDING, BOUNDARY
        return table

    @cached_property
    def unaccented_ids(self) -> NDArray[np.int32]:
        """Id of the unaccented letter by id, shape (vocabulary,)."""
        if not self.alphabet:
            return np.array([min(ord(_base(chr(code))), _REPLACEMENT) for code in range(CODE_POINTS)], np.int32)
        bases = map(_base, self.alphabet)
        unaccented = [self.alphabet.find(base) + FIRST_LETTER for base in bases]
        return np.array([PADDING, BOUNDARY, OTHER, *unaccented], np.int32)

    def encode(self, words: Sequence[str]) -> NDArray[np.int32]:
        """Return the ids of `words`, shape (len(words), length)."""
        rows = np.empty((len(words), self.length), np.int32)
        for start in range(0, len(words), _CHUNK):
            chunk = words[start : start + _CHUNK]
            rows[start : start + len(chunk)] = self._encode_chunk(chunk)
        return rows

    def _encode_chunk(self, words: Sequence[str]) -> NDArray[np.int32]:
        # One string for all words, so that few vectorised calls encode a chunk.
        text = "".join([self._row(normalise(word)) for word in words])
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        return self._ids.take(codes, mode="clip").reshape(len(words), self.length)

    def _row(self, word: str) -> str:
        """Return a normalised word as letters and signs, one for each id."""
        excess = len(word) - (self.length - 2)
        if excess > 0:
            start = (self.length - 2) // 2
            word = word[:start] + word[start + excess :]
        return f"{_BOUNDARY}{word}{_BOUNDARY}".ljust(self.length, _PADDING)
