"""Calibrated probabilities and prediction sets of single words.

Both are fitted to outputs for words that no network has seen, for the candidates that are asked for. The sets are those
of split conformal prediction by label (Sadinle, Lei and Wasserman 2019). The score is the ratio of a probability to
that of the first candidate: a name that belongs to thirty languages alike has a long set, a word of one language a
short one. With the probability itself, names would lower the limits for all words.
"""

import io
import zipfile
import zlib
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache, reduce
from math import sqrt
from operator import add

import numpy as np
from numpy.typing import NDArray

from classifier.ml.encoding import normalise

Floats = NDArray[np.float64]

DEFAULT_CONFIDENCE = 0.9  # that the prediction set holds the language of a word
LEAST_CONFIDENCE, MOST_CONFIDENCE = 0.5, 0.99
BINS = 15  # of equal weight, of the first probability
# Probability that the calibration words of a language are so lucky that its sets cover less than the confidence. With
# the usual quantile it is a half, and so many languages would fall short.
TOLERANCE = 0.05
# Ratio of a language that is in no set, even if it has too few words for its limit: else a word in Greek letters would
# be Khmer, too, with a confidence of 0.99.
_IMPOSSIBLE = 1e-3
_UNITS = 65_535  # of a stored probability
_MOST_KEPT = 64  # sets of candidates whose rules are remembered


class Rules:
    """What the calibration words say about probabilities over some candidates.

    `limits` are the least ratios to the first probability of members of a prediction set, (candidates,). `firsts` are
    probabilities of a first candidate, increasing from 0, and `accuracies` how often it is right there, not decreasing;
    (points,).
    """

    def __init__(self, limits: Floats, firsts: Floats, accuracies: Floats) -> None:
        slopes: Floats = np.append(np.diff(accuracies) / np.diff(firsts), 0.0)
        self._limits, self._points = limits, (firsts, accuracies, slopes)
        # For one word, as lists.
        self._limit_list: list[float] = limits.tolist()
        self._point_lists: list[list[float]] = [values.tolist() for values in self._points]

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

    def calibrate_one(self, shares: Sequence[float]) -> list[float]:
        """Return the probabilities of a word's candidates as `calibrate` does."""
        firsts, accuracies, slopes = self._point_lists
        first = max(shares)
        place = bisect_right(firsts, first) - 1
        target = accuracies[place] + slopes[place] * (first - firsts[place])
        other = [sqrt(share) for share in shares] if target < first else [share * share for share in shares]
        total = reduce(add, other)
        other = [share / total for share in other]
        distance = max(other) - first
        weight = min(max((target - first) / distance, 0.0), 1.0) if distance else 0.0
        return [share + weight * (mixed - share) for share, mixed in zip(shares, other, strict=True)]

    def calibrate(self, shares: Floats) -> Floats:
        """Move the first probability of each word to its accuracy, and keep the order of the candidates.

        Takes and returns (words, candidates), rows with sum 1. Each row is mixed with a flatter or a sharper one.
        """
        firsts, accuracies, slopes = self._points
        first = shares.max(axis=1)
        places = np.searchsorted(firsts, first, side="right") - 1
        target = accuracies[places] + slopes[places] * (first - firsts[places])
        other = np.where((target < first)[:, None], np.sqrt(shares), shares * shares)
        other /= row_sums(other)[:, None]
        distance = other.max(axis=1) - first
        weight = np.divide(target - first, distance, out=np.zeros_like(first), where=distance != 0).clip(0, 1)
        calibrated: Floats = shares + weight[:, None] * (other - shares)
        return calibrated


def row_sums(table: Floats) -> Floats:
    """Return the sums of rows, added from left to right as in a loop, which sum() does not do."""
    sums: Floats = np.cumsum(table, axis=1)[:, -1]
    return sums


class Calibration:
    """The outputs of a twin for its validation words."""

    def __init__(self, content: bytes, languages: Sequence[str]) -> None:
        """Read the file's content; `languages` are the model's, in the order of its output.

        Raises ValueError for content that is no calibration of such a model.
        """
        self._languages = tuple(languages)
        self._labels, self._places, self._units, self._common = _read(content, len(languages))
        self.rules = lru_cache(_MOST_KEPT)(self._fit)
        self._common_words = lru_cache(_MOST_KEPT)(self._unite_common_words)

    def are_common(self, words: Sequence[str], candidates: tuple[str, ...]) -> list[bool]:
        """Return which words are common in a candidate, though another language uses them as much."""
        common = self._common_words(candidates)
        return [hash_of(word) in common for word in words]

    def _unite_common_words(self, candidates: tuple[str, ...]) -> frozenset[int]:
        chosen = np.isin(self._common[0], [self._languages.index(language) for language in candidates])
        return frozenset(self._common[1][chosen].tolist())

    def _fit(self, candidates: tuple[str, ...], confidence: float) -> Rules:
        """Return the rules for distinct candidates, languages of the model."""
        asked = np.zeros(len(self._languages), bool)
        chosen = [self._languages.index(language) for language in candidates]
        asked[chosen] = True
        words = np.flatnonzero(asked[self._labels])
        labels, places = self._labels[words], self._places[words]
        own, first, right = _restrict(labels, places, self._units[words].astype(np.float64), asked)
        ratio = own / np.maximum(first, np.finfo(np.float64).tiny)
        limits = [_limit(ratio[labels == place], confidence) for place in chosen]
        return Rules(np.array(limits), *_fit_accuracy(labels, first, right))


