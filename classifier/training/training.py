"""Training of a network and its twin on a lexicon."""

import time
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import keras
import numpy as np
from tqdm import tqdm

from classifier.ml.verdict import Thresholds
from classifier.training.batches import FOREIGN_RATIO, Batches, Predict
from classifier.training.calibration import allow_shared_words, choose_thresholds, fit_temperature, predict_with
from classifier.training.lexicon import VALIDATION, Examples, Lexicon
from classifier.training.networks import Architecture


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
    passes: int
    base: str = ""  # the version that was fine-tuned; empty: trained from scratch


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
        np.concatenate([own.frequencies, foreign.frequencies]),
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

    It is measured on the held-out words in place of the network that serves, and gives that one its temperature and
    thresholds. The same lexicon, seed and libraries give the same weights on the same machine.
    """
    started = time.monotonic()
    passes = passes or round(architecture.passes)
    validation = validation_words(lexicon)
    network, history = _fit(
        *(architecture, lexicon, teacher),
        seed=seed,
        passes=passes,
        validation_data=(validation.ids.astype(np.int32), validation.targets, validation.weights),
        validation_batch_size=8192,
    )
    calibrated, temperature = calibrate(architecture, lexicon, network)
    thresholds = choose_thresholds(predict_with(calibrated), lexicon)
    seconds = time.monotonic() - started
    return TrainedNetwork(calibrated, temperature, thresholds, history, seed, seconds, passes)


def train_complete(
    architecture: Architecture, lexicon: Lexicon, twin: TrainedNetwork, *, teacher: Predict | None = None
) -> TrainedNetwork:
    """Train the network that serves on all words, by the recipe, seed and passes of its twin."""
    started = time.monotonic()
    network, _ = _fit(architecture, lexicon.complete, teacher, seed=twin.seed, passes=twin.passes)
    calibrated = with_temperature(architecture, lexicon, network, twin.temperature)
    thresholds = allow_shared_words(twin.thresholds, predict_with(calibrated), lexicon)
    return replace(twin, model=calibrated, thresholds=thresholds, seconds=twin.seconds + time.monotonic() - started)


def _fit(
    architecture: Architecture,
    lexicon: Lexicon,
    teacher: Predict | None,
    *,
    seed: int,
    passes: int,
    **options: Any,
) -> tuple[keras.Model, dict[str, list[float]]]:
    """Train for `passes` passes and return network and losses.

    Never stopped early: the last, small steps gain most, and the temperature repairs the overconfidence that lets the
    validation loss rise before.
    """
    keras.utils.set_random_seed(seed)
    batches = Batches(lexicon, architecture, teacher, seed)
    network = architecture.to_train(lexicon.encoder, len(lexicon.languages))
    rate = keras.optimizers.schedules.CosineDecay(architecture.rate, passes * len(batches), alpha=0.02)
    optimizer = keras.optimizers.AdamW(rate, weight_decay=architecture.weight_decay)
    network.compile(optimizer, loss="categorical_crossentropy", jit_compile=False)
    progress = _Progress(architecture.name, passes * len(batches))
    fitted = network.fit(batches, epochs=passes, shuffle=False, verbose=0, callbacks=[progress], **options)
    return with_temperature(architecture, lexicon, network, 1.0), fitted.history


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
