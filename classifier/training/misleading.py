"""Chooses the words that a network remembers: frequent ones whose letters mislead it most.

Word lists say which languages use a frequent word; a sum of n-grams only approximates that. For rare words the lists
are unreliable and count less.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray
from tqdm import tqdm

from classifier.training.export import run_litert
from classifier.training.ngrams import Weights
from classifier.training.remembered import Floats, Ids, Remembered
from classifier.training.sparse_lexicon import COMMON, SparseLexicon

MOST_WORDS = 220_000
_LEAST_FREQUENCY = 1e-6  # of a word
_DOUBT = 3e-7  # frequency of a word about which lists and network count the same
_STEP = 0.5  # corrections are multiples of it, in logits, so that many words share one
_MOST_STEPS = 16  # in a correction, up or down
_LEAST_PROBABILITY = 1e-6
_COMMON_STEP, _MOST_COMMON_STEPS, _LEAST_SHARE = 1.0, 4, 1e-3  # of common words, see `_divided_words`
_SLICE = 2_048  # words; the rows of more would not fit into the processor's cache


class _Corrections(NamedTuple):
    """The best correction of each word, of one language: which, by how many steps, and what it brings."""

    places: NDArray[np.intp]
    steps: NDArray[np.intp]
    gains: Floats  # decrease of the loss, in nats


def remember(weights: Weights, lexicon: SparseLexicon) -> Weights:
    """Return rounded weights with the words whose corrections decrease the loss most.

    The common words of the default languages are corrected once more.
    """
    rows = np.flatnonzero(lexicon.highest >= _LEAST_FREQUENCY)
    if not len(rows):
        return weights
    rows, kinds, corrections = _misled_words(weights, lexicon, rows)
    common = _common_words(lexicon)
    table = Remembered.nothing(len(weights.bias), len(rows) + len(common))
    table = table.with_words(lexicon.ids[rows].astype(np.int32), kinds, corrections)
    corrected = replace(weights, remembered=table)
    if not len(common):
        return corrected
    ids, kinds, corrections = _divided_words(corrected, table, lexicon, common)
    return replace(weights, remembered=table.with_words(ids, kinds, corrections))


def _misled_words(
    weights: Weights, lexicon: SparseLexicon, rows: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """Return the words that the letters mislead most, important ones first; the kind of each, and its correction."""
    interpreter = Interpreter(model_content=weights.to_litert(), num_threads=1)
    slices = [rows[at : at + _SLICE] for at in range(0, len(rows), _SLICE)]
    outputs = (run_litert(interpreter, lexicon.ids[some].astype(np.int32)) for some in slices)
    progress = tqdm(zip(outputs, slices, strict=True), "words to remember", len(slices), disable=None)
    parts = [_best(output, some, lexicon) for output, some in progress]
    places, steps, gains = (np.concatenate(part) for part in zip(*parts, strict=True))
    drawn = np.bincount(lexicon.rows, lexicon.entry_weights, minlength=len(lexicon.ids))[rows]
    order = np.argsort(-gains * drawn, kind="stable")[:MOST_WORDS]
    order = order[steps[order] != 0]
    kinds, kind = np.unique(np.stack([places[order], steps[order]], axis=1), axis=0, return_inverse=True)
    corrections = np.zeros((len(kinds), len(weights.bias)), np.float32)
    corrections[np.arange(len(kinds)), kinds[:, 0]] = _STEP * kinds[:, 1]
    return rows[order], kind.reshape(-1), corrections


def _common_words(lexicon: SparseLexicon) -> NDArray[np.intp]:
    """Return the rows of the common words of the default languages."""
    is_common = np.isin(lexicon.places, _defaults(lexicon)) & (lexicon.frequencies >= COMMON)
    return np.unique(lexicon.rows[is_common])


def _defaults(lexicon: SparseLexicon) -> list[int]:
    return [lexicon.languages.index(code) for code in lexicon.default_languages]


def _divided_words(
    weights: Weights, table: Remembered, lexicon: SparseLexicon, rows: NDArray[np.intp]
) -> tuple[Ids, NDArray[np.intp], Floats]:
    """Return the words that must be divided otherwise among the default languages; their kinds and corrections.

    Among all languages "dog" is much in few of them, and hardly adds to the loss; among three it must be English.
    """
    defaults, ids = _defaults(lexicon), lexicon.ids[rows].astype(np.int32)
    targets, _ = lexicon.targets(rows)
    wanted, found = (
        (part / part.sum(axis=1, keepdims=True)).clip(_LEAST_SHARE)
        for part in (targets[:, defaults], weights.output(ids)[:, defaults])
    )
    changes = np.log(wanted) - np.log(found)
    changes -= np.take_along_axis(changes, wanted.argmax(axis=1)[:, None], axis=1)  # the others move
    steps = np.rint(changes / _COMMON_STEP).clip(-_MOST_COMMON_STEPS, _MOST_COMMON_STEPS)
    changed = np.flatnonzero(steps.any(axis=1))
    corrections = table.of(ids[changed])
    corrections[:, defaults] += (_COMMON_STEP * steps[changed]).astype(np.float32)
    kinds, kind = np.unique(corrections, axis=0, return_inverse=True)
    return ids[changed], kind.reshape(-1), kinds


def _best(output: Floats, rows: NDArray[np.intp], lexicon: SparseLexicon) -> _Corrections:
    """Return the best correction of each word, from the network's output (words, labels)."""
    shares = output[:, :-1] / output[:, :-1].sum(axis=1, keepdims=True)
    targets, _ = lexicon.targets(rows)
    trust = lexicon.highest[rows] / (lexicon.highest[rows] + _DOUBT)
    wanted = shares + trust[:, None] * (targets - shares)
    found, wanted = (part.clip(_LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY) for part in (shares, wanted))
    gains = wanted * np.log(wanted / found) + (1 - wanted) * np.log((1 - wanted) / (1 - found))
    places = gains.argmax(axis=1)
    words = np.arange(len(rows))
    wanted, found = wanted[words, places], found[words, places]
    corrections = np.log(wanted / (1 - wanted)) - np.log(found / (1 - found))
    steps = np.rint(corrections / _STEP).clip(-_MOST_STEPS, _MOST_STEPS).astype(int)
    return _Corrections(places, steps, gains[words, places])
