"""Knows what a stored row keeps of answers, and how they are rebuilt from it."""

from collections.abc import Mapping, Sequence
from typing import Any

from classifier.ml.answers import Answer, rank
from classifier.ml.artifacts import UNDETERMINED


def said(answer: Answer) -> dict[str, Any]:
    """Return what a row keeps of one model's answer, but for its words."""
    return {"model": answer.model, "model_version": answer.model_version, **_found(answer)}


def words_said(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """Return the words of a text, each once, with what each of the models said about it."""
    return [
        {"word": own[0].word, "said": [_found(answer) for answer in own]}
        for own in zip(*(answer.words for answer in answers), strict=True)
    ]


def rebuilt(
    text: str, kept: Mapping[str, Any], languages: Sequence[str], words: Sequence[Mapping[str, Any]] = ()
) -> Answer:
    """Return the answer that was `kept` by `said`, with `words` those of its model."""
    return Answer(
        word=text,
        model=kept["model"],
        model_version=kept["model_version"],
        language=kept["language"] or None,
        verdict=kept["verdict"],
        candidates=rank(kept["probabilities"], languages),
        undetermined=round(kept["probabilities"][UNDETERMINED], 4),
        probabilities=kept["probabilities"],
        words=tuple(rebuilt(word["word"], {**kept, **word}, languages) for word in words),
    )


def _found(answer: Answer) -> dict[str, Any]:
    return {
        "probabilities": answer.probabilities,
        "language": answer.language or "",
        "verdict": answer.verdict,
    }
