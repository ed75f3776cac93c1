"""Calibrated probabilities and prediction sets of single words.

Both are fitted to outputs for words that no network has seen, for the candidates that are asked for. The sets are those
of split conformal prediction by label (Sadinle, Lei and Wasserman 2019). The score is the ratio of a probability to
that of the first candidate: a name that belongs to thirty languages alike has a long set, a word of one language a
short one. With the probability itself, names would lower the limits for all words.

A word with more `und` than nearly all words of a language is not of that language alone, whatever its set.
"""

import io
import zipfile
import zlib
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifier.ml.candidates import with_others
from classifier.ml.encoding import normalise
from classifier.ml.rules import LONG, Curve, Floats, Rules

DEFAULT_CONFIDENCE = 0.9  # that the prediction set holds the language of a word
LEAST_CONFIDENCE, MOST_CONFIDENCE = 0.5, 0.99
BINS = 15  # of equal weight, of the first probability
# Probability that the calibration words of a language are so lucky that its sets cover less than the confidence. With
# the usual quantile it is a half, and so many languages would fall short.
TOLERANCE = 0.05
_KNOWN_CONFIDENCE = 0.95  # that a word of a language has no more `und` than `single` allows
_LEAST_LONG_WORDS = 20 * BINS  # for a curve of their own
# Ratio of a language that is in no set, even if it has too few words for its limit: else a word in Greek letters would
# be Khmer, too, with a confidence of 0.99.
_IMPOSSIBLE = 1e-3
_UNITS = 65_535  # of a stored probability
_MOST_KEPT = 64  # sets of candidates whose rules are remembered


class Calibration:
    """The outputs of a twin for its validation words."""

    def __init__(self, content: bytes, languages: Sequence[str]) -> None:
        """Read the file's content; `languages` are the model's, in the order of its output.

        Raises ValueError for content that is no calibration of such a model.
        """
        self._languages = tuple(languages)
        self._words, self._common = _read(content, len(languages))
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
        words = self._words.take(np.flatnonzero(asked[self._words.labels]))
        among = _restrict(words, asked)
        ratio = among.own / np.maximum(among.first, np.finfo(np.float64).tiny)
        of_each = [words.labels == place for place in chosen]
        limits = np.array([_limit(ratio[own], confidence) for own in of_each])
        most = np.array([_most_undetermined(among.undetermined[own]) for own in of_each])
        return Rules(limits, most, _fit_curves(words, among))


def units_of(probabilities: Floats) -> NDArray[np.uint16]:
    """Return probabilities in the units in which they are stored."""
    return np.rint(probabilities * _UNITS).astype(np.uint16)


def hash_of(word: str) -> int:
    """Return the hash of a common word, 32 bits."""
    return zlib.crc32(normalise(word).encode("utf-8", "surrogatepass"))


class _Words(NamedTuple):
    """Calibration words: their language, and the outputs of the twin."""

    labels: NDArray[np.uint8]  # (words,)
    lengths: NDArray[np.uint8]  # letters, (words,)
    places: NDArray[np.uint8]  # the most probable languages, (words, k)
    units: NDArray[np.uint16]  # their probabilities, without `und`
    undetermined: NDArray[np.uint16]  # `und`, in the same units, (words,)

    def take(self, rows: NDArray[np.intp]) -> "_Words":
        """Return some of the words."""
        return _Words(
            self.labels[rows], self.lengths[rows], self.places[rows], self.units[rows], self.undetermined[rows]
        )


_NAMES = ("labels", "lengths", "places", "probabilities", "undetermined", "common_labels", "common_words")
_TYPES = (np.uint8, np.uint8, np.uint8, np.uint16, np.uint16, np.uint8, np.uint32)


