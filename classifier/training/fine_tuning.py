"""Fine-tuning of a linear model: teaches reviewed words to a trained version, and changes as little else as possible.

The logits of a word are the sum of one row of the table for each of its n-grams. The rows that few and rare other words
use carry the change, so that no other training is needed: seconds in place of minutes.
"""

import time
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from classifier.ml.artifacts import LITERT_FILE, TWIN_FILE, BadVersion, Card, verify
from classifier.training.batches import FOREIGN_RATIO
from classifier.training.calibration import SLICE, predict_with
from classifier.training.lexicon import TRAIN, Examples, Floats, Ids, Lexicon
from classifier.training.networks import BUCKETS, Architecture, ngram_buckets
from classifier.training.reviewed import Reviewed
from classifier.training.training import Trained, TrainedNetwork

# Share of its target that each language of a taught word reaches: a single language gets 0.92, so that a second one
# stays below the threshold of `several`, which is at least 0.08.
SURE = 0.92
_LEAST_TARGET = 0.1  # of the largest share of a target; smaller ones need not be reached
_MOST_STEPS = 500  # 23 for 30 words, 250 for 1,000 words a fifth of which are told to be `und`
_ROUNDS = 5  # of keeping other words
_KEPT_WEIGHT = 1.0  # words from this weight on, the more frequent ones, keep their first language


def fine_tune(architecture: Architecture, lexicon: Lexicon, reviewed: Reviewed, base: Path) -> Trained:
    """Teach reviewed words to the network and the twin of a version.

    Temperature and thresholds stay. The twin learns the words of the training split only, so that validation and
    held-out words measure it as before. `lexicon` is without the reviewed words. Raises BadVersion for damaged files
    and for another kind of model, languages or alphabet.
    """
    card = verify(base, [LITERT_FILE, TWIN_FILE])
    if (card.languages, card.encoder) != (lexicon.languages, lexicon.encoder):
        raise BadVersion(f"{base} has other languages or another alphabet: train from scratch")
    parts = [
        (LITERT_FILE, lexicon.complete, reviewed.examples),
        (TWIN_FILE, lexicon, reviewed.examples.where(reviewed.in_training)),
    ]
    network, twin = (_fine_tuned(architecture, words, taught, card, base / file) for file, words, taught in parts)
    return Trained(replace(network, seconds=network.seconds + twin.seconds), twin)


def _fine_tuned(
    architecture: Architecture, lexicon: Lexicon, taught: Examples, card: Card, path: Path
) -> TrainedNetwork:
    started = time.monotonic()
    temperature = float(card.training["temperature"])
    model = architecture(lexicon.encoder, len(lexicon.languages), temperature)
    model.set_weights([read_table(path, len(card.labels))])
    _teach_and_keep(model, lexicon, taught, temperature)
    seconds = time.monotonic() - started
    return TrainedNetwork(model, temperature, card.thresholds, {}, card.training["seed"], seconds, 0, card.version)


def read_table(path: Path, labels: int) -> Floats:
    """Return the weights (buckets + 1, labels) in a LiteRT file.

    Raises BadVersion for another kind of model. Of the twin, no other file has the weights.
    """
    interpreter = Interpreter(model_path=str(path))
    for tensor in interpreter.get_tensor_details():
        if tuple(tensor["shape"]) == (BUCKETS + 1, labels):
            table: Floats = interpreter.get_tensor(tensor["index"])
            return table.copy()
    raise BadVersion(f"{path} holds no table of n-grams: train from scratch")


def _teach_and_keep(model: keras.Model, lexicon: Lexicon, taught: Examples, temperature: float) -> None:
    """Change the weights until the words are answered as taught, and frequent other words as before."""
    [base] = model.get_weights()
    words = lexicon.own[TRAIN]
    frequent = words.where((words.weights >= _KEPT_WEIGHT) & ~np.isin(words.words, taught.words))
    ids = frequent.ids.astype(np.int32)
    before = predict_with(model)(ids)
    usage = bucket_usage(lexicon)
    kept = np.zeros(len(frequent), bool)
    for _ in range(_ROUNDS):
        learnt = np.concatenate([taught.ids, frequent.ids[kept]]).astype(np.int32)
        targets = np.concatenate([taught.targets, before[kept]])
        model.set_weights([teach(base, learnt, targets, usage, temperature)])
        lost = predict_with(model)(ids)[:, :-1].argmax(axis=1) != before[:, :-1].argmax(axis=1)
        if not (lost & ~kept).any():
            break
        kept |= lost


