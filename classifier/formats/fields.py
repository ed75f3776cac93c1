"""Puts answers into the one shape that the API, the command line and the pages show."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from classifier.languages import language_name
from classifier.ml.identifier import Answer


@dataclass(frozen=True, slots=True)
class Comparison:
    """What all models that serve say about the same word or text, best model first."""

    answers: tuple[Answer, ...]
    unavailable: tuple[str, ...] = ()  # names of the models that were asked as well, but cannot answer

    @property
    def agreeing(self) -> list[Answer]:
        """The answers that say what most models say: the same language, `several` or `unsure`.

        When two opinions have equally many models, the better model's counts.
        """
        [(opinion, _)] = Counter(map(_opinion, self.answers)).most_common(1)
        return [answer for answer in self.answers if _opinion(answer) == opinion]

    @property
    def agreement(self) -> float:
        """The share of the models that say what most of them say."""
        return round(len(self.agreeing) / len(self.answers), 4)


def _opinion(answer: Answer) -> str:
    return answer.language or answer.verdict


def answer_fields(answer: Answer) -> dict[str, Any]:
    """Return the documented fields of an answer, ready for JSON; `words` when there are several."""
    words = {"words": [_own_fields(word) for word in answer.words]} if answer.words else {}
    return {
        "word": answer.word,
        "model": answer.model,
        "model_version": answer.model_version,
        **_found_fields(answer),
        **words,
    }


def comparison_fields(comparison: Comparison) -> dict[str, Any]:
    """Return the documented fields of several models' answers, ready for JSON."""
    return {
        "word": comparison.answers[0].word,
        "answers": [answer_fields(answer) for answer in comparison.answers],
        "agreement": comparison.agreement,
        "unavailable": list(comparison.unavailable),
    }


def _own_fields(word: Answer) -> dict[str, Any]:
    return {"word": word.word, **_found_fields(word)}


def _found_fields(answer: Answer) -> dict[str, Any]:
    return {
        "language": answer.language,
        "verdict": answer.verdict,
        "candidates": [
            {
                "language": candidate.language,
                "name": language_name(candidate.language),
                "probability": candidate.probability,
            }
            for candidate in answer.candidates
        ],
        "undetermined": answer.undetermined,
    }
