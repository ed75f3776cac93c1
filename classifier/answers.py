"""Puts answers into the one shape that the API, the command line and the pages show."""

from typing import Any

from classifier.languages import language_name
from classifier.ml.identifier import Answer


def answer_fields(answer: Answer) -> dict[str, Any]:
    """Return the documented fields of an answer, ready for JSON."""
    return {
        "word": answer.word,
        "model": answer.model,
        "model_version": answer.model_version,
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
