"""Paired comparisons of two versions on the same words, with intervals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.ml import metrics

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# On each side of a 99.5 % interval. With 95 % intervals one of the dozen checks of two equally good versions would
# refuse by chance in every fourth run.
STANDARD_ERRORS = 2.81
TOLERATED = 0.005  # loss that nobody notices: one answer in 200, half a point of calibration, 0.005 nats
TOLERATED_KNOWN = 0.0003  # the same of words that the versions were trained on: two common words in 7,000
MOST_UNSEEN = 0.05  # loss that the words of a check must exclude
RESAMPLES = 200
_LEAST_PROBABILITY = 1e-9


@dataclass(frozen=True)
class Check:
    """One comparison; `low` and `high` bound the gain of the candidate."""

    name: str
    words: int
    active: float | None  # a share of right answers, or an error; None: not measured
    candidate: float | None
    low: float
    high: float
    reason: str = ""  # why it refuses; empty: it passes


def accuracy_check(
    name: str, old: Flags, new: Flags, *, tolerated: float = TOLERATED, most_unseen: float = MOST_UNSEEN
) -> Check:
    """Compare right answers, (words,).

    Only words count that one version alone answers right: the interval is Wilson's for the candidate's share of them.
    """
    if not len(old):
        return Check(name, 0, None, None, 0, 0, "there are no words to compare")
    gains, losses = int((new & ~old).sum()), int((old & ~new).sum())
    differing = gains + losses
    interval = metrics.wilson_interval(gains / differing, differing, STANDARD_ERRORS) if differing else (0.5, 0.5, 0.5)
    low, high = ((2 * share - 1) * differing / len(old) for share in interval[1:])
    values = float(old.mean()), float(new.mean())
    return _judged(name, len(old), values, (low, high), tolerated=tolerated, most_unseen=most_unseen)


def calibration_check(confidences: tuple[Floats, Floats], right: tuple[Flags, Flags]) -> Check:
    """Compare expected calibration errors by a paired bootstrap.

    `confidences` and `right` (words,) are the active version's and the candidate's.
    """
    name, words = "calibration error", len(right[0])
    if not words:
        return Check(name, 0, None, None, 0, 0, "there are no words to compare")
    random = np.random.default_rng(1)
    draws = (random.integers(0, words, words) for _ in range(RESAMPLES))
    counts = [np.ones(words), *(np.bincount(draw, minlength=words).astype(float) for draw in draws)]
    old, new = (
        np.array([_calibration_error(*version, count) for count in counts])
        for version in zip(confidences, right, strict=True)
    )
    gains = old - new
    half = STANDARD_ERRORS * float(gains[1:].std())
    gain = float(gains[0]) - half, float(gains[0]) + half
    return _judged(name, words, (float(old[0]), float(new[0])), gain)


def _calibration_error(confidence: Floats, right: Flags, counts: Floats) -> float:
    bins = np.minimum((confidence * metrics.BINS).astype(int), metrics.BINS - 1)
    return float(np.abs(np.bincount(bins, counts * (right - confidence), metrics.BINS)).sum() / counts.sum())


def loss_check(old: Floats, new: Floats, truth: NDArray[np.int_]) -> Check:
    """Compare mean negative log-likelihoods of probabilities (words, languages)."""
    name, words = "negative log-likelihood", len(truth)
    if not words:
        return Check(name, 0, None, None, 0, 0, "there are no words to compare")
    losses = [-np.log(np.maximum(one[np.arange(words), truth], _LEAST_PROBABILITY)) for one in (old, new)]
    gains = losses[0] - losses[1]
    mean, half = float(gains.mean()), STANDARD_ERRORS * float(gains.std()) / words**0.5
    return _judged(name, words, (float(losses[0].mean()), float(losses[1].mean())), (mean - half, mean + half))


def _judged(
    name: str,
    words: int,
    values: tuple[float, float],
    gain: tuple[float, float],
    *,
    tolerated: float = TOLERATED,
    most_unseen: float = MOST_UNSEEN,
) -> Check:
    """Return a check with the reason to refuse, if any."""
    low, high = gain
    reason = ""
    if high < -tolerated:
        reason = f"a loss of at least {-high:.4f}"
    elif low < -most_unseen:
        reason = f"too few words to exclude a loss of {-low:.4f}"
    old, new, low, high = (round(value, 4) for value in (*values, *gain))
    return Check(name, words, old, new, low, high, reason)
