"""Trains a network on a lexicon, calibrates it on validation words and writes a version folder."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version as installed
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tqdm import tqdm

from classifier.ml import lexicon as lexicon_module
from classifier.ml.artifacts import SERVED, TRAINED, UNDETERMINED, Card, digest
from classifier.ml.lexicon import TRAIN, VALIDATION, Examples, Floats, Ids, Lexicon
from classifier.ml.networks import Architecture
from classifier.ml.verdict import Thresholds

FOREIGN_SHARE = 0.5  # words of other languages in a pass, per word of the languages
RANDOM_SHARE = 0.05  # random strings, likewise
SPOILT_SHARE = 0.03  # words with one letter of another script, likewise
PLAIN_SHARE = 1 / 7  # words shown without their accents
PATIENCE = 2  # passes without a better validation loss before training stops

Predict = Callable[[NDArray[np.int32]], Floats]


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """One pass over the words: all of the languages' own, with freshly drawn negatives, shuffled."""

    def __init__(self, lexicon: Lexicon, architecture: Architecture, teacher: Predict | None, seed: int) -> None:
        super().__init__()
        self.random = np.random.default_rng(seed)
        self.encoder, self.size = lexicon.encoder, architecture.batch
        self.own, self.foreign = lexicon.own[TRAIN], lexicon.foreign[TRAIN]
        self.teacher = teacher
        self.foreign_odds = np.cumsum(self.foreign.weights / self.foreign.weights.sum())
        self.negative = np.zeros(self.own.targets.shape[1], np.float32)
        self.negative[-1] = 1
        self.on_epoch_end()

    def __len__(self) -> int:
        return -(-len(self.ids) // self.size)

    def __getitem__(self, index: int) -> tuple[Ids, Floats, Floats]:
        rows = slice(index * self.size, (index + 1) * self.size)
        return self.ids[rows], self.targets[rows], self.weights[rows]

    def on_epoch_end(self) -> None:
        """Draw the next pass: accents dropped here and there, other negatives, another order."""
        own = self._without_accents(self.own.ids.astype(np.int32))
        negatives = self._negatives(own)
        ids = np.concatenate([own, negatives])
        targets = np.concatenate([self._targets(own), np.tile(self.negative, (len(negatives), 1))])
        weights = np.concatenate([self.own.weights, np.ones(len(negatives), np.float32)])
        order = self.random.permutation(len(ids))
        self.ids, self.targets, self.weights = ids[order], targets[order], weights[order]

    def _without_accents(self, ids: Ids) -> Ids:
        plain = self.random.random(len(ids)) < PLAIN_SHARE
        ids[plain] = self.encoder.without_accents[ids[plain]]
        return ids

    def _negatives(self, own: Ids) -> Ids:
        count = len(own)
        drawn = np.searchsorted(self.foreign_odds, self.random.random(int(count * FOREIGN_SHARE)))
        foreign = self.foreign.ids[np.minimum(drawn, len(self.foreign) - 1)].astype(np.int32)
        strings = lexicon_module.random_strings(int(count * RANDOM_SHARE), self.encoder, self.random)
        spoilt = own[self.random.integers(0, count, int(count * SPOILT_SHARE))]
        spoilt = lexicon_module.with_foreign_letter(spoilt, self.random)
        return np.concatenate([self._without_accents(foreign), strings, spoilt])

    def _targets(self, own: Ids) -> Floats:
        if self.teacher is None:
            return self.own.targets
        taught: Floats = (self.own.targets + self.teacher(own)) / 2
        return taught


class _Progress(keras.callbacks.Callback):  # type: ignore[misc]
    """A bar over all passes with the time left and the validation loss; quiet unless on a terminal."""

    def __init__(self, name: str, steps: int) -> None:
        super().__init__()
        self.bar = tqdm(total=steps, desc=name, unit="batch", disable=None)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self.bar.update()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.bar.set_postfix(validation=f"{(logs or {})['val_loss']:.4f}")

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        self.bar.close()


@dataclass(frozen=True)
class Trained:
    """A trained and calibrated network with what its card says about how it came about."""

    model: keras.Model
    temperature: float
    thresholds: Thresholds
    history: dict[str, list[float]]
    seed: int


def predict_with(model: keras.Model, batch: int = 8192) -> Predict:
    """Return a function from ids (words, length) to the model's output (words, labels)."""

    def predict(ids: Ids) -> Floats:
        # In slices, since `predict` on a whole lexicon would hold every activation's copy.
        outputs = [np.asarray(model.predict_on_batch(ids[at : at + batch])) for at in range(0, len(ids), batch)]
        return np.concatenate(outputs).astype(np.float32)

    return predict


def validation_words(lexicon: Lexicon, split: str = VALIDATION) -> Examples:
    """Return a split's words of the languages and as much weight of other languages' words."""
    own, foreign = lexicon.own[split], lexicon.foreign[split]
    share = FOREIGN_SHARE * own.weights.sum() / max(float(foreign.weights.sum()), 1e-9)
    return Examples(
        own.words + foreign.words,
        np.concatenate([own.ids, foreign.ids]),
        np.concatenate([own.targets, foreign.targets]),
        np.concatenate([own.weights, foreign.weights * share]),
    )


def train(
    architecture: Architecture,
    lexicon: Lexicon,
    *,
    seed: int = 1,
    teacher: Predict | None = None,
    passes: int | None = None,
) -> Trained:
    """Train one network; the same lexicon, seed and libraries give the same weights on one machine."""
    keras.utils.set_random_seed(seed)
    passes = passes or architecture.passes
    batches = Batches(lexicon, architecture, teacher, seed)
    network = architecture(lexicon.encoder, len(lexicon.languages))
    steps = passes * len(batches)
    rate = keras.optimizers.schedules.CosineDecay(architecture.rate, steps, alpha=0.02)
    optimizer = keras.optimizers.AdamW(rate, weight_decay=architecture.weight_decay)
    network.compile(optimizer, loss="categorical_crossentropy", jit_compile=False)
    checked = validation_words(lexicon)
    stop = keras.callbacks.EarlyStopping(patience=PATIENCE, restore_best_weights=True)
    history = network.fit(
        batches,
        epochs=passes,
        shuffle=False,
        verbose=0,
        validation_data=(checked.ids.astype(np.int32), checked.targets, checked.weights),
        validation_batch_size=8192,
        callbacks=[stop, _Progress(architecture.name, steps)],
    ).history
    return calibrated(architecture, lexicon, network, history, seed)


def calibrated(
    architecture: Architecture, lexicon: Lexicon, network: keras.Model, history: dict[str, list[float]], seed: int
) -> Trained:
    """Build the network again with the temperature and thresholds that suit the validation words."""
    own = lexicon.own[VALIDATION]
    output = predict_with(network)(own.ids.astype(np.int32))
    temperature = fit_temperature(output, own)
    final = architecture(lexicon.encoder, len(lexicon.languages), temperature)
    final.set_weights(network.get_weights())
    return Trained(final, temperature, choose_thresholds(predict_with(final), lexicon), history, seed)


def fit_temperature(output: Floats, examples: Examples) -> float:
    """Return the temperature with the lowest negative log-likelihood (Guo et al. 2017).

    `output` (words, labels) is the model's at temperature 1; softmax(log(p) / T) rescales it.
    """
    logits = np.log(np.maximum(output[:, :-1], 1e-12))
    weights = examples.weights[:, None] * examples.targets[:, :-1]
    candidates = np.exp(np.linspace(np.log(0.5), np.log(2), 57))
    losses = []
    for temperature in candidates:
        scaled = logits / temperature
        scaled = scaled - np.logaddexp.reduce(scaled, axis=1, keepdims=True)
        losses.append(-(weights * scaled).sum())
    return round(float(candidates[int(np.argmin(losses))]), 4)


def choose_thresholds(predict: Predict, lexicon: Lexicon) -> Thresholds:
    """Choose the verdict's thresholds on validation words."""
    return Thresholds(single=0.6, several=0.15, undetermined=0.5)
