"""Rules for probabilities of words: how often the first is right, which are in the set, how much `und` is too much.

`conformal` fits them to words that no network has seen.
"""

from bisect import bisect_right
from collections.abc import Sequence
from functools import reduce
from math import sqrt
from operator import add

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Letters from which words have a curve of their own: the networks are too sure of the longest. Of 6 to 13, 12 had the
# least calibration error by length on halves of the validation words.
LONG = 12


class Curve:
    """How often a first candidate is right, by its probability, between points.

    `firsts` are probabilities, increasing from 0, and `accuracies` do not decrease; (points,).
    """

    def __init__(self, firsts: Floats, accuracies: Floats) -> None:
        slopes: Floats = np.append(np.diff(accuracies) / np.diff(firsts), 0.0)
        self.firsts, self.accuracies, self._slopes = firsts, accuracies, slopes
        self._lists: list[list[float]] = [values.tolist() for values in (firsts, accuracies, slopes)]  # for one word

    def of_one(self, first: float) -> float:
        """Return the accuracy of one probability as `of` does."""
        firsts, accuracies, slopes = self._lists
        place = bisect_right(firsts, first) - 1
        return accuracies[place] + slopes[place] * (first - firsts[place])

    def of(self, first: Floats) -> Floats:
        """Return the accuracies of probabilities, (words,)."""
        places = np.searchsorted(self.firsts, first, side="right") - 1
        accuracies: Floats = self.accuracies[places] + self._slopes[places] * (first - self.firsts[places])
        return accuracies


class Rules:
    """What the calibration words say about probabilities over some candidates.

    `limits` are the least ratios to the first probability of members of a prediction set, and `most_undetermined` the
    greatest `und` of `single` by first candidate; (candidates,). `curves` are those of short and of long words.
    """

    def __init__(self, limits: Floats, most_undetermined: Floats, curves: tuple[Curve, Curve]) -> None:
        self._limits, self.most_undetermined = limits, most_undetermined
        self._short, self._long = curves
        # For one word, as lists.
        self._limit_list: list[float] = limits.tolist()
        self.most_undetermined_list: list[float] = most_undetermined.tolist()

    def members_of(self, shares: Sequence[float]) -> list[bool]:
        """Return which candidates are in the prediction set of a word."""
        first = max(shares)
        return [share >= limit * first for share, limit in zip(shares, self._limit_list, strict=True)]

    def members(self, shares: Floats) -> NDArray[np.bool_]:
        """Return which candidates are in the prediction set of each word.

        Takes probabilities that are not calibrated, rows with sum 1; takes and returns (words, candidates).
        """
        members: NDArray[np.bool_] = shares >= self._limits * shares.max(axis=1, keepdims=True)
        return members

    def calibrate_one(self, shares: Sequence[float], length: int) -> list[float]:
        """Return the probabilities of the candidates of a word with so many letters, as `calibrate` does."""
        first = max(shares)
        target = (self._long if length >= LONG else self._short).of_one(first)
        other = [sqrt(share) for share in shares] if target < first else [share * share for share in shares]
        total = reduce(add, other)
        other = [share / total for share in other]
        distance = max(other) - first
        weight = min(max((target - first) / distance, 0.0), 1.0) if distance else 0.0
        return [share + weight * (mixed - share) for share, mixed in zip(shares, other, strict=True)]

    def calibrate(self, shares: Floats, lengths: NDArray[np.intp]) -> Floats:
        """Move the first probability of each word to its accuracy, and keep the order of the candidates.

        Takes and returns (words, candidates), rows with sum 1, and takes the number of letters, (words,). Each row is
        mixed with a flatter or a sharper one.
        """
        first = shares.max(axis=1)
        target = np.where(lengths >= LONG, self._long.of(first), self._short.of(first))
        other = np.where((target < first)[:, None], np.sqrt(shares), shares * shares)
        other /= row_sums(other)[:, None]
        distance = other.max(axis=1) - first
        weight = np.divide(target - first, distance, out=np.zeros_like(first), where=distance != 0).clip(0, 1)
        calibrated: Floats = shares + weight[:, None] * (other - shares)
        return calibrated


def lengths_of(words: Sequence[str]) -> NDArray[np.intp]:
    """Return the number of letters of each word, (words,)."""
    return np.fromiter(map(len, words), np.intp, len(words))


def row_sums(table: Floats) -> Floats:
    """Return the sums of rows, added from left to right as in a loop, which sum() does not do."""
    sums: Floats = np.cumsum(table, axis=1)[:, -1]
    return sums
