"""Fine-tuning of the n-gram network: it remembers reviewed words, so that all others are answered as before."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classifier.ml.artifacts import LITERT_FILE, TWIN_FILE, verify
from classifier.training.lexicon import Examples, Floats
from classifier.training.ngram_export import Trained
from classifier.training.ngrams import Weights, read_weights
from classifier.training.remembered import Remembered
from classifier.training.reviewed import Reviewed

# Share of its target that each language of a taught word reaches: a single language gets 0.95, so that a second one
# stays below the limit of a prediction set, 0.09 for three candidates.
SURE = 0.95
_AIM = 0.96  # at it, since corrections are rounded
_LEAST_TARGET = 0.1  # of the largest share of a target; smaller ones need not be reached


def fine_tune(base: Path, reviewed: Reviewed) -> Trained:
    """Teach reviewed words to the network and the twin of the version in `base`.

    The twin learns the words of the training split only, so that validation and held-out words measure it as before.
    Raises BadVersion for damaged files and for another kind of model, TooManyWords.
    """
    started = time.monotonic()
    card = verify(base, [LITERT_FILE, TWIN_FILE])
    network, twin = (read_weights(base / file, len(card.labels)) for file in (LITERT_FILE, TWIN_FILE))
    examples = reviewed.examples
    network = teach(network, examples)
    twin = teach(twin, examples.where(reviewed.in_training))
    figures = {
        "seed": card.training.get("seed", 0),
        "parameters": card.training.get("parameters", 0),
        "passes": 0,
        "base": card.version,
        "answered_as_reviewed": int(is_taught(network, examples).sum()),
        "seconds": round(time.monotonic() - started),
    }
    return Trained(network, twin, figures)


def teach(weights: Weights, examples: Examples) -> Weights:
    """Return weights that answer words as taught; those that they answer so already change nothing."""
    examples = examples.where(~is_taught(weights, examples))
    if not len(examples):
        return weights
    ids = examples.ids.astype(np.int32)
    table = weights.remembered or Remembered.nothing(len(weights.bias))
    changes = _corrections(replace(weights, remembered=None).logits(ids), examples.targets)
    corrections, rows = np.unique(changes, axis=0, return_inverse=True)
    return replace(weights, remembered=table.with_words(ids, rows.reshape(-1), corrections))


def is_taught(weights: Weights, examples: Examples) -> NDArray[np.bool_]:
    """Return whether words, (words,), are answered as taught."""
    targets = examples.targets
    small = targets < _LEAST_TARGET * targets.max(axis=1, keepdims=True)
    output = weights.output(examples.ids.astype(np.int32))
    taught: NDArray[np.bool_] = ((output >= SURE * targets) | small).all(axis=1)
    return taught


def _corrections(logits: Floats, targets: Floats) -> Floats:
    """Return what to add to logits (words, labels), so that the output is mostly the target, and a little what it was.

    The languages that are no target get no correction.
    """
    logits = np.asarray(logits, np.float64)
    languages, none = logits[:, :-1], logits[:, -1]
    logarithms = languages - np.logaddexp.reduce(languages, axis=1, keepdims=True)
    logarithms -= np.logaddexp(0, none)[:, None]  # those of the output
    mixed = np.logaddexp(_log(_AIM * targets[:, :-1]), np.log(1 - _AIM) + logarithms)
    of_languages = np.where(targets[:, :-1] > 0, mixed - logarithms - np.log(1 - _AIM), 0)
    wanted = _AIM * targets[:, -1] + (1 - _AIM) / (1 + np.exp(-none))
    of_none = np.log(wanted) - np.log1p(-wanted) - none
    return np.hstack([of_languages, of_none[:, None]]).astype(np.float32)


def _log(values: Floats) -> Floats:
    return np.log(np.maximum(values, 1e-30))
