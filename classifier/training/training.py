"""Training of a network on a lexicon, and its calibration."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from classifier.ml.verdict import Thresholds
from classifier.training import lexicon as lexicon_module
from classifier.training.lexicon import TRAIN, VALIDATION, Examples, Floats, Ids, Lexicon
from classifier.training.networks import Architecture

# Negatives in a pass, per word of the languages.
FOREIGN_RATIO = 0.5  # words of other languages
RANDOM_RATIO = 0.05  # random strings
MIXED_SCRIPT_RATIO = 0.03  # words with one letter of another script

UNACCENTED_SHARE = 1 / 7  # of the words, shown without their accents
MAX_WEIGHT = 2.0  # a heavier word is repeated in a pass, since Adam's steps hardly grow with weight
PATIENCE = 4  # passes without a better validation loss before training stops; the last, small steps gain most

SINGLE_ACCURACY, MARGIN = 0.95, 0.01  # least accuracy of `single`, and the margin on validation words
SEVERAL_BOUNDS = (0.08, 0.2)  # of the threshold `several`
UNDETERMINED_BOUNDS = (0.5, 0.6)  # of the threshold `undetermined`
SHARED_WORDS = ["piano", "no", "animal", "hotel", "menu"]  # words of several languages, to choose `several` by

Predict = Callable[[NDArray[np.int32]], Floats]


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """One shuffled pass: all words of the languages and negatives.

    A batch is ids (batch, length), targets (batch, labels) and weights (batch,). Negatives are
    drawn anew for each pass.
    """

    def __init__(self, lexicon: Lexicon, architecture: Architecture, teacher: Predict | None, seed: int) -> None:
        super().__init__()
        self.random = np.random.default_rng(seed)
        self.encoder, self.size = lexicon.encoder, architecture.batch
        self.own, self.foreign = lexicon.own[TRAIN], lexicon.foreign[TRAIN]
        repeats = np.ceil(self.own.weights / MAX_WEIGHT).astype(int)
        self.rows = np.repeat(np.arange(len(self.own)), repeats)
        self.row_weights = (self.own.weights / repeats)[self.rows]
        self.foreign_cumulative = np.cumsum(self.foreign.weights / self.foreign.weights.sum())
        self.distilled_targets = self._distill(teacher)
        self.negative = np.zeros(self.own.targets.shape[1], np.float32)
        self.negative[-1] = 1
        self.on_epoch_end()

    def __len__(self) -> int:
        return math.ceil(len(self.ids) / self.size)

    def __getitem__(self, index: int) -> tuple[Ids, Floats, Floats]:
        rows = slice(index * self.size, (index + 1) * self.size)
        return self.ids[rows], self.targets[rows], self.weights[rows]

    def on_epoch_end(self) -> None:
        """Draw the next pass: new negatives, order and unaccented words."""
        unaccented = self.random.random(len(self.rows)) < UNACCENTED_SHARE
        own = self._strip_accents(self.own.ids[self.rows].astype(np.int32), unaccented)
        negatives = self._negatives(own)
        ids = np.concatenate([own, negatives])
        targets = self.distilled_targets[unaccented.astype(int), self.rows]
        targets = np.concatenate([targets, np.tile(self.negative, (len(negatives), 1))])
        weights = np.concatenate([self.row_weights, np.ones(len(negatives), np.float32)])
        order = self.random.permutation(len(ids))
        self.ids, self.targets, self.weights = ids[order], targets[order], weights[order]

    def _distill(self, teacher: Predict | None) -> Floats:
        """Average targets and the teacher's output.

        Returns (2, words, labels): for the words with accents and without.
        """
        targets = self.own.targets
        if teacher is None:
            return np.stack([targets, targets])
        ids = self.own.ids.astype(np.int32)
        unaccented_ids = self.encoder.unaccented_ids[ids]
        accented, changed = teacher(ids), (unaccented_ids != ids).any(axis=1)
        unaccented = accented.copy()
        unaccented[changed] = teacher(unaccented_ids[changed])
        return np.stack([(targets + accented) / 2, (targets + unaccented) / 2])

    def _strip_accents(self, ids: Ids, mask: NDArray[np.bool_]) -> Ids:
        ids[mask] = self.encoder.unaccented_ids[ids[mask]]
        return ids

    def _negatives(self, own: Ids) -> Ids:
        count = len(self.own)
        rows = np.searchsorted(self.foreign_cumulative, self.random.random(int(count * FOREIGN_RATIO)))
        foreign = self.foreign.ids[np.minimum(rows, len(self.foreign) - 1)].astype(np.int32)
        strings = lexicon_module.random_string_ids(int(count * RANDOM_RATIO), self.encoder, self.random)
        mixed = own[self.random.integers(0, len(own), int(count * MIXED_SCRIPT_RATIO))]
        mixed = lexicon_module.mix_scripts(mixed, self.random)
        unaccented = self.random.random(len(foreign)) < UNACCENTED_SHARE
        return np.concatenate([self._strip_accents(foreign, unaccented), strings, mixed])


class _Progress(keras.callbacks.Callback):  # type: ignore[misc]
    """Progress bar over all passes, on a terminal only."""

    def __init__(self, name: str, steps: int) -> None:
        super().__init__()
        self.bar = tqdm(total=steps, desc=name, unit="batch", disable=None)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self.bar.update()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self.bar.set_postfix(loss=f"{(logs or {}).get('val_loss', (logs or {})['loss']):.4f}")

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        self.bar.close()


@dataclass(frozen=True)
class TrainedNetwork:
    """A trained and calibrated network, with figures for its card."""

    model: keras.Model
    temperature: float
    thresholds: Thresholds
    history: dict[str, list[float]]
    seed: int
    seconds: float
    passes: int  # of them, the weights are those after this many
    scheduled: int  # passes that the learning rate was planned for


def predict_with(model: keras.Model, batch: int = 8192) -> Predict:
    """Return a function that runs the model in slices.

    It maps ids (words, length) to output (words, labels).
    """

    def predict(ids: Ids) -> Floats:
        # In slices, since the activations of a whole lexicon would not fit into memory.
        outputs = [np.asarray(model.predict_on_batch(ids[at : at + batch])) for at in range(0, len(ids), batch)]
        return np.concatenate(outputs).astype(np.float32)

    return predict


def validation_words(lexicon: Lexicon) -> Examples:
    """Return the validation words of the languages and foreign ones.

    The foreign words are scaled to FOREIGN_RATIO of the languages' weight.
    """
    own, foreign = lexicon.own[VALIDATION], lexicon.foreign[VALIDATION]
    scale = FOREIGN_RATIO * own.weights.sum() / max(float(foreign.weights.sum()), 1e-9)
    return Examples(
        own.words + foreign.words,
        np.concatenate([own.ids, foreign.ids]),
        np.concatenate([own.targets, foreign.targets]),
        np.concatenate([own.weights, foreign.weights * scale]),
    )


class Trained(NamedTuple):
    """The network that serves, and its twin."""

    network: TrainedNetwork
    twin: TrainedNetwork


class Teachers(NamedTuple):
    """The networks that a network and its twin are distilled from; None: neither is distilled."""

    network: Predict | None = None
    twin: Predict | None = None


def train(
    architecture: Architecture,
    lexicon: Lexicon,
    *,
    seed: int = 1,
    teachers: Teachers = Teachers(),  # noqa: B008 - immutable
    passes: int | None = None,
) -> Trained:
    """Train the twin, then the network that serves by the same recipe."""
    twin = train_twin(architecture, lexicon, seed=seed, teacher=teachers.twin, passes=passes)
    return Trained(train_complete(architecture, lexicon, twin, teacher=teachers.network), twin)


def train_twin(
    architecture: Architecture,
    lexicon: Lexicon,
    *,
    seed: int = 1,
    teacher: Predict | None = None,
    passes: int | None = None,
) -> TrainedNetwork:
    """Train and calibrate a network without the validation and held-out words.

    It is measured on the held-out words in place of the network that serves, and gives that one its number of
    passes, temperature and thresholds. The same lexicon, seed and libraries give the same weights on the same machine.
    """
    started = time.monotonic()
    scheduled = passes or architecture.passes
    validation = validation_words(lexicon)
    network, history = _fit(
        *(architecture, lexicon, teacher),
        seed=seed,
        scheduled=scheduled,
        passes=scheduled,
        validation_data=(validation.ids.astype(np.int32), validation.targets, validation.weights),
        validation_batch_size=8192,
        callbacks=[keras.callbacks.EarlyStopping(patience=PATIENCE, restore_best_weights=True)],
    )
    calibrated, temperature = calibrate(architecture, lexicon, network)
    thresholds = choose_thresholds(predict_with(calibrated), lexicon)
    best = int(np.argmin(history["val_loss"])) + 1
    seconds = time.monotonic() - started
    return TrainedNetwork(calibrated, temperature, thresholds, history, seed, seconds, best, scheduled)


def train_complete(
    architecture: Architecture, lexicon: Lexicon, twin: TrainedNetwork, *, teacher: Predict | None = None
) -> TrainedNetwork:
    """Train the network that serves on all words, by the recipe, seed and passes of its twin."""
    started = time.monotonic()
    network, _ = _fit(
        *(architecture, lexicon.complete, teacher), seed=twin.seed, scheduled=twin.scheduled, passes=twin.passes
    )
    calibrated = with_temperature(architecture, lexicon, network, twin.temperature)
    return replace(twin, model=calibrated, seconds=twin.seconds + time.monotonic() - started)


def _fit(
    architecture: Architecture,
    lexicon: Lexicon,
    teacher: Predict | None,
    *,
    seed: int,
    scheduled: int,
    passes: int,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    **options: Any,
) -> tuple[keras.Model, dict[str, list[float]]]:
    """Train for `passes` passes of a learning rate that falls over `scheduled` ones; return network and losses."""
    keras.utils.set_random_seed(seed)
    batches = Batches(lexicon, architecture, teacher, seed)
    network = architecture(lexicon.encoder, len(lexicon.languages))
    rate = keras.optimizers.schedules.CosineDecay(architecture.rate, scheduled * len(batches), alpha=0.02)
    optimizer = keras.optimizers.AdamW(rate, weight_decay=architecture.weight_decay)
    network.compile(optimizer, loss="categorical_crossentropy", jit_compile=False)
    progress = _Progress(architecture.name, passes * len(batches))
    fitted = network.fit(batches, epochs=passes, shuffle=False, verbose=0, callbacks=[*callbacks, progress], **options)
    return network, fitted.history


def calibrate(architecture: Architecture, lexicon: Lexicon, network: keras.Model) -> tuple[keras.Model, float]:
    """Rebuild the network with the best temperature on validation words."""
    own = lexicon.own[VALIDATION]
    temperature = fit_temperature(predict_with(network)(own.ids.astype(np.int32)), own)
    return with_temperature(architecture, lexicon, network, temperature), temperature


def with_temperature(
    architecture: Architecture, lexicon: Lexicon, network: keras.Model, temperature: float
) -> keras.Model:
    """Rebuild the network with a temperature."""
    calibrated = architecture(lexicon.encoder, len(lexicon.languages), temperature)
    calibrated.set_weights(network.get_weights())
    return calibrated


def fit_temperature(output: Floats, examples: Examples) -> float:
    """Fit the temperature (Guo et al. 2017).

    The loss is the negative log-likelihood of the targets. `output` (words, labels) is the model's
    at temperature 1, rescaled by softmax(log(p) / T).
    """
    logits = np.log(np.maximum(language_probabilities(output), 1e-12))
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
    shared = predict(lexicon.encoder.encode(SHARED_WORDS))
    second = np.sort(language_probabilities(shared), axis=1)[:, -2].min()
    several = float(np.clip(np.floor(100 * second) / 100, *SEVERAL_BOUNDS))
    undetermined = float(np.clip(np.ceil(100 * shared[:, -1].max()) / 100, *UNDETERMINED_BOUNDS))
    own = lexicon.own[VALIDATION]
    output = predict(own.ids.astype(np.int32))
    probabilities = language_probabilities(output)
    right = probabilities.argmax(axis=1) == own.targets[:, :-1].argmax(axis=1)
    candidates = (np.sort(probabilities, axis=1)[:, -2] < several) & (output[:, -1] <= undetermined)
    first = output[:, :-1].max(axis=1)
    for single in np.arange(0.5, 1.0, 0.01):
        singles = candidates & (first >= single)
        if singles.any() and right[singles].mean() >= SINGLE_ACCURACY + MARGIN:
            break
    return Thresholds(round(float(single), 2), round(several, 2), round(undetermined, 2))


def language_probabilities(output: Floats) -> Floats:
    """Drop the last column and scale rows to sum 1."""
    probabilities: Floats = output[:, :-1] / output[:, :-1].sum(axis=1, keepdims=True)
    return probabilities