def teach(table: Floats, ids: Ids, targets: Floats, usage: NDArray[np.float64], temperature: float) -> Floats:
    """Return a table that answers words as taught.

    `ids` (words, length), `targets` (words, labels), `usage` (buckets + 1,) by other words. A word's steps are
    shared by its n-grams in proportion to 1 / usage², so that those of frequent n-grams are next to nothing.
    """
    table = table.copy()
    if not len(ids):
        return table
    word, buckets, shares = _shares(ids, usage)
    starts = np.flatnonzero(np.diff(word, prepend=-1))  # of the n-grams of each word
    used, place = np.unique(buckets, return_inverse=True)
    rows = table[used].astype(np.float64)
    for _ in range(_MOST_STEPS):
        steps = _steps(np.add.reduceat(rows[place], starts), targets, temperature)
        if not steps.any():
            break
        changes = shares[:, None] * steps[word]
        rows += np.stack([np.bincount(place, column, minlength=len(used)) for column in changes.T], axis=1)
    table[used] = rows
    return table


def _steps(logits: NDArray[np.float64], targets: Floats, temperature: float) -> NDArray[np.float64]:
    """Return the steps of the logits (words, labels) down the loss; 0 for words that are sure."""
    languages = np.exp((logits[:, :-1] - logits[:, :-1].max(axis=1, keepdims=True)) / temperature)
    languages /= languages.sum(axis=1, keepdims=True)
    undetermined = 1 / (1 + np.exp(-np.clip(logits[:, -1:], -7, 7)))
    output = np.hstack([languages * (1 - undetermined), undetermined])
    small = targets < _LEAST_TARGET * targets.max(axis=1, keepdims=True)
    sure = ((output >= SURE * targets) | small).all(axis=1)
    of_languages = targets[:, :-1] - languages * (1 - targets[:, -1:])
    steps = np.hstack([of_languages, targets[:, -1:] - undetermined])
    steps[sure] = 0
    return steps


def _shares(ids: Ids, usage: NDArray[np.float64]) -> tuple[NDArray[np.int_], Ids, NDArray[np.float64]]:
    """Return row, bucket and share of a step of each n-gram in the words."""
    buckets, mask = _buckets(ids)
    rows, columns = np.nonzero(mask)
    buckets = buckets[rows, columns]
    shares = 1 / (1 + usage[buckets]) ** 2
    totals = np.bincount(rows, shares, minlength=len(ids))
    return rows, buckets, shares / totals[rows]


def bucket_usage(lexicon: Lexicon) -> NDArray[np.float64]:
    """Return how much the training words use each bucket, (buckets + 1,), by their weights in a pass."""
    own, foreign = lexicon.own[TRAIN], lexicon.foreign[TRAIN]
    count = int(len(own) * FOREIGN_RATIO) if len(foreign) else 0
    cumulative = np.cumsum(foreign.weights, dtype=np.float64)
    drawn = np.searchsorted(cumulative, (np.arange(count) + 0.5) / max(count, 1) * cumulative[-1:].sum())
    usage = np.zeros(BUCKETS + 1)
    for ids, weights in ((own.ids, own.weights), (foreign.ids[drawn], np.ones(count))):
        for at in range(0, len(ids), SLICE):
            buckets, mask = _buckets(ids[at : at + SLICE].astype(np.int32))
            used = mask * weights[at : at + SLICE, None]
            usage += np.bincount(buckets.ravel(), used.ravel(), minlength=BUCKETS + 1)
    return usage


def _buckets(ids: Ids) -> tuple[Ids, Floats]:
    buckets, mask = ngram_buckets(keras.ops.convert_to_tensor(ids, "int32"))
    return keras.ops.convert_to_numpy(buckets), keras.ops.convert_to_numpy(mask)
