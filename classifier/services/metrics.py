"""Metrics of answers, feedback and the queue of writers, for Prometheus."""

from collections import Counter
from collections.abc import Iterable

import prometheus_client

from classifier.models import Prediction

_predictions = prometheus_client.Counter(
    "languages_predictions", "Answers for a word or text", ["model", "version", "verdict"]
)
_feedback = prometheus_client.Counter("languages_feedback", "Feedback submitted", ["kind"])
_group_size = prometheus_client.Histogram(
    "languages_commit_group", "Units stored by one commit", buckets=[1, 2, 4, 8, 16, 32]
)
_group_seconds = prometheus_client.Histogram("languages_commit_wait_seconds", "Wait of a group for its turn to commit")


def observe_group(size: int, seconds: float) -> None:
    """Observe the number of units of a commit and their wait."""
    _group_size.observe(size)
    _group_seconds.observe(seconds)


def count_predictions(rows: Iterable[Prediction]) -> None:
    """Count answers by model, version and verdict; of a comparison, the best model's."""
    for labels, number in Counter((row.model, row.model_version, row.verdict) for row in rows).items():
        _predictions.labels(*labels).inc(number)


def count_feedback(kind: str) -> None:
    """Count a confirmation or correction."""
    _feedback.labels(kind).inc()
