"""Answers for words and texts, of one model or of several compared."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from classifier.ml.artifacts import UNDETERMINED
from classifier.ml.verdict import SEVERAL

SHARED = 0.1  # from this share on, a third language counts among those that share a word


@dataclass(frozen=True, slots=True)
class Candidate:
    """A language and its probability among the requested ones."""

    language: str
    probability: float


@dataclass(frozen=True, slots=True)
class Answer:
    """One model's answer for a word or a text."""

    word: str
    model: str
    model_version: str
    language: str | None  # only when the verdict is `single`
    verdict: str
    candidates: tuple[Candidate, ...]  # most probable first, sum 1
    undetermined: float
    probabilities: dict[str, float]  # the model's output by label, `und` included
    words: tuple["Answer", ...] = ()  # each word's own answer, when there are several

    @property
    def sharing(self) -> tuple[str, ...]:
        """Languages that share a word of the verdict `several`, most probable first: two or more.

        Empty for any other verdict.
        """
        if self.verdict != SEVERAL:
            return ()
        others = (candidate for candidate in self.candidates[2:] if candidate.probability >= SHARED)
        return tuple(candidate.language for candidate in (*self.candidates[:2], *others))


@dataclass(frozen=True, slots=True)
class Comparison:
    """The answers of one model or several for the same word or text, best model first."""

    answers: tuple[Answer, ...]
    unavailable: tuple[str, ...] = ()  # names of the models that cannot answer

    @property
    def agreeing(self) -> list[Answer]:
        """The answers that the most models give: the same language, `several` or `unsure`.

        When two opinions have equally many models, the better model's counts.
        """
        [(opinion, _)] = Counter(map(_opinion, self.answers)).most_common(1)
        return [answer for answer in self.answers if _opinion(answer) == opinion]

    @property
    def agreement(self) -> float:
        """The share of the models that agree with most of them."""
        return round(len(self.agreeing) / len(self.answers), 4)


def _opinion(answer: Answer) -> str:
    return answer.language or answer.verdict


def rank(probabilities: dict[str, float], languages: Sequence[str] = ()) -> tuple[Candidate, ...]:
    """Return candidates, most probable first, to four decimals whose sum is 1."""
    languages = list(dict.fromkeys(languages)) or [label for label in probabilities if label != UNDETERMINED]
    total = sum(probabilities[language] for language in languages)
    shares = {language: probabilities[language] / total if total else 1 / len(languages) for language in languages}
    first, *rest = sorted(languages, key=lambda language: -shares[language])
    others = [Candidate(language, round(shares[language], 4)) for language in rest]
    remainder = round(1 - sum(candidate.probability for candidate in others), 4)
    return Candidate(first, remainder), *others
