"""Accuracy, calibration and confusion from probabilities and true languages."""

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int_]
BINS = 10
PRECISIONS = (0.99, 0.98, 0.95)  # at which coverage is measured
FREQUENCY_CLASSES = {"rare": 0.0, "medium": 1e-7, "common": 1e-5}  # by name: the least frequency of a word
LENGTH_BANDS = ((1, 3), (4, 5), (6, 7), (8, 9), (10, 12), (13, None))  # letters a word
_LEAST_PROBABILITY = 1e-9  # bounds the loss of a single text
_STANDARD_ERRORS = 1.96  # on each side of a 95 % interval


class Interval(NamedTuple):
    """A measured share with its 95 % interval."""

    value: float
    low: float
    high: float


def language_probabilities(output: Floats, labels: Sequence[str], languages: Sequence[str]) -> Floats:
    """Drop `und` from a model's output (texts, labels) and renormalise.

    Returns (texts, languages), rows with sum 1.
    """
    selected = output[:, [labels.index(language) for language in languages]]
    total = selected.sum(axis=1, keepdims=True)
    scaled: Floats = np.where(total > 0, selected / np.maximum(total, _LEAST_PROBABILITY), 1 / len(languages))
    return scaled


def confusion_matrix(truth: Indices, predicted: Indices, languages: int) -> Indices:
    """Count texts by true language (rows) and predicted language (columns)."""
    counts = np.zeros((languages, languages), int)
    np.add.at(counts, (truth, predicted), 1)
    return counts


def classification_scores(confusion: Indices, languages: Sequence[str]) -> dict[str, Any]:
    """Return accuracy, recall by language and macro-F1.

    A language without texts has the recall None and no part in macro-F1.
    """
    right, texts = np.diag(confusion), confusion.sum(axis=1)
    f1 = 2 * right / np.maximum(confusion.sum(axis=0) + texts, 1)
    return {
        "accuracy": rounded(right.sum() / confusion.sum()),
        "by_language": {
            language: rounded(right[row] / texts[row]) if texts[row] else None for row, language in enumerate(languages)
        },
        "macro_f1": rounded(f1[texts > 0].mean()),
    }


def negative_log_likelihood(probabilities: Floats, truth: Indices) -> float:
    """Return the mean negative log-likelihood in nats.

    `probabilities` (texts, languages), `truth` (texts,).
    """
    return float(-np.log(np.maximum(probabilities[np.arange(len(truth)), truth], _LEAST_PROBABILITY)).mean())


def reliability(probabilities: Floats, truth: Indices) -> list[dict[str, float]]:
    """Return texts, mean confidence and accuracy by bin.

    Confidence is the largest probability of a text: BINS bins of equal width, empty ones left out.
    `probabilities` (texts, languages), `truth` (texts,).
    """
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == truth
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
    """Return the expected calibration error (Guo et al. 2017).

    The mean distance between confidence and accuracy, weighted by the texts of each bin.
    """
    texts = sum(row["words"] for row in bins)
    return sum(row["words"] * abs(row["accuracy"] - row["confidence"]) for row in bins) / texts


def coverage_scores(confidence: Floats, right: NDArray[np.bool_]) -> dict[str, Any]:
    """Return the shares of texts that can be answered at some precisions, and the area under the risk-coverage curve.

    The least sure texts are left unanswered first. `coverage` holds the largest share whose answers are right as often
    as PRECISIONS ask; the area is the mean error over all shares (El-Yaniv and Wiener 2010). Texts of equal
    confidence stay together. `confidence` and `right` are (texts,).
    """
    order = np.argsort(-confidence, kind="stable")
    last = np.flatnonzero(np.append(np.diff(confidence[order]) != 0, True))  # of each run of equal confidence
    answered = last + 1
    precision = np.cumsum(right[order])[last] / answered
    shares = {str(least): answered[precision >= least].max(initial=0) / len(right) for least in PRECISIONS}
    area = ((1 - precision) * np.diff(answered, prepend=0)).sum() / len(right)
    return {"coverage": {name: rounded(share) for name, share in shares.items()}, "risk_coverage_area": rounded(area)}


def frequency_classes(frequencies: Floats) -> list[tuple[str, NDArray[np.bool_]]]:
    """Return the names and masks of the classes of frequency, empty ones left out."""
    limits = [*FREQUENCY_CLASSES.values(), np.inf]
    masks = [(frequencies >= least) & (frequencies < most) for least, most in pairwise(limits)]
    return [(name, mask) for name, mask in zip(FREQUENCY_CLASSES, masks, strict=True) if mask.any()]


def length_bands(lengths: Indices) -> list[tuple[str, NDArray[np.bool_]]]:
    """Return the bands of word length, empty ones left out.

    Each has a name, such as "4-5", and the mask of its words.
    """
    masks = []
    for least, most in LENGTH_BANDS:
        within = (lengths >= least) & (lengths <= (most or lengths.max()))
        if within.any():
            masks.append((band_name(least, most), within))
    return masks


def band_name(least: int, most: int | None) -> str:
    """Return the name of a band of word length: 4-5 or 13+."""
    return f"{least}-{most}" if most else f"{least}+"


def wilson_interval(share: float, texts: int, standard_errors: float = _STANDARD_ERRORS) -> Interval:
    """Return a share of `texts` with Wilson's interval, by default of 95 %.

    Unlike the normal approximation it stays within 0 and 1.
    """
    spread = standard_errors**2 / texts
    centre = (share + spread / 2) / (1 + spread)
    half = standard_errors * sqrt(share * (1 - share) / texts + spread / (4 * texts)) / (1 + spread)
    return Interval(share, max(centre - half, 0.0), min(centre + half, 1.0))


def paired_difference(
    old: NDArray[np.bool_], new: NDArray[np.bool_], standard_errors: float = _STANDARD_ERRORS
) -> Interval:
    """Return how much more often `new` is right than `old` on the same texts, (texts,), with its interval.

    Only texts count that one of them alone answers right, as in McNemar's test: the interval is Wilson's for the share
    of them that `new` answers.
    """
    gains, losses = int((new & ~old).sum()), int((old & ~new).sum())
    differing = gains + losses
    if not differing:
        return Interval(0.0, 0.0, 0.0)
    value, low, high = (
        (2 * share - 1) * differing / len(old)
        for share in wilson_interval(gains / differing, differing, standard_errors)
    )
    return Interval(value, low, high)


def rounded(value: Any) -> float:
    """Round to the four decimals of cards and reports."""
    return round(float(value), 4)