def hash_of(word: str) -> int:
    """Return the hash of a common word, 32 bits."""
    return zlib.crc32(normalise(word).encode("utf-8", "surrogatepass"))


def _read(
    content: bytes, languages: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint16], tuple[NDArray[np.uint8], NDArray[np.uint32]]]:
    """Return each word's language (words,), and its most probable ones with their probabilities (words, k).

    And the common words of languages: their language and their hash.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            labels, places, units = (arrays[name] for name in ("labels", "places", "probabilities"))
            common = arrays["common_labels"], arrays["common_words"]
    except (OSError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error
    types = (np.uint8, np.uint8, np.uint16, np.uint8, np.uint32)
    if tuple(array.dtype for array in (labels, places, units, *common)) != types:
        raise ValueError("the arrays have other types")
    if (
        labels.ndim != 1
        or places.ndim != 2
        or places.shape != units.shape
        or len(places) != len(labels)
        or common[0].shape != common[1].shape
    ):
        raise ValueError("the arrays have other shapes")
    if common[0].shape != common[1].shape:
        raise ValueError("the common words have other shapes than their languages")
    if not len(labels) or max(labels.max(), places.max(initial=0)) >= languages:
        raise ValueError("the languages are not those of the model")
    return labels, places, units, common


def _restrict(
    labels: NDArray[np.uint8], places: NDArray[np.uint8], units: Floats, asked: NDArray[np.bool_]
) -> tuple[Floats, Floats, Floats]:
    """Return the probability of each word's language and of its first candidate, and whether that is right.

    Over the languages asked for, one of which is the word's. Equal candidates are right in equal parts.
    """
    others = max(1, len(asked) - places.shape[1])
    left = np.maximum(_UNITS - units.sum(axis=1), 0) / others  # of each language that is not stored
    inside = asked[places]
    units = np.where(inside, units, 0)
    candidates = asked.sum()
    total = units.sum(axis=1) + left * (candidates - inside.sum(axis=1))
    is_own = places == labels[:, None]
    own = np.where(is_own.any(axis=1), (units * is_own).sum(axis=1), left)
    first = np.maximum(units.max(axis=1), left)
    right = (is_own[np.arange(len(labels)), units.argmax(axis=1)]).astype(np.float64)
    right[units.max(axis=1) <= left] = 1 / candidates
    known = total > 0
    total = np.where(known, total, candidates)
    return np.where(known, own, 1) / total, np.where(known, first, 1) / total, right


def _limit(ratios: Floats, confidence: float) -> float:
    """Return the least ratio of a language in a set, by those of its calibration words.

    At most (1 - confidence) / confidence, the odds of what a set may miss. Else, where nearly all words are told apart,
    a word that two languages share would have a set of one.
    """
    missed = count_missed(len(ratios), confidence)
    most = (1 - confidence) / confidence
    return min(float(np.partition(ratios, missed - 1)[missed - 1]), most) if missed else _IMPOSSIBLE


@lru_cache(maxsize=1024)
def count_missed(words: int, confidence: float) -> int:
    """Return k so that the k-th smallest of `words` probabilities is a limit with that confidence.

    The coverage of such a limit follows the beta distribution (words + 1 - k, k), so it is at least the confidence with
    the probability that a binomial variable of `words` trials is at least k (Vovk 2012). The largest k for which
    this is 1 - TOLERANCE; 0: there are too few words to leave one out.
    """
    counts = np.arange(words + 1)
    logs = np.concatenate([[0.0], np.cumsum(np.log(counts[1:]))])  # of factorials
    logs = logs[words] - logs - logs[::-1] + counts * np.log(1 - confidence) + counts[::-1] * np.log(confidence)
    return int((np.cumsum(np.exp(logs)) <= TOLERANCE).sum())


def _fit_accuracy(labels: NDArray[np.uint8], first: Floats, right: Floats) -> tuple[Floats, Floats]:
    """Return first probabilities from 0 up and their accuracies; each language has the same weight."""
    if not len(labels):
        return np.array([0.0, 1.0]), np.array([0.0, 1.0])
    order = np.argsort(first, kind="stable")
    first, weights = first[order], (1 / np.bincount(labels)[labels])[order]
    passed = np.cumsum(weights) - weights / 2
    bins = (BINS * passed / weights.sum()).astype(np.intp)
    bins = bins[np.searchsorted(first, first)]  # equal ones belong together
    totals = np.bincount(bins, weights)
    filled = totals > 0
    sizes = totals[filled].astype(np.float64)
    firsts = np.bincount(bins, weights * first)[filled] / sizes
    accuracies = np.bincount(bins, weights * right[order])[filled] / sizes
    return np.append(0.0, firsts), np.append(0.0, _isotonic(accuracies, sizes))


def _isotonic(values: Floats, weights: Floats) -> Floats:
    """Return the nearest values that do not decrease, by pooling adjacent violators."""
    blocks: list[tuple[float, float, int]] = []  # mean, weight, number
    for mean, weight in zip(values.tolist(), weights.tolist(), strict=True):
        blocks.append((mean, weight, 1))
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            (low, less, few), (high, more, many) = blocks.pop(), blocks.pop()
            blocks.append(((low * less + high * more) / (less + more), less + more, few + many))
    return np.repeat([mean for mean, _, _ in blocks], [number for _, _, number in blocks])
