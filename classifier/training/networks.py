"""The networks, one short build function each, from letter ids to probabilities, in one table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from classifier.ml.encoding import PADDING, Encoder

# A prime just under 2^19: products of an id and a power, reduced at once, stay inside int32.
BUCKETS = 524_287
LONGEST_NGRAM = 6
_CLIP = 7.0  # the most certain `und` is 0.999, so that the languages keep their order in float32


def _powers(count: int, seed: int) -> list[int]:
    # ids are below 4,096 and powers below 2^19, so that id * power < 2^31.
    return [int(power) for power in np.random.default_rng(seed).integers(1, BUCKETS, count)]


def answer_head(language_logits: Any, undetermined_logit: Any, temperature: float) -> Any:
    """Join a softmax over the languages (calibrated by `temperature`) and a sigmoid for `und`.

    Returns (batch, languages + 1) with sum 1. Cross-entropy on this output is the sum of the two
    losses: the languages' own, weighted by how sure it is that the word is theirs, and that of `und`.
    """
    languages = ops.softmax(language_logits / temperature)
    undetermined = ops.sigmoid(ops.clip(undetermined_logit, -_CLIP, _CLIP))
    return layers.Concatenate(name="probabilities")([languages * (1 - undetermined), undetermined])


def ngram_buckets(letters: Any) -> tuple[Any, Any]:
    """Hash the n-grams of 1 to 6 letters and the whole word, inside the graph.

    Takes ids (batch, length); returns buckets (batch, grams), padding's being 0, and which of them
    are real as floats of the same shape; the last column is the whole word.
    """
    length = letters.shape[1]
    powers = _powers(LONGEST_NGRAM, seed=1)
    buckets, real = [], []
    total = None
    for size in range(1, LONGEST_NGRAM + 1):
        last = letters[:, size - 1 :]  # (batch, length - size + 1): where an n-gram ends
        term = ops.mod(last * powers[size - 1], BUCKETS)
        total = term if total is None else total[:, :-1] + term
        buckets.append(ops.mod(total + size * 7_919, BUCKETS) + 1)
        real.append(ops.not_equal(last, PADDING))
    word = ops.mod(letters * ops.convert_to_tensor([_powers(length, seed=2)], "int32"), BUCKETS)
    buckets.append(ops.mod(ops.sum(word, axis=1, keepdims=True), BUCKETS) + 1)
    real.append(ops.not_equal(letters[:, :1], PADDING))
    mask = ops.concatenate(real, axis=1)
    return ops.concatenate(buckets, axis=1) * ops.cast(mask, "int32"), ops.cast(mask, "float32")


def build_ngram(encoder: Encoder, languages: int, temperature: float = 1.0) -> keras.Model:
    """Sum one logit a language over all hashed n-grams: a linear model that remembers words."""
    letters = keras.Input((encoder.length,), dtype="int32", name="letters")
    buckets, real = ngram_buckets(letters)
    # In training one n-gram in ten and half of the whole words vanish; `minimum` undoes the scaling.
    grams = ops.minimum(layers.Dropout(0.1)(real[:, :-1]), 1.0)
    word = ops.minimum(layers.Dropout(0.5)(real[:, -1:]), 1.0)
    kept = ops.concatenate([grams, word], axis=1)
    logits = layers.Embedding(BUCKETS + 1, languages + 1, embeddings_initializer="zeros")(buckets)
    logits = ops.sum(logits * ops.expand_dims(kept, -1), axis=1)  # (batch, languages + 1)
    return keras.Model(letters, answer_head(logits[:, :-1], logits[:, -1:], temperature), name="Ngram")


def both_ends(letters: Any) -> Any:
    """Return the first half of each row and its last letters, right-aligned: (batch, length).

    Words differ in length, so an ending is found at a fixed place only when counted from the end.
    """
    length = letters.shape[1]
    filled = ops.sum(ops.cast(ops.not_equal(letters, PADDING), "int32"), axis=1, keepdims=True)
    places = ops.mod(ops.expand_dims(ops.arange(length - length // 2, length), 0) + filled, length)
    return ops.concatenate([letters[:, : length // 2], ops.take_along_axis(letters, places, axis=1)], axis=1)


def build_ff(encoder: Encoder, languages: int, temperature: float = 1.0) -> keras.Model:
    """Read all letters at once with dense layers."""
    letters = keras.Input((encoder.length,), dtype="int32", name="letters")
    embedded = layers.Embedding(encoder.vocabulary, 24)(both_ends(letters))  # (batch, length, 24)
    hidden = layers.Flatten()(embedded)
    for units in (768, 384, 192):
        hidden = layers.Dense(units, activation="relu")(hidden)
    return _classifier("FF", letters, hidden, languages, temperature)


def build_cnn(encoder: Encoder, languages: int, temperature: float = 1.0) -> keras.Model:
    """Slide filters of three letters over the word, then weigh what they found at each place."""
    letters = keras.Input((encoder.length,), dtype="int32", name="letters")
    hidden = layers.Embedding(encoder.vocabulary, 24)(both_ends(letters))  # (batch, length, 24)
    for filters in (128, 64):
        hidden = layers.Conv1D(filters, 3, padding="same", activation="relu")(hidden)  # (batch, length, filters)
    hidden = layers.Flatten()(layers.MaxPooling1D(2)(hidden))  # (batch, length / 2 * 64)
    for units in (384, 192):
        hidden = layers.Dense(units, activation="relu")(hidden)
    return _classifier("CNN", letters, hidden, languages, temperature)


def build_cnnsep(encoder: Encoder, languages: int, temperature: float = 1.0) -> keras.Model:
    """Slide separable filters, along the letters first and across the features then, and weigh each place."""
    letters = keras.Input((encoder.length,), dtype="int32", name="letters")
    hidden = layers.Embedding(encoder.vocabulary, 24)(both_ends(letters))  # (batch, length, 24)
    for multiplier in (4, 1):  # four filters along the letters for each feature of a letter, then one
        convolution = layers.SeparableConv1D(64, 3, padding="same", activation="relu", depth_multiplier=multiplier)
        hidden = convolution(hidden)  # (batch, length, 64)
    hidden = layers.Flatten()(hidden)
    for units in (512, 256):
        hidden = layers.Dense(units, activation="relu")(hidden)
    return _classifier("CNNsep", letters, hidden, languages, temperature)


def build_rnn(encoder: Encoder, languages: int, temperature: float = 1.0) -> keras.Model:
    """Read the ending forwards and the beginning backwards, a letter at a time.

    So each LSTM stops at an end of the word, not in padding. Unrolled: the half rows are short, and
    LiteRT has no operations for the loop's lists.
    """
    letters = keras.Input((encoder.length,), dtype="int32", name="letters")
    embedded = layers.Embedding(encoder.vocabulary, 24)(both_ends(letters))  # (batch, length, 24)
    half = encoder.length // 2
    beginning = layers.LSTM(128, unroll=True, go_backwards=True)(embedded[:, :half])  # (batch, 128)
    ending = layers.LSTM(128, unroll=True)(embedded[:, half:])  # (batch, 128)
    hidden = layers.Dense(128, activation="relu")(layers.Concatenate()([beginning, ending]))
    return _classifier("RNN", letters, hidden, languages, temperature)


def _classifier(name: str, letters: Any, hidden: Any, languages: int, temperature: float) -> keras.Model:
    logits = layers.Dense(languages + 1)(hidden)
    return keras.Model(letters, answer_head(logits[:, :-1], logits[:, -1:], temperature), name=name)


@dataclass(frozen=True)
class Architecture:
    """How one network is built and trained."""

    name: str
    summary: str
    build: Callable[[Encoder, int, float], keras.Model]
    passes: int
    batch: int
    rate: float  # peak learning rate
    weight_decay: float = 0.0
    teacher: str | None = None  # distilled from this model's probabilities

    def __call__(self, encoder: Encoder, languages: int, temperature: float = 1.0) -> keras.Model:
        """Build the network: ids (batch, length) in, probabilities (batch, languages + 1) out."""
        return self.build(encoder, languages, temperature)


_DISTILLED: Mapping[str, Any] = {"batch": 2048, "rate": 2e-3, "weight_decay": 1e-4, "teacher": "Ngram"}

ARCHITECTURES = {
    architecture.name: architecture
    for architecture in (
        Architecture(
            "Ngram",
            "Adds up what each group of 1 to 6 letters says, and remembers words.",
            build_ngram,
            passes=4,
            batch=8192,
            rate=0.02,
        ),
        Architecture(
            "FF",
            "Dense layers over all letters at once, seen from both ends of the word.",
            build_ff,
            passes=12,
            **_DISTILLED,
        ),
        Architecture(
            "CNN",
            "Filters that slide over three letters at a time.",
            build_cnn,
            passes=7,
            **_DISTILLED,
        ),
        Architecture(
            "CNNsep",
            "Filters split in two steps, along the letters and across their features.",
            build_cnnsep,
            passes=7,
            **_DISTILLED,
        ),
        Architecture(
            "RNN",
            "Two LSTMs that read the word a letter at a time, one from each end.",
            build_rnn,
            passes=8,
            **_DISTILLED,
        ),
    )
}
