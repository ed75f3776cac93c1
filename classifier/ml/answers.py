"""Answers of one model and comparisons of several, as values."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from classifier.ml.verdict import MOSTLY_UNDETERMINED, SEVERAL, SINGLE, UNDETERMINED, UNSURE

SHARED = 0.1  # least probability of a third language that shares a word


@dataclass(frozen=True, slots=True)
class Candidate:
    """A language and its probability among the requested languages."""

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
    words: tuple["Answer", ...] = ()  # one answer a word, when there are several

    @property
    def sharing(self) -> tuple[str, ...]:
        """Languages that share a word, most probable first.

        Two or more with the verdict `several`, none with another.
        """
        if self.verdict != SEVERAL:
            return ()
        others = (candidate for candidate in self.candidates[2:] if candidate.probability >= SHARED)
        return tuple(candidate.language for candidate in (*self.candidates[:2], *others))

    @property
    def mixture(self) -> tuple[str, ...]:
        """Languages of a text whose words are of different languages, most frequent first.

        Two or more when none of them has all words of the text. A text in a language that the model does not know is
        no mixture, though some words of it look like ours.
        """
        possible = [{word.language, *word.sharing} - {None} for word in self.words if word.verdict != UNSURE]
        if self.verdict == SINGLE or self.undetermined >= MOSTLY_UNDETERMINED or not possible:
            return ()
        if set.intersection(*possible):
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


@dataclass(frozen=True, slots=True)
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


def rank(probabilities: dict[str, float], languages: Sequence[str] = ()) -> tuple[Candidate, ...]:
    """Return candidates, most probable first, with sum 1.

    Probabilities are renormalised over `languages` (default: all labels but `und`) and rounded to
    four decimals; the first takes the remainder, so that the sum is exact.
    """
    languages = list(dict.fromkeys(languages)) or [label for label in probabilities if label != UNDETERMINED]
    total = sum(probabilities[language] for language in languages)
    scaled = {language: probabilities[language] / total if total else 1 / len(languages) for language in languages}
    first, *rest = sorted(languages, key=lambda language: -scaled[language])
    others = [Candidate(language, round(scaled[language], 4)) for language in rest]
    remainder = round(1.0 - sum(candidate.probability for candidate in others), 4)
    return Candidate(first, remainder), *others
