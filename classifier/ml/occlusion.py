"""Explanations of answers by occlusion of letters and words.

Each part is left out once, and the change of the answer's probability is its effect (Zeiler and
Fergus 2014). This needs only the model's output.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from classifier.ml.answers import Answer, WordAnswers
from classifier.ml.texts import combine, normalise_rows, words_of
from classifier.ml.verdict import MOSTLY_UNDETERMINED, UNDETERMINED

_DECIMALS = 4

Judge = Callable[[Sequence[str]], WordAnswers]


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


def occlude_letters(answer: Answer, judge: Judge) -> Explanation:
    """Explain the answer for one word by its letters.

    `judge` is called once, with all shortened words.
    """
    letters = letters_of(next(iter(words_of(answer.word)), answer.word))
    if len(letters) < 2:
        return _explanation(answer, parts=[], rest=[])
    rows = judge(["".join(letters[:place] + letters[place + 1 :]) for place in range(len(letters))])
    label = _explained_label(answer)
    if label == UNDETERMINED:
        return _explanation(answer, letters, rows.undetermined.tolist())
    return _explanation(answer, letters, rows.shares_by_language[:, rows.languages.index(label)].tolist())


def occlude_words(answer: Answer) -> Explanation:
    """Explain the answer for a text by its words.

    Computed from the answers for the words; the model does not run.
    """
    languages = [candidate.language for candidate in answer.candidates]
    # A candidate that the answer for a word does not keep has hardly any probability there.
    table = [[word.probabilities.get(label, 0.0) for label in (*languages, UNDETERMINED)] for word in answer.words]
    output = np.array(table)
    shares, undetermined = normalise_rows(output[:, :-1]), output[:, -1]
    place = [*languages, UNDETERMINED].index(_explained_label(answer))
    rest = []
    for left_out in range(len(output)):
        combined, none = combine(np.delete(shares, left_out, axis=0), np.delete(undetermined, left_out))
        rest.append(float([*combined, none][place]))
    return _explanation(answer, [word.word for word in answer.words], rest)


def letters_of(word: str) -> list[str]:
    """Split a word into letters with their combining marks."""
    letters: list[str] = []
    for character in word:
        if letters and unicodedata.category(character).startswith("M"):
            letters[-1] += character
        else:
            letters.append(character)
    return letters


def _explanation(answer: Answer, parts: Sequence[str], rest: Sequence[float]) -> Explanation:
    """Compare the probability of the answer with those without each part."""
    label = _explained_label(answer)
    shares = {candidate.language: candidate.probability for candidate in answer.candidates}
    whole = answer.undetermined if label == UNDETERMINED else shares[label]
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
