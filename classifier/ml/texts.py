"""Split texts into words, and combine the output of a model for the words."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import unescape
from html.entities import html5
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.ml.encoding import APOSTROPHES, INVISIBLE, PLAIN_LETTERS

Floats = NDArray[np.float64]

# Limits the evidence of one word against a language to log(1 / FLOOR). Without it one word that a model is wrong about
# outweighs a sentence. 0.01 was the best of 1e-6 to 0.03 on texts of 2 to 15 validation words, some of them foreign.
FLOOR = 0.01
MOST_ENCODED = 2  # times that HTML entities are decoded: &amp;eacute; is an é
LONGEST_PIECE = 4  # letters of Han or kana
PLAIN_WORD = re.compile(rf"{PLAIN_LETTERS}(?:['’]{PLAIN_LETTERS})*")  # noqa: RUF001 - most words, for short cuts
_TINY = 1e-9  # so that languages whose probabilities are all 0 share equally
_ALL_APOSTROPHES = frozenset(APOSTROPHES + "'")
_ELISION = re.compile(
    rf"([bcdfghjklmnpqrstvwxz]|qu)['{APOSTROPHES}]([aeiouhàáâäæèéêëìíîïòóôöœùúûü]\w*|y)", re.IGNORECASE
)
# Han and kana.
_UNSPACED_LETTERS = "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
_UNSPACED_LETTERS += "\U00020000-\U0003ffff"
_UNSPACED = re.compile(f"[{_UNSPACED_LETTERS}]")
_UNSPACED_PIECE = re.compile(f"[{_UNSPACED_LETTERS}]{{1,{LONGEST_PIECE}}}|[^{_UNSPACED_LETTERS}]+")
_GEMINATE = re.compile(r"(?<=l)·(?=l[^\W\d_]{3})", re.IGNORECASE)  # a letter of Catalan; in naturel·le a sign
_ENTITY = re.compile(r"&(?:[a-z]{2,8}\d?|#\d{2,7}|#x[0-9a-f]{2,6});", re.IGNORECASE)
_ADDRESS = re.compile(
    r"""
    (?<![^\W\d_])(?:[a-z][a-z0-9+.-]{1,15}://|www\.)(?:\([^\s()]*\)|[^\s()<>"'\]}»”])*  # of a page
    | (?<![\w.+-])[\w.+-]+@(?:[\w-]+(?:\.(?!(?-i:[A-Z][a-z]))[\w-]+)+|\w{3,})  # of a mailbox; not tod@s.Gracias
    | (?<!\w)@\w[\w.@-]*  # handle
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Words in a token whose characters are written as their kinds, see _kind.
_WORD = re.compile(
    r"""
    (?<![Aam0.,])0[0.,]*+(?<=0)(?P<ordinal>[Aa][Aam]{0,3})(?![Aam'0])  # 4th, 2ème
    | (?<=0)(?P<unit>[Aa][Aam]?)(?=0)  # 12h30
    | (?<![Aam'])(?:[Aa](?:\.[Aa])+|AA(?:\.AA)+)(?![Aam'])  # U.S., e.g., EE.UU.
    | (?<![m'])[m']*+[Aa][Aam']*+
      (?: ·(?:[am]{1,4}|[Am]{1,4})(?![Aam'])  # étudiant·e·s
        | (?:\.a){2}(?![Aam'])  # étudiant.e.s
        | \([Aa]{1,2}\)[Aam]*+  # ami(e)s
        | @[Aa]?(?![Aam'@0])  # niñ@s
      )*
    """,
    re.VERBOSE,
)
_FACE = re.compile(r"(?<![^\W_])[:;=]-?[a-z](?![^\W_])", re.IGNORECASE)  # :D, ;-p


class Piece(NamedTuple):
    """A piece of a text: a word with the signs that belong to it, or signs that belong to no word."""

    text: str
    word: str  # empty: the piece holds none
    spaced: bool = True  # white space, or the end of the text, follows


def pieces_of(text: str) -> list[Piece]:
    """Return the pieces of `text` in their order.

    White space, hyphens and signs such as / separate words; apostrophes do not. Addresses, handles and numbers hold
    no word; an ordinal (4th) holds one only when the text has no other.
    """
    tokens = text.split()
    pieces = [piece for token in tokens for piece in _pieces_of_token(token)]
    if any(piece.word for piece in pieces):
        return pieces
    return [piece for token in tokens for piece in _pieces_of_token(token, ordinals=True)]


def words_of(text: str) -> list[str]:
    """Return the words of `text`; none when it holds no word."""
    if PLAIN_WORD.fullmatch(text):  # most are: the quick way
        return [text]
    return [piece.word for piece in pieces_of(text) if piece.word]


def holds_address(text: str) -> bool:
    """Whether an address or a handle stands in `text`."""
    return any(_ADDRESS.search(_decode(token)[0]) for token in text.split())


def split_elision(word: str) -> tuple[str, str] | None:
    """Return the parts of a word with an elision in front (l'eau, qu'il), else None.

    A word that has lost its vowel stands before the apostrophe and a vowel after it: it's, O'Neill and c'mon are none.
    Word lists have no elisions, since they separate them there.
    """
    match = _ELISION.fullmatch(word)
    return (match[1], match[2]) if match and match[2].isalpha() else None


def split_unspaced(word: str) -> list[str]:
    """Return the pieces of a word in a script without spaces, of at most LONGEST_PIECE letters; none for others.

    Models know the words of Chinese and Japanese, not clauses, of which they would read only the beginning and the end.
    """
    if len(word) <= LONGEST_PIECE or not _UNSPACED.search(word):
        return []
    return [match[0] for match in _UNSPACED_PIECE.finditer(word)]


def is_one_word(text: str) -> bool:
    """Whether models answer `text` as one word: no text, no elision, no clause in Han or kana."""
    return words_of(text) == [text] and not split_elision(text) and not split_unspaced(text)


def _pieces_of_token(token: str, *, ordinals: bool = False) -> list[Piece]:
    if token.isalpha() and _ALL_APOSTROPHES.isdisjoint(token):  # as most
        return [Piece(token, token)]
    text, sources = _decode(token)
    found = list(_find_words(text, ordinals=ordinals))
    if not found:
        return [Piece(token, "")]
    places = pairwise([0, *(start for start, _ in found[1:]), len(text)])
    return [
        Piece("".join(sources[start:end]), word, spaced=end == len(text))
        for (_, word), (start, end) in zip(found, places, strict=True)
    ]


def _find_words(text: str, *, ordinals: bool) -> Iterator[tuple[int, str]]:
    """Yield the words of a token and where they start."""
    readable = _FACE.sub(_as_signs, _ADDRESS.sub(_as_signs, text))
    kinds = "".join(map(_kind, _GEMINATE.sub("l", readable)))
    for match in _WORD.finditer(kinds):
        if match["unit"]:
            continue
        group = "ordinal" if match["ordinal"] else 0
        if ordinals or not group:
            start, end = match.span(group)
            yield start, _join(text[start:end], kinds[start:end])


def _as_signs(match: re.Match[str]) -> str:
    return "/" * len(match[0])


def _join(text: str, kinds: str) -> str:
    """Return a word without the signs that interrupt it; niñ@s is read niños, though niñas is meant, too."""
    letters = zip(text, kinds, strict=True)
    word = "".join("o" if kind == "@" else letter for letter, kind in letters if kind in "Aam'@")
    return "".join(letter for letter in word if letter not in INVISIBLE).strip(APOSTROPHES + "'")


@lru_cache(maxsize=1024)
def _kind(character: str) -> str:
    """Return A or a for a letter, m for a mark, 0 for a digit, one sign for its like, - for other signs."""
    if character in _ALL_APOSTROPHES:
        return "'"
    if character.isalpha():
        return "A" if character.isupper() else "a"
    if character in INVISIBLE or unicodedata.category(character).startswith("M"):
        return "m"
    if character.isdecimal():
        return "0"
    return "·" if character in "·‧" else character if character in ".,()@" else "-"


def _decode(token: str) -> tuple[str, Sequence[str]]:
    """Decode the HTML entities of a token; return its text, and what each character of it was written as."""
    sources: Sequence[str] = token
    for _ in range(MOST_ENCODED if "&" in token else 0):
        decoded, end = "", 0
        written: list[str] = []
        for match in _ENTITY.finditer(token):
            characters = unescape(match[0]) or "\ufffd" if match[0][1] == "#" else html5.get(match[0][1:])
            if characters:
                decoded += token[end : match.start()] + characters
                written += [*sources[end : match.start()], "".join(sources[match.start() : match.end()])]
                written += [""] * (len(characters) - 1)
                end = match.end()
        token, sources = decoded + token[end:], [*written, *sources[end:]]
    return token, sources


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
