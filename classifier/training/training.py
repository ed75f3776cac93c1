"""Trains a network on a lexicon and calibrates it on validation words."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from classifier.ml.verdict import Thresholds
from classifier.training import lexicon as lexicon_module
from classifier.training.lexicon import TRAIN, VALIDATION, Examples, Floats, Ids, Lexicon
from classifier.training.networks import Architecture

FOREIGN_SHARE = 0.5  # words of other languages in a pass, per word of the languages
RANDOM_SHARE = 0.05  # random strings, likewise
SPOILT_SHARE = 0.03  # words with one letter of another script, likewise
PLAIN_SHARE = 1 / 7  # words shown without their accents
MOST_WEIGHT = 4.0  # a heavier word is shown several times a pass: Adam's steps hardly grow with weight
PATIENCE = 4  # passes without a better validation loss before training stops; the last, small steps gain most

SINGLE_RIGHT, MARGIN = 0.95, 0.01  # `single` is right at least this often, with a margin to choose by
SECOND_LANGUAGE = (0.08, 0.2)  # bounds on the second language's share from which a word is shared
SHARED_WORDS = ["piano", "no", "animal", "hotel", "menu"]  # known to belong to several languages
MOST_UNDETERMINED = (0.5, 0.6)  # bounds on the share of `und` above which a word is no word of the languages

Predict = Callable[[NDArray[np.int32]], Floats]


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """One pass over the words: all of the languages' own, with freshly drawn negatives, shuffled."""

    def __init__(self, lexicon: Lexicon, architecture: Architecture, teacher: Predict | None, seed: int) -> None:
        super().__init__()
        self.random = np.random.default_rng(seed)
        self.encoder, self.size = lexicon.encoder, architecture.batch
        self.own, self.foreign = lexicon.own[TRAIN], lexicon.foreign[TRAIN]
        copies = np.ceil(self.own.weights / MOST_WEIGHT).astype(int)
        self.rows = np.repeat(np.arange(len(self.own)), copies)
        self.row_weights = (self.own.weights / copies)[self.rows]
        self.foreign_odds = np.cumsum(self.foreign.weights / self.foreign.weights.sum())
        self.taught = self._taught(teacher)
        self.negative = np.zeros(self.own.targets.shape[1], np.float32)
        self.negative[-1] = 1
        self.on_epoch_end()

    def __len__(self) -> int:
        return math.ceil(len(self.ids) / self.size)

    def __getitem__(self, index: int) -> tuple[Ids, Floats, Floats]:
        rows = slice(index * self.size, (index + 1) * self.size)
        return self.ids[rows], self.targets[rows], self.weights[rows]

    def on_epoch_end(self) -> None:
        """Draw the next pass: accents dropped here and there, other negatives, another order."""
        plain = self.random.random(len(self.rows)) < PLAIN_SHARE
        own = self._without_accents(self.own.ids[self.rows].astype(np.int32), plain)
        negatives = self._negatives(own)
        ids = np.concatenate([own, negatives])
        targets = self.taught[plain.astype(int), self.rows]
        targets = np.concatenate([targets, np.tile(self.negative, (len(negatives), 1))])
        weights = np.concatenate([self.row_weights, np.ones(len(negatives), np.float32)])
        order = self.random.permutation(len(ids))
        self.ids, self.targets, self.weights = ids[order], targets[order], weights[order]

    def _taught(self, teacher: Predict | None) -> Floats:
        """Return the targets of words with and without accents, shape (2, words, labels)."""
        targets = self.own.targets
        if teacher is None:
            return np.stack([targets, targets])
        ids = self.own.ids.astype(np.int32)
        plain = self.encoder.unaccented_ids[ids]
        accented, changed = teacher(ids), (plain != ids).any(axis=1)
        unaccented = accented.copy()
        unaccented[changed] = teacher(plain[changed])
        return np.stack([(targets + accented) / 2, (targets + unaccented) / 2])

    def _without_accents(self, ids: Ids, plain: NDArray[np.bool_]) -> Ids:
        ids[plain] = self.encoder.unaccented_ids[ids[plain]]
        return ids

    def _negatives(self, own: Ids) -> Ids:
        count = len(self.own)
        drawn = np.searchsorted(self.foreign_odds, self.random.random(int(count * FOREIGN_SHARE)))
        foreign = self.foreign.ids[np.minimum(drawn, len(self.foreign) - 1)].astype(np.int32)
        strings = lexicon_module.random_strings(int(count * RANDOM_SHARE), self.encoder, self.random)
        spoilt = own[self.random.integers(0, len(own), int(count * SPOILT_SHARE))]
        spoilt = lexicon_module.with_foreign_letter(spoilt, self.random)
        plain = self.random.random(len(foreign)) < PLAIN_SHARE
        return np.concatenate([self._without_accents(foreign, plain), strings, spoilt])


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
    seconds: float


