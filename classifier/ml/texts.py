"""Splits texts into words and combines the words' probabilities."""

import re
import unicodedata

import numpy as np
from numpy.typing import NDArray

from classifier.ml.encoding import normalise

Floats = NDArray[np.float64]

# Limits the evidence of one word against a language to log(1 / FLOOR). Without it one word that a model is wrong about
# outweighs a sentence. 0.01 was the best of 1e-6 to 0.03 on texts of 2 to 15 validation words, some of them foreign.
FLOOR = 0.01
_TINY = 1e-9  # so that languages whose probabilities are all 0 share equally
_PLAIN_LETTER = re.compile("[A-Za-z]")
_INSIDE = frozenset("LMN")  # general categories at the ends of a word: letters, marks, numbers


def tokens_of(text: str) -> list[tuple[str, str]]:
    """Return the tokens between white space, each with its word.

    A word is a token without the punctuation around it; apostrophes, hyphens and all else inside
    stay. The word of a token without letters, such as a number or a dash, is "".
    """
    return [(token, _without_punctuation(token) if _has_letter(token) else "") for token in text.split()]


def words_of(text: str) -> list[str]:
    """Return the words of `text`; none without a letter."""
    return [word for _, word in tokens_of(text) if word]


def _has_letter(token: str) -> bool:
    # Normalised, since some apostrophes are letters to Unicode.
    return bool(_PLAIN_LETTER.search(token)) or any(character.isalpha() for character in normalise(token))


def _without_punctuation(token: str) -> str:
    if token[0].isalnum() and token[-1].isalnum():
        return token
    inside = [place for place, character in enumerate(token) if unicodedata.category(character)[0] in _INSIDE]
    return token[inside[0] : inside[-1] + 1]


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
