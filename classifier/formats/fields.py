"""Puts answers into the one shape that the API, the command line and the pages show."""

from typing import Any

from classifier.languages import language_name
from classifier.ml.answers import Answer, Comparison


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