def predict_with(model: keras.Model, batch: int = 8192) -> Predict:
    """Return a function from ids (words, length) to the model's output (words, labels)."""

    def predict(ids: Ids) -> Floats:
        # In slices, since `predict` on a whole lexicon would hold every activation's copy.
        outputs = [np.asarray(model.predict_on_batch(ids[at : at + batch])) for at in range(0, len(ids), batch)]
        return np.concatenate(outputs).astype(np.float32)

    return predict


def validation_words(lexicon: Lexicon) -> Examples:
    """Return the validation words of the languages and as much weight of other languages' words."""
    own, foreign = lexicon.own[VALIDATION], lexicon.foreign[VALIDATION]
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
    started = time.monotonic()
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
    final, temperature = calibrated(architecture, lexicon, network)
    thresholds = choose_thresholds(predict_with(final), lexicon)
    return Trained(final, temperature, thresholds, history, seed, time.monotonic() - started)


def calibrated(architecture: Architecture, lexicon: Lexicon, network: keras.Model) -> tuple[keras.Model, float]:
    """Build the network again, with the temperature that suits the validation words best."""
    own = lexicon.own[VALIDATION]
    temperature = fit_temperature(predict_with(network)(own.ids.astype(np.int32)), own)
    final = architecture(lexicon.encoder, len(lexicon.languages), temperature)
    final.set_weights(network.get_weights())
    return final, temperature


def fit_temperature(output: Floats, examples: Examples) -> float:
    """Return the temperature with the lowest negative log-likelihood (Guo et al. 2017).

    `output` (words, labels) is the model's at temperature 1; softmax(log(p) / T) rescales it.
    """
    logits = np.log(np.maximum(languages_only(output), 1e-12))
    weights = examples.weights[:, None] * examples.targets[:, :-1]
    candidates = np.exp(np.linspace(np.log(0.5), np.log(2), 57))
    losses = []
    for temperature in candidates:
        scaled = logits / temperature
        scaled = scaled - np.logaddexp.reduce(scaled, axis=1, keepdims=True)
        losses.append(-(weights * scaled).sum())
    return round(float(candidates[int(np.argmin(losses))]), 4)


def choose_thresholds(predict: Predict, lexicon: Lexicon) -> Thresholds:
    """Choose the limits that find the known shared words, then the lowest sound `single`.

    `single` is right when it names a validation word's most frequent language; `MARGIN` is kept
    because other words will be answered than the ones chosen on.
    """
    shared = predict(lexicon.encoder.encode(SHARED_WORDS))
    second = np.sort(languages_only(shared), axis=1)[:, -2].min()
    several = float(np.clip(np.floor(100 * second) / 100, *SECOND_LANGUAGE))
    undetermined = float(np.clip(np.ceil(100 * shared[:, -1].max()) / 100, *MOST_UNDETERMINED))
    own = lexicon.own[VALIDATION]
    output = predict(own.ids.astype(np.int32))
    shares = languages_only(output)
    right = shares.argmax(axis=1) == own.targets[:, :-1].argmax(axis=1)
    alone = (np.sort(shares, axis=1)[:, -2] < several) & (output[:, -1] <= undetermined)
    first = output[:, :-1].max(axis=1)
    for single in np.arange(0.5, 1.0, 0.01):
        answered = alone & (first >= single)
        if answered.any() and right[answered].mean() >= SINGLE_RIGHT + MARGIN:
            break
    return Thresholds(round(float(single), 2), round(several, 2), round(undetermined, 2))


def languages_only(output: Floats) -> Floats:
    """Return the languages' probabilities without `und`, each row with sum 1."""
    shares: Floats = output[:, :-1] / output[:, :-1].sum(axis=1, keepdims=True)
    return shares
