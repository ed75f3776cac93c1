"""Answers of one model and comparisons of several, as values.

Nobody changes them. They are not frozen, since that would triple the time of making one.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.ml.candidates import DECIMALS, FINE_UNITS
from classifier.ml.verdict import MOSTLY_UNDETERMINED, SEVERAL, SINGLE, UNDETERMINED, UNSURE, VERDICTS

SHARED = 0.1  # least probability of a third language that shares a word
_NEAR = 1e-6  # to the middle of two roundings, in units of the last decimal


@dataclass(slots=True)
class Candidate:
    """A language and its probability among the requested languages."""

    language: str
    probability: float


@dataclass(slots=True)
class Answer:
    """One model's answer for a word or a text."""

    word: str
    model: str
    model_version: str
    language: str | None  # only when the verdict is `single`
    verdict: str
    candidates: tuple[Candidate, ...]  # most probable first, sum 1 with `remainder`
    undetermined: float
    probabilities: dict[str, float]  # the model's output by label, `und` included
    words: tuple["Answer", ...] = ()  # one answer a word, when there are several
    set: tuple[str, ...] = ()  # the prediction set, most probable first; without calibration, the languages named
    confidence: float | None = None  # that the set holds the language of a word; None without calibration
    remainder: float = 0.0  # probability of the candidates that are left out

    @property
    def sharing(self) -> tuple[str, ...]:
        """Languages that share a word, most probable first.

        Two or more with the verdict `several`, none with another.
        """
        if self.verdict != SEVERAL:
            return ()
        if self.confidence is not None:
            return self.set
        others = (candidate for candidate in self.candidates[2:] if candidate.probability >= SHARED)
        return tuple(candidate.language for candidate in (*self.candidates[:2], *others))

    @property
    def mixture(self) -> tuple[str, ...]:
        """Languages of a text whose words are of different languages, most frequent first.

        Two or more when none of them has all words of the text. A text in a language that the model does not know is
        no mixture, though some words of it look like ours.
        """
        if not self.words:
            return ()
        possible = [{word.language, *word.sharing} - {None} for word in self.words if word.verdict != UNSURE]
        if self.verdict == SINGLE or self.undetermined >= MOSTLY_UNDETERMINED or not possible:
            return ()
        if possible[0].intersection(*possible):
            return ()
        named = Counter(word.language for word in self.words if word.language)
        for word in self.words:
            if named.keys().isdisjoint(word.sharing):
                named.update(word.sharing[:1])
        return tuple(language for language, _ in named.most_common())

    @property
    def named(self) -> tuple[str, ...]:
        """Languages that the answer names: one, several that share the word or are mixed, or none."""
        return self.mixture or self.sharing or ((self.language,) if self.language else ())

    @property
    def is_unlike_its_language(self) -> bool:
        """Whether only one language comes into question, but nearly all of its words have less `und`."""
        return self.verdict == UNSURE and self.set == (self.candidates[0].language,)


@dataclass(slots=True)
class Comparison:
    """Answers of one model or several, best model first."""

    answers: tuple[Answer, ...]
    unavailable: tuple[str, ...] = ()  # names of the models that cannot answer

    @property
    def opinions(self) -> list[list[Answer]]:
        """Answers that name the same languages, in any order, together: the most frequent first, then the best."""
        together: dict[frozenset[str], list[Answer]] = {}
        for answer in self.answers:
            together.setdefault(frozenset(answer.named), []).append(answer)
        return sorted(together.values(), key=len, reverse=True)

    @property
    def majority(self) -> Sequence[Answer]:
        """Answers with the most frequent opinion; none when two are equally frequent."""
        first, *others = self.opinions
        return () if others and len(others[0]) == len(first) else first

    @property
    def agreement(self) -> float:
        """Share of the models with the most frequent opinion."""
        return round(len(self.opinions[0]) / len(self.answers), 4)


