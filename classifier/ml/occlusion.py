"""Explanations of answers by occlusion of letters and words.

Each part is left out once, and the change of the answer's probability is its effect (Zeiler and
Fergus 2014). This needs only the model's output.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.ml.answers import Answer
from classifier.ml.texts import combine, normalise_rows, words_of
from classifier.ml.verdict import MOSTLY_UNDETERMINED, UNDETERMINED

_DECIMALS = 4

Predict = Callable[[Sequence[str]], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Part:
    """A letter or word and its effect."""

    text: str
    probability_without: float  # the answer's probability with this part left out
    change: float  # added to the answer's probability by this part; negative: it speaks against


@dataclass(frozen=True, slots=True)
class Explanation:
    """Effects of all parts of a word or text."""

    label: str  # the language that the probabilities are of, or `und`
    probability: float  # of the whole
    parts: tuple[Part, ...]  # in their order; empty when there is only one

    @property
    def strongest(self) -> Part | None:
        """The part with the largest effect, for or against."""
        return max(self.parts, key=lambda part: abs(part.change), default=None)


def occlude_letters(answer: Answer, labels: Sequence[str], predict: Predict) -> Explanation:
    """Explain the answer for one word by its letters.

    `labels` are the model's, in the order of its output. `predict` is called once, with all
    shortened words, and returns (words, labels).
    """
    letters = letters_of(next(iter(words_of(answer.word)), answer.word))
    if len(letters) < 2:
        return _explanation(answer, parts=[], outputs=[])
    shortened = ["".join(letters[:place] + letters[place + 1 :]) for place in range(len(letters))]
    output = predict(shortened)
    languages = [candidate.language for candidate in answer.candidates]
    probabilities = normalise_rows(output[:, [labels.index(language) for language in languages]])
    undetermined = output[:, labels.index(UNDETERMINED)].tolist()
    return _explanation(answer, letters, list(zip(probabilities, undetermined, strict=True)))


def occlude_words(answer: Answer) -> Explanation:
    """Explain the answer for a text by its words.

    Computed from the answers for the words; the model does not run.
    """
    return _explanation(answer, [word.word for word in answer.words], list(_outputs_without_each_word(answer)))


def letters_of(word: str) -> list[str]:
    """Split a word into letters with their combining marks."""
    letters: list[str] = []
    for character in word:
        if letters and unicodedata.category(character).startswith("M"):
            letters[-1] += character
        else:
            letters.append(character)
    return letters


def _outputs_without_each_word(answer: Answer) -> Iterator[tuple[NDArray[np.float64], float]]:
    labels = [*(candidate.language for candidate in answer.candidates), UNDETERMINED]
    output = np.array([[word.probabilities[label] for label in labels] for word in answer.words])
    probabilities, undetermined = normalise_rows(output[:, :-1]), output[:, -1]
    for place in range(len(output)):
        yield combine(np.delete(probabilities, place, axis=0), np.delete(undetermined, place))


def _explanation(
    answer: Answer, parts: Sequence[str], outputs: Sequence[tuple[NDArray[np.float64], float]]
) -> Explanation:
    """Compare the answer with the outputs without each part.

    An output is the probabilities (languages,) and `und`.
    """
    label = _explained_label(answer)
    languages = [candidate.language for candidate in answer.candidates]
    place = None if label == UNDETERMINED else languages.index(label)
    whole = answer.undetermined if place is None else answer.candidates[place].probability
    rest = [undetermined if place is None else float(output[place]) for output, undetermined in outputs]
    return Explanation(
        label,
        whole,
        tuple(
            Part(text, round(without, _DECIMALS), round(whole - without, _DECIMALS))
            for text, without in zip(parts, rest, strict=True)
        ),
    )


def _explained_label(answer: Answer) -> str:
    if answer.language is None and answer.undetermined >= MOSTLY_UNDETERMINED:
        return UNDETERMINED
    return answer.candidates[0].language
