"""Calibration of a network on validation words: temperature and thresholds."""

from dataclasses import replace

import keras
import numpy as np

from classifier.ml.verdict import Thresholds
from classifier.training.batches import Predict
from classifier.training.lexicon import VALIDATION, Examples, Floats, Ids, Lexicon

SLICE = 8192  # words
SINGLE_ACCURACY, MARGIN = 0.95, 0.01  # least accuracy of `single`, and the margin on validation words
SEVERAL_BOUNDS = (0.08, 0.2)  # of the threshold `several`
UNDETERMINED_BOUNDS = (0.5, 0.6)  # of the threshold `undetermined`
SHARED_WORDS = ["piano", "no", "animal", "hotel", "menu"]  # words of several languages, to choose `several` by


def predict_with(model: keras.Model) -> Predict:
    """Return a function that runs the model: ids (words, length) to output (words, labels)."""
    return in_slices(lambda ids: np.asarray(model.predict_on_batch(ids)))


def in_slices(predict: Predict) -> Predict:
    """Return `predict` for any number of words.

    The activations of a whole lexicon would not fit into memory.
    """

    def predict_all(ids: Ids) -> Floats:
        outputs = [predict(ids[at : at + SLICE]) for at in range(0, len(ids), SLICE)]
        return np.concatenate(outputs).astype(np.float32)

    return predict_all


def fit_temperature(output: Floats, examples: Examples) -> float:
    """Fit the temperature (Guo et al. 2017).

    The loss is the negative log-likelihood of the targets. `output` (words, labels) is the model's
    at temperature 1, rescaled by softmax(log(p) / T).
    """
    logits = np.log(np.maximum(drop_undetermined(output), 1e-12))
    weights = examples.weights[:, None] * examples.targets[:, :-1]
    candidates = np.exp(np.linspace(np.log(0.5), np.log(2), 57))
    losses = []
    for temperature in candidates:
        scaled = logits / temperature
        scaled = scaled - np.logaddexp.reduce(scaled, axis=1, keepdims=True)
        losses.append(-(weights * scaled).sum())
    return round(float(candidates[int(np.argmin(losses))]), 4)


def choose_thresholds(predict: Predict, lexicon: Lexicon) -> Thresholds:
    """Choose the thresholds of the verdicts.

    `several` and `undetermined` make SHARED_WORDS `several`, within their bounds; `single` is the
    lowest with an accuracy of SINGLE_ACCURACY and a MARGIN on validation words, against each word's
    most frequent language. The margin allows for other words than these.
    """
    several, undetermined = _limits_of_shared_words(predict, lexicon)
    own = lexicon.own[VALIDATION]
    output = predict(own.ids.astype(np.int32))
    probabilities = drop_undetermined(output)
    right = probabilities.argmax(axis=1) == own.targets[:, :-1].argmax(axis=1)
    candidates = (np.sort(probabilities, axis=1)[:, -2] < several) & (output[:, -1] <= undetermined)
    first = output[:, :-1].max(axis=1)
    for single in np.arange(0.5, 1.0, 0.01):
        singles = candidates & (first >= single)
        if singles.any() and right[singles].mean() >= SINGLE_ACCURACY + MARGIN:
            break
    return Thresholds(round(float(single), 2), round(several, 2), round(undetermined, 2))


def allow_shared_words(thresholds: Thresholds, predict: Predict, lexicon: Lexicon) -> Thresholds:
    """Widen thresholds chosen on the twin so that SHARED_WORDS are `several` for the network that serves, too."""
    several, undetermined = _limits_of_shared_words(predict, lexicon)
    return replace(
        thresholds,
        several=min(thresholds.several, round(several, 2)),
        undetermined=max(thresholds.undetermined, round(undetermined, 2)),
    )


def _limits_of_shared_words(predict: Predict, lexicon: Lexicon) -> tuple[float, float]:
    """Return the thresholds `several` and `undetermined` with which SHARED_WORDS are `several`, within their bounds."""
    shared = predict(lexicon.encoder.encode(SHARED_WORDS))
    second = np.sort(drop_undetermined(shared), axis=1)[:, -2].min()
    several = float(np.clip(np.floor(100 * second) / 100, *SEVERAL_BOUNDS))
    undetermined = float(np.clip(np.ceil(100 * shared[:, -1].max()) / 100, *UNDETERMINED_BOUNDS))
    return several, undetermined


def drop_undetermined(output: Floats) -> Floats:
    """Drop the last column and scale rows to sum 1."""
    probabilities: Floats = output[:, :-1] / output[:, :-1].sum(axis=1, keepdims=True)
    return probabilities
