"""Split texts into words, and combine the output of a model for the words."""

import re
import unicodedata
from html import unescape
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.ml.encoding import APOSTROPHES, normalise

Floats = NDArray[np.float64]

# Limits the evidence of one word against a language to log(1 / FLOOR). Without it one word that a model is wrong about
# outweighs a sentence. 0.01 was the best of 1e-6 to 0.03 on texts of 2 to 15 validation words, some of them foreign.
FLOOR = 0.01
MOST_ENCODED = 2  # times that HTML entities are decoded: &amp;eacute; is an é
_TINY = 1e-9  # so that languages whose probabilities are all 0 share equally
_PLAIN_LETTER = re.compile("[A-Za-z]")
_ALL_APOSTROPHES = frozenset(APOSTROPHES + "'")
_AROUND = ".,;:!?…\"'()[]{}<>«»“”‘’„¿¡#*_-–—"  # noqa: RUF001
_ADDRESS = re.compile(r"^\W*(?:[a-z][a-z0-9+.-]*://|www\.|@\w|[^\s@]+@[^\s@]+\.\w)", re.IGNORECASE)
_ORDINAL = re.compile(r"[0-9][0-9.,]*([^\W\d_]{1,4})")
_ENTITY = re.compile(r"&(?:[a-z]{2,8}\d?|#\d{2,7}|#x[0-9a-f]{2,6});", re.IGNORECASE)
_INTERRUPTED = re.compile(r"[.•‧()@]|(?<![lL])·|·(?![lL])")
_GEMINATE = re.compile("[lL]·[lL]")  # a letter of Catalan


class Piece(NamedTuple):
    """A piece of a text: a word with the signs that belong to it, or signs that belong to no word."""

    text: str
    word: str  # empty: the piece holds none
    spaced: bool = True  # white space, or the end of the text, follows


def pieces_of(text: str) -> list[Piece]:
    """Return the pieces of `text` in their order.

    White space, hyphens and signs such as / part words; apostrophes do not. Addresses, handles and numbers hold no
    word; an ordinal (4th) holds one only when the text has no other.
    """
    pieces = [piece for token in text.split() for piece in _pieces_of_token(token)]
    if not any(piece.word for piece in pieces):
        pieces = [Piece(piece.text, _letters_of_ordinal(piece.text), piece.spaced) for piece in pieces]
    return pieces


def split_elision(word: str) -> tuple[str, str] | None:
    """Return the parts of a word with an elision in front (l'eau, qu'il), else None.

    Word lists have no such words: they part them at an apostrophe after one or two letters.
    """
    for place in (1, 2):
        if word[place : place + 1] in _ALL_APOSTROPHES and word[:place].isalpha() and word[place + 1 :].isalpha():
            return word[:place], word[place + 1 :]
    return None


def words_of(text: str) -> list[str]:
    """Return the words of `text`; none when it holds no word."""
    return [piece.word for piece in pieces_of(text) if piece.word]


def _pieces_of_token(token: str) -> list[Piece]:
    if token.isalpha():  # most are: the quick way
        return [Piece(token, token if _has_letter(token) else "")]
    if _ENTITY.search(token):  # HTML in a text
        words = [piece.word for part in _decode(token).split() for piece in _split_token(part)]
        return [Piece(token, "".join(words))]
    return _split_token(token)


def _decode(token: str) -> str:
    for _ in range(MOST_ENCODED):
        token = _ENTITY.sub(lambda match: unescape(match[0]), token)
    return token


def _split_token(token: str) -> list[Piece]:
    if not _has_letter(token) or _ADDRESS.search(token) or _letters_of_ordinal(token):
        return [Piece(token, "")]
    joined = _joined(token)
    if joined:
        return [Piece(token, joined)]
    pieces: list[Piece] = []
    before = ""  # signs in front of the first word
    runs = groupby(range(len(token)), lambda place: _is_letter(token, place))
    for run in ("".join(token[place] for place in places) for _, places in runs):
        word = run.strip(APOSTROPHES + "'") if _has_letter(run) else ""
        if word:
            pieces.append(Piece(before + run, word, spaced=False))
            before = ""
        elif pieces:
            pieces[-1] = Piece(pieces[-1].text + run, pieces[-1].word, spaced=False)
        else:
            before += run
    return [*pieces[:-1], Piece(pieces[-1].text, pieces[-1].word)]


def _joined(token: str) -> str:
    """Return the word that signs only interrupt (U.S., étudiant·e·s, ami(e), niñ@s), else ""."""
    parts = _INTERRUPTED.split(token.strip(_AROUND).replace("@", "o@"))  # niñ@s is read niños, or niñas
    parts = [part for part in parts if part]
    if len(parts) < 2 or not all(map(str.isalpha, parts)):
        return ""
    short = all(len(part) == 1 for part in parts[1:]) or all(len(part) <= 2 for part in parts)
    return "".join(parts) if short or "." not in token.strip(_AROUND) else ""


def _letters_of_ordinal(token: str) -> str:
    match = _ORDINAL.fullmatch(token.strip(_AROUND))
    return match[1] if match else ""


def _is_letter(token: str, place: int) -> bool:
    character = token[place]
    if character == "·":
        return bool(_GEMINATE.fullmatch(token[place - 1 : place + 2]))
    return character.isalpha() or character in _ALL_APOSTROPHES or unicodedata.category(character)[0] == "M"


def _has_letter(token: str) -> bool:
    # Normalised, since some apostrophes are letters to Unicode.
    return bool(_PLAIN_LETTER.search(token)) or any(character.isalpha() for character in normalise(token))


def normalise_rows(probabilities: Floats) -> Floats:
    """Scale each row of (words, languages) to sum 1."""
    positive = probabilities + _TINY
    scaled: Floats = positive / positive.sum(axis=1, keepdims=True)
    return scaled


def combine(probabilities: Floats, undetermined: Floats) -> tuple[Floats, float]:
    """Combine the words' probabilities into those of a text.

    Takes (words, languages), rows with sum 1, and `und` (words,). Returns (languages,) and `und`, a
    float. The evidence of the words is summed as in naive Bayes, log(probability + FLOOR). Each word
    is weighted by 1 - `und`, the largest weight scaled to 1: names and foreign words decide little.
    The `und` of a text is the mean over its words.
    """
    known = 1 - undetermined
    weights = known / max(known.max(), FLOOR)
    evidence = weights @ np.log(probabilities + FLOOR)
    likelihoods = np.exp(evidence - evidence.max())
    return likelihoods / likelihoods.sum(), float(undetermined.mean())
