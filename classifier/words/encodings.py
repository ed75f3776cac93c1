"""Find the encoding of a text file."""

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

UTF_8 = "utf-8"
# Names for people, of encodings that are assumed.
ENCODING_NAMES = {
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252",
    "mac-roman": "Mac Roman",
    "cp850": "DOS 850",
}
_MARKS = {  # the longer first, since that of UTF-32 begins with that of UTF-16
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_ONE_BYTE = ("cp1252", "mac-roman", "cp850")
_LETTERS = frozenset("áéíóúüñçàâèêëîïôùûœæÿº’“”«»–—…€¿¡")  # noqa: RUF001 - typed, not by mistake
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a]")
_MARKED = re.compile(rb"[\x20-\x7e]?[\x80-\xff]+")  # characters outside ASCII and the one before
_SAMPLE = 10_000  # of these
_BLOCK = 1 << 20  # bytes


def find_encoding(file: BinaryIO, start: bytes) -> str:
    """Return the codec of a file that begins with `start`; its position stays.

    One that cannot be rewound is judged by its beginning. Raises ValidationError for a binary file.
    """
    for mark, encoding in _MARKS.items():
        if start.startswith(mark):
            return encoding
    if start.count(0) * 4 > len(start):  # English in UTF-16 is half zeros, and may even be valid UTF-8
        return "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
    valid, invalid, marked = _count(_blocks(file) if file.seekable() else iter([start]))
    if invalid <= valid:  # else a damaged row would change the letters of all others
        return UTF_8
    if _BINARY.search(start):
        raise ValidationError(_("This is no text file. Send words as TXT, CSV, TSV or Excel."), code="binary")
    return max(_ONE_BYTE, key=lambda encoding: _plausibility(marked.decode(encoding, "replace")))


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    position = file.tell()
    while block := file.read(_BLOCK):
        yield block
    file.seek(position)


def _count(blocks: Iterator[bytes]) -> tuple[int, int, bytes]:
    """Count characters outside ASCII that are valid UTF-8, and others; return a sample of them."""
    decoder = codecs.getincrementaldecoder(UTF_8)("replace")
    valid = invalid = 0
    sample: list[bytes] = []
    for block in blocks:
        text = decoder.decode(block)
        wrong = max(0, text.count("\ufffd") - block.count(b"\xef\xbf\xbd"))
        invalid += wrong
        valid += len(text) - len(text.encode("ascii", "ignore")) - wrong
        if wrong and len(sample) < _SAMPLE:
            sample += _MARKED.findall(block)[:_SAMPLE]
    return valid, invalid, b" ".join(sample)


def _plausibility(text: str) -> int:
    """Return how well a decoded text looks like our languages.

    Of 3 to 10 French or Spanish words it finds all of cp1252 and cp850 and 98 % of Mac Roman, where
    charset-normalizer, limited to the same three, finds 92, 26 and 45 %.
    """
    score, before = 0, " "
    for character in text:
        if character in _LETTERS:
            score += 1
        elif not character.isascii():  # a capital within a word is as unlikely as a stranger
            score += 1 if character.lower() in _LETTERS and not before.islower() else -1
        before = character
    return score
