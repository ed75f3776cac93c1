"""JSON fields of answers, for the API, commands and pages."""

from typing import Any

from classifier.languages import language_name
from classifier.ml.answers import Answer, Comparison
from classifier.models import Prediction

PREDICTION_KIND, COMPARISON_KIND = "prediction", "comparison"


def answer_fields(answer: Answer) -> dict[str, Any]:
    """Return the documented JSON fields of an answer.

    `mixed` and `words` are there only for a text.
    """
    words = [_word_fields(word) for word in answer.words]
    return {
        "word": answer.word,
        "model": answer.model,
        "model_version": answer.model_version,
        **_result_fields(answer),
        **({"mixed": bool(answer.mixture), "words": words} if words else {}),
    }


def comparison_fields(comparison: Comparison) -> dict[str, Any]:
    """Return the documented JSON fields of a comparison."""
    return {
        "word": comparison.answers[0].word,
        "answers": [answer_fields(answer) for answer in comparison.answers],
        "agreement": comparison.agreement,
        "unavailable": list(comparison.unavailable),
    }


def _word_fields(word: Answer) -> dict[str, Any]:
    return {"word": word.word, **_result_fields(word)}


def _result_fields(answer: Answer) -> dict[str, Any]:
    return {
        "language": answer.language,
        "verdict": answer.verdict,
        "set": list(answer.set),
        "confidence": answer.confidence,
        "candidates": [
            {
                "language": candidate.language,
                "name": language_name(candidate.language),
                "probability": candidate.probability,
            }
            for candidate in answer.candidates
        ],
        "remainder": answer.remainder,
        "undetermined": answer.undetermined,
    }


def prediction_fields(prediction: Prediction, owner: str) -> dict[str, Any]:
    """Return the documented JSON fields of a prediction.

    The correction is that of `owner`, the reader. A private prediction has no id, since it has no address.
    """
    comparison = prediction.comparison()
    return {
        "id": None if prediction.private else str(prediction.public_id),
        "kind": COMPARISON_KIND if comparison else PREDICTION_KIND,
        **(comparison_fields(comparison) if comparison else answer_fields(prediction.answer())),
        "correction": prediction.correction_fields(owner),
        **prediction.review_fields(),
        "created_at": prediction.created,
    }
