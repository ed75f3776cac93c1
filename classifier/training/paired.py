"""Paired comparisons of two versions on the same words, with intervals."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.ml import metrics
from classifier.ml.artifacts import GATE_FILE

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


@dataclass(frozen=True)
class Comparison:
    """All checks of a candidate."""

    name: str
    active: str
    candidate: str
    checks: list[Check]
    created: str

    @property
    def refusals(self) -> list[str]:
        """The reasons against the candidate."""
        return [f"{check.name}: {check.reason}" for check in self.checks if check.reason]

    def write(self, folder: Path) -> None:
        """Write `gate.json` beside the version's files."""
        content = {**asdict(self), "refusals": self.refusals}
        (folder / GATE_FILE).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def table(self) -> list[str]:
        """Return the lines of a table for a terminal."""
        lines = [f"{'':<38}{'words':>8}{'active':>9}{'new':>9}  gain, 99.5 % interval"]
        for check in self.checks:
            values = "".join(
                "        -" if value is None else f"{value:9.4f}" for value in (check.active, check.candidate)
            )
            gain = f"{check.low:+.4f} to {check.high:+.4f}" if check.active is not None else ""
            lines.append(f"{check.name:<38}{check.words:>8}{values}  {gain:<20} {check.reason}".rstrip())
        return lines


def accuracy_check(
    name: str, old: Flags, new: Flags, *, tolerated: float = TOLERATED, most_unseen: float = MOST_UNSEEN
) -> Check:
    """Compare right answers, (words,)."""
    if not len(old):
        return Check(name, 0, None, None, 0, 0, "there are no words to compare")
    _, low, high = metrics.paired_difference(old, new, STANDARD_ERRORS)
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
