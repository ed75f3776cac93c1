"""Explains an answer: leaves out one letter of a word, or one word of a text, and watches the probability."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.ml.answers import Answer
from classifier.ml.artifacts import UNDETERMINED
from classifier.ml.texts import combine, normalised, words_of

NONE_LIKELY = 0.5  # from here on "none of these" is what an unsure answer says
_DECIMALS = 4

Probabilities = Callable[[Sequence[str]], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Part:
    """A letter with its marks, or a word of a text."""

    text: str
    without: float  # how probable the answer is when this is left out
    change: float  # what it adds to the answer's probability; below 0 it speaks against


@dataclass(frozen=True, slots=True)
class Explanation:
    """What each part of a word or text did to the answer."""

    label: str  # the language whose probability is watched, or `und`
    probability: float  # of the whole
    parts: tuple[Part, ...]  # in their order; none where nothing can be left out

    @property
    def strongest(self) -> Part | None:
        """The part that moved the answer most, either way."""
        return max(self.parts, key=lambda part: abs(part.change), default=None)


def without_each_letter(answer: Answer, labels: Sequence[str], probabilities: Probabilities) -> Explanation:
    """Return what each letter of a word did; all shortened words go through the model's `probabilities` at once.

    `labels` are the model's, in the order of its output. Leaving out is the plainest of the methods of
    occlusion (Zeiler and Fergus 2014): it needs nothing of the model but its answers.
    """
    letters = letters_of(next(iter(words_of(answer.word)), answer.word))
    if len(letters) < 2:
        return _explanation(answer, texts=[], found=[])
    shortened = ["".join(letters[:place] + letters[place + 1 :]) for place in range(len(letters))]
    output = probabilities(shortened)
    languages = [candidate.language for candidate in answer.candidates]
    shares = normalised(output[:, [labels.index(language) for language in languages]])
    found = zip(shares, output[:, labels.index(UNDETERMINED)].tolist(), strict=True)
    return _explanation(answer, letters, list(found))


def without_each_word(answer: Answer) -> Explanation:
    """Return what each word of a text did; the answer knows all that is needed."""
    return _explanation(answer, [word.word for word in answer.words], list(_texts_without_each_word(answer)))


def letters_of(word: str) -> list[str]:
    """Return the letters of a word, each with the marks that follow it."""
    letters: list[str] = []
    for character in word:
        if letters and unicodedata.category(character).startswith("M"):
            letters[-1] += character
        else:
            letters.append(character)
    return letters


def _texts_without_each_word(answer: Answer) -> Iterator[tuple[NDArray[np.float64], float]]:
    labels = [*(candidate.language for candidate in answer.candidates), UNDETERMINED]
    output = np.array([[word.probabilities[label] for label in labels] for word in answer.words])
    shares, undetermined = normalised(output[:, :-1]), output[:, -1]
    for place in range(len(output)):
        yield combine(np.delete(shares, place, axis=0), np.delete(undetermined, place))


def _explanation(
    answer: Answer, texts: Sequence[str], found: Sequence[tuple[NDArray[np.float64], float]]
) -> Explanation:
    """Return the explanation from the languages' shares and `und` that were `found` without each part."""
    label = _explained(answer)
    languages = [candidate.language for candidate in answer.candidates]
    whole = answer.undetermined if label == UNDETERMINED else answer.candidates[languages.index(label)].probability
    rest = [none if label == UNDETERMINED else float(shares[languages.index(label)]) for shares, none in found]
    parts = [
        Part(text, round(without, _DECIMALS), round(whole - without, _DECIMALS))
        for text, without in zip(texts, rest, strict=True)
    ]
    return Explanation(label, whole, tuple(parts))


def _explained(answer: Answer) -> str:
    """Return what the answer says, or of several languages the first."""
    if answer.language is None and answer.undetermined >= NONE_LIKELY:
        return UNDETERMINED
    return answer.candidates[0].language
