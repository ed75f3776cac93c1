"""Takes a text apart into its words, and puts what a model says about each of them together again."""

import re
import unicodedata

import numpy as np
from numpy.typing import NDArray

from classifier.ml.encoding import normalise

Floats = NDArray[np.float64]

# What a word may say at most against a language: log(1 / FLOOR). Without it one word that a model is wrong about
# outweighs a sentence. 0.01 was the best of 1e-6 to 0.03 on texts of 2 to 15 validation words, some of them foreign.
FLOOR = 0.01
_TINY = 1e-9  # so that languages whose probabilities are all 0 share equally
_PLAIN_LETTER = re.compile("[A-Za-z]")
_INSIDE = frozenset("LMN")  # general categories of what a word begins and ends with: letters, marks, numbers


def tokens_of(text: str) -> list[tuple[str, str]]:
    """Return what white space separates in `text`, each with the word in it, if there is one.

    A word is a token without the punctuation around it; apostrophes, hyphens and all else inside
    stay. A token without letters, such as a number or a dash, holds no word: the empty string.
    """
    return [(token, _without_punctuation(token) if _has_letter(token) else "") for token in text.split()]


def words_of(text: str) -> list[str]:
    """Return the words of `text`; none when there is no letter in it."""
    return [word for _, word in tokens_of(text) if word]


def _has_letter(token: str) -> bool:
    # Normalised, since some apostrophes are letters to Unicode.
    return bool(_PLAIN_LETTER.search(token)) or any(character.isalpha() for character in normalise(token))


def _without_punctuation(token: str) -> str:
    if token[0].isalnum() and token[-1].isalnum():
        return token
    inside = [place for place, character in enumerate(token) if unicodedata.category(character)[0] in _INSIDE]
    return token[inside[0] : inside[-1] + 1]


def normalised(probabilities: Floats) -> Floats:
    """Return the languages' probabilities (words, languages) scaled so that each row has sum 1."""
    shares = probabilities + _TINY
    scaled: Floats = shares / shares.sum(axis=1, keepdims=True)
    return scaled


def combine(shares: Floats, undetermined: Floats) -> tuple[Floats, float]:
    """Return the languages' probabilities (languages,) for a text, and that it belongs to none of them.

    `shares` (words, languages), each row with sum 1, and `undetermined` (words,) are a model's about
    the words. Their evidence is summed as naive Bayes does, log(share + FLOOR), each word weighted by
    its probability of being of these languages at all, the surest weighing 1: so names and foreign
    words decide little. A text belongs to none of them as far as its words do: the mean.
    """
    known = 1 - undetermined
    weights = known / max(known.max(), FLOOR)
    evidence = weights @ np.log(shares + FLOOR)
    likelihoods = np.exp(evidence - evidence.max())
    return likelihoods / likelihoods.sum(), float(undetermined.mean())