@dataclass(slots=True)
class WordAnswers:
    """One model's answers to single words, as columns.

    Tables are (words, ranks): the most probable candidate first, up to the last one that is kept in any row.
    """

    words: Sequence[str]
    model: str
    model_version: str
    languages: Sequence[str]  # the candidates
    confidence: float | None  # of the prediction sets
    order: NDArray[np.intp]  # table of places in `languages`
    kept: NDArray[np.bool_]  # table: whether the answer holds this candidate
    shares: NDArray[np.float64]  # table of probabilities, 0 if not kept; sum 1 with the remainder
    remainders: NDArray[np.float64]  # (words,)
    undetermined: NDArray[np.float64]  # (words,)
    members: NDArray[np.bool_]  # table: whether the candidate is in the set
    verdicts: NDArray[np.intp]  # (words,): places in VERDICTS
    fine: NDArray[np.float64]  # table of probabilities that are stored, sum 1 with `und` and what is left out
    fine_undetermined: NDArray[np.float64]  # (words,)

    @property
    def named(self) -> NDArray[np.intp]:
        """The place of each word's language, (words,); after the last one for none."""
        return np.where(self.verdicts == VERDICTS.index(SINGLE), self.order[:, 0], len(self.languages))

    @property
    def shares_by_language(self) -> NDArray[np.float64]:
        """The probabilities in the order of `languages`, (words, languages); 0 for those that are not kept."""
        shares = np.zeros((len(self.words), len(self.languages)))
        np.put_along_axis(shares, self.order, self.shares, axis=1)
        return shares


def take(values: Sequence[Any], places: NDArray[np.intp]) -> list[Any]:
    """Return the values at these places, in lists of the same shape."""
    taken: list[Any] = np.array(values, object)[places].tolist()
    return taken


def read_candidates(probabilities: dict[str, float]) -> tuple[tuple[Candidate, ...], float]:
    """Return the candidates that are stored, most probable first, and the remainder.

    `probabilities` are those of an answer.
    """
    stored = {code: value for code, value in probabilities.items() if code != UNDETERMINED}
    known = 1 - probabilities[UNDETERMINED]
    first, *others = sorted(stored, key=lambda code: (-stored[code], code))
    left = 1 - sum(round(value * FINE_UNITS) for value in stored.values()) / FINE_UNITS / known
    remainder = round(max(left, 0.0), DECIMALS)
    rest = [Candidate(code, round(stored[code] / known, DECIMALS)) for code in others]
    share = round(1.0 - sum([candidate.probability for candidate in rest]) - remainder, DECIMALS)
    return (Candidate(first, share), *rest), remainder


def rank(probabilities: dict[str, float], languages: Sequence[str] = ()) -> tuple[Candidate, ...]:
    """Return the candidates of an answer that was stored with a model's whole output, most probable first, with sum 1.

    Probabilities are renormalised over `languages` (default: all labels but `und`) and rounded to
    four decimals; the first takes the remainder, so that the sum is exact.
    """
    languages = list(dict.fromkeys(languages)) or [label for label in probabilities if label != UNDETERMINED]
    # Not sum(), whose last bits depend on the version of Python.
    total = reduce(add, [probabilities[language] for language in languages])
    scaled = {language: probabilities[language] / total if total else 1 / len(languages) for language in languages}
    first, *rest = sorted(languages, key=lambda language: -scaled[language])
    others = [Candidate(language, round(scaled[language], DECIMALS)) for language in rest]
    remainder = round(1.0 - sum([candidate.probability for candidate in others]), DECIMALS)
    return Candidate(first, remainder), *others


def round_each(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round to four decimals exactly as round() does, which NumPy does not in the middle of two."""
    rounded = values.round(DECIMALS)
    scaled = values * 10**DECIMALS
    middle = np.abs(scaled - np.floor(scaled) - 0.5) < _NEAR
    if middle.any():
        rounded[middle] = [round(value, DECIMALS) for value in values[middle].tolist()]
    return rounded
