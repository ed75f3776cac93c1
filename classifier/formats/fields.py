"""Puts answers into the one shape that the API, the command line and the pages show."""

from typing import Any

from classifier.languages import language_name
from classifier.ml.answers import Answer, Comparison
from classifier.models import Prediction


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


def prediction_fields(prediction: Prediction, owner: str) -> dict[str, Any]:
    """Return the answer or answers as documented; a private prediction has no id, since it has no address."""
    comparison = prediction.comparison()
    return {
        "id": None if prediction.private else str(prediction.public_id),
        **(comparison_fields(comparison) if comparison else answer_fields(prediction.answer())),
        "correction": prediction.correction(owner),
        "reviewed": prediction.reviewed(),
        "created_at": prediction.created,
    }
