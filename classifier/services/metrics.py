"""Counters of answers and feedback, for Prometheus."""

from collections import Counter
from collections.abc import Iterable

import prometheus_client

from classifier.models import Prediction

_predictions = prometheus_client.Counter(
    "languages_predictions", "Answers for a word or text", ["model", "version", "verdict"]
)
_feedback = prometheus_client.Counter("languages_feedback", "Feedback submitted", ["kind"])


def count_predictions(rows: Iterable[Prediction]) -> None:
    """Count answers by model, version and verdict; of a comparison, the best model's."""
    for labels, number in Counter((row.model, row.model_version, row.verdict) for row in rows).items():
        _predictions.labels(*labels).inc(number)


def count_feedback(kind: str) -> None:
    """Count a confirmation or correction."""
    _feedback.labels(kind).inc()
