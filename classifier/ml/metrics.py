"""Computes scores from probabilities and true languages: accuracy, calibration, confusion."""

from collections.abc import Sequence
from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int_]
BINS = 10
BANDS = ((1, 3), (4, 5), (6, 7), (8, 9), (10, 12), (13, None))  # letters a word
_LEAST = 1e-9  # a language given less probability costs no more
_ERROR = 1.96  # standard errors on each side of a 95 % interval


class Interval(NamedTuple):
    """A share that was measured, and the bounds of its 95 % interval."""

    value: float
    low: float
    high: float


def languages_only(output: Floats, labels: Sequence[str], languages: Sequence[str]) -> Floats:
    """Return the probabilities (texts, languages) without `und`, each row with sum 1."""
    shares = output[:, [labels.index(language) for language in languages]]
    total = shares.sum(axis=1, keepdims=True)
    scaled: Floats = np.where(total > 0, shares / np.maximum(total, _LEAST), 1 / len(languages))
    return scaled


def confusion_matrix(truth: Indices, answered: Indices, languages: int) -> Indices:
    """Count texts by true language (rows) and answered language (columns)."""
    counts = np.zeros((languages, languages), int)
    np.add.at(counts, (truth, answered), 1)
    return counts


def classification_scores(confusion: Indices, languages: Sequence[str]) -> dict[str, Any]:
    """Return accuracy, accuracy by language (recall) and macro-F1 of a confusion matrix.

    A language of which there are no texts has no accuracy (None) and no part in macro-F1.
    """
    right, there = np.diag(confusion), confusion.sum(axis=1)
    f1 = 2 * right / np.maximum(confusion.sum(axis=0) + there, 1)
    return {
        "accuracy": rounded(right.sum() / confusion.sum()),
        "by_language": {
            language: rounded(right[row] / there[row]) if there[row] else None for row, language in enumerate(languages)
        },
        "macro_f1": rounded(f1[there > 0].mean()),
    }


def negative_log_likelihood(shares: Floats, truth: Indices) -> float:
    """Return the mean of -log(probability of the true language), in nats."""
    return float(-np.log(np.maximum(shares[np.arange(len(truth)), truth], _LEAST)).mean())


def reliability(shares: Floats, truth: Indices) -> list[dict[str, float]]:
    """Return texts, mean confidence and accuracy of each bin of confidence that holds texts.

    Confidence is the probability of the most probable language; the bins are ten of equal width.
    """
    confidence, right = shares.max(axis=1), shares.argmax(axis=1) == truth
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return [
        {
            "words": int((bins == index).sum()),
            "confidence": rounded(confidence[bins == index].mean()),
            "accuracy": rounded(right[bins == index].mean()),
        }
        for index in range(BINS)
        if (bins == index).any()
    ]


def expected_calibration_error(bins: Sequence[dict[str, float]]) -> float:
    """Return the mean distance between confidence and accuracy over the texts (Guo et al. 2017)."""
    texts = sum(row["words"] for row in bins)
    return sum(row["words"] * abs(row["accuracy"] - row["confidence"]) for row in bins) / texts


def bands(lengths: Indices) -> list[tuple[str, NDArray[np.bool_]]]:
    """Return the name of each band of word lengths that occurs and which words are in it."""
    found = []
    for least, most in BANDS:
        within = (lengths >= least) & (lengths <= (most or lengths.max()))
        if within.any():
            found.append((f"{least}-{most}" if most else f"{least}+", within))
    return found


def interval(share: float, texts: int) -> Interval:
    """Return a share of so many texts with its 95 % interval (Wilson's, which stays within 0 and 1)."""
    spread = _ERROR**2 / texts
    centre = (share + spread / 2) / (1 + spread)
    half = _ERROR * sqrt(share * (1 - share) / texts + spread / (4 * texts)) / (1 + spread)
    return Interval(share, max(centre - half, 0.0), min(centre + half, 1.0))


def rounded(value: Any) -> float:
    """Return a number as it stands in cards and reports: with four decimals."""
    return round(float(value), 4)
