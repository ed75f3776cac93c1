"""How sure a network is of a word, by the number of the word's n-grams.

A network is trained with sums that are divided by the root of that number, and then is too sure of short words. Two
numbers that are fitted to words which the twin has not seen put it right.
"""

import itertools

import numpy as np

from classifier.ml.metrics import negative_log_likelihood
from classifier.training.ngrams import Weights, scales_of, softmax
from classifier.training.remembered import Floats
from classifier.training.samples import draw_words
from classifier.training.sparse_lexicon import VALIDATION, SparseLexicon

_WORDS, _LEAST_WORDS = 500, 100  # of a language, on average; fewer say too little
_EXPONENTS, _FACTORS = np.arange(0, 0.55, 0.05), np.arange(0.7, 1.35, 0.05)


def fit_scales(twin: Weights, lexicon: SparseLexicon) -> Floats:
    """Return the scales (counts, 1) with the least loss on validation words; those of the twin if there are few."""
    rows, places = draw_words(lexicon, (_WORDS, _WORDS), (0, VALIDATION), np.random.default_rng(5))
    if len(rows) < _LEAST_WORDS * len(lexicon.languages):
        return twin.scales
    ids, labels = lexicon.ids[rows].astype(np.int32), places.astype(np.intp)
    sums, counts = twin.sums(ids)
    logits, possible = sums @ twin.matrix[:, :-1], twin.possible_of(ids)[:, :-1]

    def loss(scales: Floats) -> float:
        shares = softmax(np.where(possible, scales[counts] * logits + twin.bias[:-1], -np.inf))
        return negative_log_likelihood(shares.astype(np.float64), labels)

    return min(itertools.starmap(scales_of, itertools.product(_EXPONENTS, _FACTORS)), key=loss)
