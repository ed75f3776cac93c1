"""How sure a network is of a word, by the number of the word's n-grams.

A network is trained with sums that are divided by the root of that number, and then is too sure of short words. Two
numbers that are fitted to words which the twin has not seen put it right.
"""

import itertools

import numpy as np
from numpy.typing import NDArray

from classifier.training.ngrams import Weights, scales_of
from classifier.training.remembered import Floats
from classifier.training.sparse_lexicon import VALIDATION, SparseLexicon

_WORDS, _LEAST_WORDS = 500, 100  # of a language, on average; fewer say too little
_EXPONENTS, _FACTORS = np.arange(0, 0.55, 0.05), np.arange(0.7, 1.35, 0.05)


def fit_scales(twin: Weights, lexicon: SparseLexicon) -> Floats:
    """Return the scales (counts, 1) with the least loss on validation words; those of the twin if there are few."""
    random = np.random.default_rng(5)
    drawn = [lexicon.draw(_WORDS, place, (0, VALIDATION), random) for place in range(len(lexicon.languages))]
    rows, labels = np.concatenate(drawn), np.repeat(np.arange(len(drawn)), list(map(len, drawn)))
    if len(rows) < _LEAST_WORDS * len(lexicon.languages):
        return twin.scales
    ids = lexicon.ids[rows].astype(np.int32)
    sums, counts = twin.sums(ids)
    logits, possible = sums @ twin.matrix[:, :-1], twin.possible_of(ids)[:, :-1]

    def loss(scales: Floats) -> float:
        return _loss(np.where(possible, scales[counts] * logits + twin.bias[:-1], -np.inf), labels)

    tried = [scales_of(0.5 - exponent, factor) for exponent, factor in itertools.product(_EXPONENTS, _FACTORS)]
    return min(tried, key=loss)


def _loss(logits: Floats, labels: NDArray[np.intp]) -> float:
    """Return the mean cross-entropy in nats."""
    logits = logits - logits.max(axis=1, keepdims=True)
    return float((np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(labels)), labels]).mean())