def _read(content: bytes, languages: int) -> tuple[_Words, tuple[NDArray[np.uint8], NDArray[np.uint32]]]:
    """Return the calibration words, and the common words of languages: their language and their hash."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            columns = [arrays[name] for name in _NAMES]
    except (OSError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error
    if tuple(array.dtype for array in columns) != _TYPES:
        raise ValueError("the arrays have other types")
    words, common = _Words(*columns[:5]), (columns[5], columns[6])
    rows = words.labels.shape
    if (
        len(rows) != 1
        or words.places.ndim != 2
        or words.places.shape != words.units.shape
        or (words.places.shape[:1], words.lengths.shape, words.undetermined.shape) != (rows, rows, rows)
        or common[0].shape != common[1].shape
    ):
        raise ValueError("the arrays have other shapes")
    if not len(words.labels) or max(words.labels.max(), words.places.max(initial=0)) >= languages:
        raise ValueError("the languages are not those of the model")
    return words, common


class _Among(NamedTuple):
    """What the twin says of words among candidates, one of which is the word's; (words,)."""

    own: Floats  # the probability of the word's language
    first: Floats  # that of the first candidate
    right: Floats  # whether that is the word's; equal candidates are right in equal parts
    undetermined: Floats


def _restrict(words: _Words, asked: NDArray[np.bool_]) -> _Among:
    """Return what the twin says among the languages asked for, as `judging.restrict` does."""
    labels, places, units = words.labels, words.places, words.units.astype(np.float64)
    others = max(1, len(asked) - places.shape[1])
    left = np.maximum(_UNITS - units.sum(axis=1), 0) / others  # of each language that is not stored
    inside = asked[places]
    other = np.where(inside, 0, units).max(axis=1)
    units = np.where(inside, units, 0)
    candidates = asked.sum()
    total = units.sum(axis=1) + left * (candidates - inside.sum(axis=1))
    undetermined = with_others(words.undetermined / _UNITS, other, total)
    is_own = places == labels[:, None]
    own = np.where(is_own.any(axis=1), (units * is_own).sum(axis=1), left)
    first = np.maximum(units.max(axis=1), left)
    right = (is_own[np.arange(len(labels)), units.argmax(axis=1)]).astype(np.float64)
    right[units.max(axis=1) <= left] = 1 / candidates
    known = total > 0
    total = np.where(known, total, candidates)
    return _Among(np.where(known, own, 1) / total, np.where(known, first, 1) / total, right, undetermined)


def _limit(ratios: Floats, confidence: float) -> float:
    """Return the least ratio of a language in a set, by those of its calibration words.

    At most (1 - confidence) / confidence, the odds of what a set may miss. Else, where nearly all words are told apart,
    a word that two languages share would have a set of one.
    """
    missed = count_missed(len(ratios), confidence)
    most = (1 - confidence) / confidence
    return min(float(np.partition(ratios, missed - 1)[missed - 1]), most) if missed else _IMPOSSIBLE


def _most_undetermined(undetermined: Floats) -> float:
    """Return the greatest `und` of the verdict `single`, by that of a language's calibration words."""
    missed = count_missed(len(undetermined), _KNOWN_CONFIDENCE)
    return -float(np.partition(-undetermined, missed - 1)[missed - 1]) if missed else 1.0


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


def _fit_curves(words: _Words, among: _Among) -> tuple[Curve, Curve]:
    """Return the curves of short and of long words; one of all words if there are few long ones."""
    is_long = words.lengths >= LONG
    is_enough = is_long.sum() >= _LEAST_LONG_WORDS
    groups = (~is_long, is_long) if is_enough else (slice(None), slice(None))
    short, long = (_fit_curve(words.labels[rows], among.first[rows], among.right[rows]) for rows in groups)
    return short, long


def _fit_curve(labels: NDArray[np.uint8], first: Floats, right: Floats) -> Curve:
    """Return the accuracies of first probabilities; each language has the same weight."""
    if not len(labels):
        return Curve(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
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
    return Curve(np.append(0.0, firsts), np.append(0.0, _isotonic(accuracies, sizes)))


def _isotonic(values: Floats, weights: Floats) -> Floats:
    """Return the nearest values that do not decrease, by pooling adjacent violators."""
    blocks: list[tuple[float, float, int]] = []  # mean, weight, number
    for mean, weight in zip(values.tolist(), weights.tolist(), strict=True):
        blocks.append((mean, weight, 1))
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            (low, less, few), (high, more, many) = blocks.pop(), blocks.pop()
            blocks.append(((low * less + high * more) / (less + more), less + more, few + many))
    return np.repeat([mean for mean, _, _ in blocks], [number for _, _, number in blocks])
