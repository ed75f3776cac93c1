"""Encodes words as letter ids, in training and in serving."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

PADDING, BOUNDARY, OTHER = 0, 1, 2
FIRST_LETTER = 3

# Latin letters of wordfreq's languages after case folding (ß becomes ss).
LATIN_ALPHABET = (
    "abcdefghijklmnopqrstuvwxyz'-·àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþÿāăąćčďđēėęěğģīįķļľĺłńņňőœřŕśşšţťūůűųźżžșțơư"
)
LENGTH = 28
_CHUNK = 1 << 15

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


def normalise(text: str) -> str:
    """Return `text` composed (NFKC) and case-folded.

    Accents stay; apostrophes and hyphens are unified and invisible characters removed. Full-width letters and
    ligatures become plain letters.
    Decomposing before folding gives Unicode's canonical caseless form (standard, section 3.13):
    the same string for composed and decomposed spellings, capitals and small letters.
    """
    if text.isascii():
        return text.lower().replace("`", "'")
    text = text.translate(_TRANSLATION)
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    folded = unicodedata.normalize("NFD", text).casefold()
    return unicodedata.normalize("NFC", folded).translate(_TRANSLATION)


def is_written_in(alphabet: str, normalised: str) -> bool:
    """Return whether all letters of a normalised text are in `alphabet`."""
    return all(character in alphabet for character in normalised if character.isalpha())


@dataclass(frozen=True)
class Encoder:
    """Maps words to int32 ids of shape (words, length).

    A row is boundary, letters, boundary, padding. Letters outside `alphabet` share one id. A word
    with more than `length` - 2 letters keeps its beginning and its end, half of each.
    """

    alphabet: str = LATIN_ALPHABET
    length: int = LENGTH

    @property
    def vocabulary(self) -> int:
        """Number of distinct ids."""
        return FIRST_LETTER + len(self.alphabet)

    @cached_property
    def _ids(self) -> NDArray[np.int32]:
        table = np.full(max(map(ord, self.alphabet)) + 2, OTHER, np.int32)
        table[[ord(letter) for letter in self.alphabet]] = np.arange(len(self.alphabet)) + FIRST_LETTER
        return table

    @cached_property
    def unaccented_ids(self) -> NDArray[np.int32]:
        """Id of the unaccented letter by id, shape (vocabulary,)."""
        bases = [unicodedata.normalize("NFD", letter)[0] for letter in self.alphabet]
        unaccented = [self.alphabet.find(base) + FIRST_LETTER for base in bases]
        return np.array([PADDING, BOUNDARY, OTHER, *unaccented], np.int32)

    def encode(self, words: Sequence[str]) -> NDArray[np.int32]:
        """Return the ids of `words`, shape (len(words), length)."""
        rows = np.zeros((len(words), self.length), np.int32)
        for start in range(0, len(words), _CHUNK):
            chunk = words[start : start + _CHUNK]
            rows[start : start + len(chunk)] = self._encode_chunk(chunk)
        return rows

    def _encode_chunk(self, words: Sequence[str]) -> NDArray[np.int32]:
        # One string for all words, so that a few vectorised calls encode a chunk.
        text = "\n".join(words)
        if text.count("\n") != len(words) - 1:
            text = "\n".join(word.replace("\n", " ") for word in words)
        text = normalise(text)
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        ids = self._ids[np.minimum(codes, len(self._ids) - 1)]
        breaks = np.flatnonzero(codes == ord("\n"))
        starts = np.concatenate(([0], breaks + 1))
        lengths = np.concatenate((breaks, [len(codes)])) - starts

        places = self.length - 2
        kept = np.minimum(lengths, places)
        column = np.arange(places)
        skipped = np.where(column >= places // 2, (lengths - kept)[:, None], 0)
        source = np.minimum(starts[:, None] + column + skipped, max(len(ids) - 1, 0))
        rows = np.zeros((len(words), self.length), np.int32)
        if len(ids):
            rows[:, 1:-1] = np.where(column < kept[:, None], ids[source], PADDING)
        rows[:, 0] = BOUNDARY
        rows[np.arange(len(words)), kept + 1] = BOUNDARY
        return rows
