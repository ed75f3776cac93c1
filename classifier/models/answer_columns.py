"""Answers as columns of a prediction, and back."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from classifier.languages import MULTIPLE
from classifier.ml.answers import Answer, Comparison, rank, read_candidates
from classifier.ml.candidates import DECIMALS
from classifier.ml.verdict import SEVERAL, SINGLE, UNDETERMINED, UNSURE
from classifier.models.keys import key_of

MODEL_COLUMNS = ("model", "model_version", "probabilities", "language", "verdict", "set", "confidence")


def answer_label(verdict: str, language: str) -> str:
    """Return an answer in the vocabulary of feedback."""
    return {SINGLE: language, SEVERAL: MULTIPLE, UNSURE: UNDETERMINED}[verdict]


def model_columns(answer: Answer) -> dict[str, Any]:
    """Return the columns of one model's answer."""
    return {"model": answer.model, "model_version": answer.model_version, **verdict_columns(answer)}


def verdict_columns(answer: Answer) -> dict[str, Any]:
    """Return the columns of an answer without its model."""
    return {
        "probabilities": answer.probabilities,
        "language": answer.language or "",
        "verdict": answer.verdict,
        "set": list(answer.set),
        **({} if answer.confidence is None else {"confidence": answer.confidence}),
    }


def word_columns(comparison: Comparison) -> dict[str, Any]:
    """Return the columns `word`, `word_key` and `words`."""
    best = comparison.answers[0]
    columns: dict[str, Any] = {"word": best.word, "word_key": key_of(best.word), "words": []}
    if best.words:
        columns["words"] = [
            {"word": answers[0].word, "said": [verdict_columns(answer) for answer in answers]}
            for answers in zip(*(answer.words for answer in comparison.answers), strict=True)
        ]
    return columns


def answer_of(columns: Mapping[str, Any], word: str, languages: Sequence[str], words: Iterable[Answer] = ()) -> Answer:
    """Rebuild an answer from its columns and its words' answers."""
    probabilities = columns["probabilities"]
    members = columns.get("set")
    if members is None:  # stored with the model's whole output, before there were sets
        candidates, remainder = rank(probabilities, languages), 0.0
    else:
        candidates, remainder = read_candidates(probabilities)
    answer = Answer(
        word=word,
        model=columns["model"],
        model_version=columns["model_version"],
        language=columns["language"] or None,
        verdict=columns["verdict"],
        candidates=candidates,
        undetermined=round(probabilities[UNDETERMINED], DECIMALS),
        probabilities=probabilities,
        words=tuple(words),
        confidence=columns.get("confidence"),
        remainder=remainder,
    )
    answer.set = answer.named if members is None else tuple(members)
    return answer
