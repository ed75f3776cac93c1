"""Networks from letter ids to probabilities."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import keras
from keras import layers, ops

from classifier.ml.encoding import PADDING, Encoder

_CLIP = 7.0  # `und` is at most 0.999, so that the languages keep their order in float32


def answer_head(language_logits: Any, undetermined_logit: Any, temperature: float) -> Any:
    """Join a softmax over languages and a sigmoid for `und`.

    Returns (batch, languages + 1), rows with sum 1. `temperature` calibrates the softmax.
    Cross-entropy on this output is the sum of the loss of `und` and the loss of the languages,
    weighted by the target probability of all languages.
    """
    languages = ops.softmax(language_logits / temperature)
    undetermined = ops.sigmoid(ops.clip(undetermined_logit, -_CLIP, _CLIP))
    return layers.Concatenate(dtype="float32", name="probabilities")([languages * (1 - undetermined), undetermined])


def both_ends(letters: Any) -> Any:
    """Return the beginning and the right-aligned ending of each row.

    Half of (batch, length) each. Words differ in length, so an ending has a fixed place only when
    counted from the end.
    """
    length = letters.shape[1]
    filled = ops.sum(ops.cast(ops.not_equal(letters, PADDING), "int32"), axis=1, keepdims=True)
    places = ops.mod(ops.expand_dims(ops.arange(length - length // 2, length), 0) + filled, length)
    return ops.concatenate([letters[:, : length // 2], ops.take_along_axis(letters, places, axis=1)], axis=1)


def build_ff(encoder: Encoder, languages: int, temperature: float = 1.0) -> keras.Model:
    """Build dense layers over all letters at once."""
    letters = keras.Input((encoder.length,), dtype="int32", name="letters")
    embedded = layers.Embedding(encoder.vocabulary, 24)(both_ends(letters))  # (batch, length, 24)
    hidden = layers.Flatten()(embedded)
    for units in (768, 384, 192):
        hidden = layers.Dense(units, activation="relu")(hidden)
    return _classifier("FF", letters, hidden, languages, temperature)


def build_cnn(encoder: Encoder, languages: int, temperature: float = 1.0) -> keras.Model:
    """Build convolutions over three letters, then dense layers."""
    letters = keras.Input((encoder.length,), dtype="int32", name="letters")
    hidden = layers.Embedding(encoder.vocabulary, 24)(both_ends(letters))  # (batch, length, 24)
    for filters in (128, 64):
        hidden = layers.Conv1D(filters, 3, padding="same", activation="relu")(hidden)  # (batch, length, filters)
    hidden = layers.Flatten()(layers.MaxPooling1D(2)(hidden))  # (batch, length / 2 * 64)
    for units in (384, 192):
        hidden = layers.Dense(units, activation="relu")(hidden)
    return _classifier("CNN", letters, hidden, languages, temperature)


def build_cnnsep(encoder: Encoder, languages: int, temperature: float = 1.0) -> keras.Model:
    """Build depthwise separable convolutions, then dense layers."""
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
    """Build LSTMs over the ending forwards and the beginning backwards, then dense layers.

    Each LSTM ends at an end of the word, not in padding. They are unrolled: the half rows are short,
    and LiteRT has no operations for the lists of a loop.
    """
    letters = keras.Input((encoder.length,), dtype="int32", name="letters")
    embedded = layers.Embedding(encoder.vocabulary, 32)(both_ends(letters))  # (batch, length, 32)
    half = encoder.length // 2
    beginning = layers.LSTM(128, unroll=True, go_backwards=True)(embedded[:, :half])  # (batch, 128)
    ending = layers.LSTM(128, unroll=True)(embedded[:, half:])  # (batch, 128)
    hidden = layers.Concatenate()([beginning, ending])
    for units in (1024, 256):  # once a word, so cheaper than wider LSTMs
        hidden = layers.Dense(units, activation="relu")(hidden)
    return _classifier("RNN", letters, hidden, languages, temperature)


def _classifier(name: str, letters: Any, hidden: Any, languages: int, temperature: float) -> keras.Model:
    logits = layers.Dense(languages + 1, dtype="float32")(hidden)
    return keras.Model(letters, answer_head(logits[:, :-1], logits[:, -1:], temperature), name=name)


@dataclass(frozen=True)
class Architecture:
    """Build function and training settings of one network."""

    name: str
    summary: str
    build: Callable[[Encoder, int, float], keras.Model] | None  # None: the network of training.ngrams
    passes: float
    batch: int = 0
    rate: float = 0.0  # peak learning rate
    weight_decay: float = 0.0
    teacher: str | None = None  # distilled from this model's probabilities
    precision: str = "float32"  # of the layers in training; weights and answers are always float32

    def __call__(self, encoder: Encoder, languages: int, temperature: float = 1.0) -> keras.Model:
        """Build the network.

        Its input is ids (batch, length), its output probabilities (batch, languages + 1).
        """
        if self.build is None:
            raise TypeError(f"{self.name} is no Keras model.")
        return self.build(encoder, languages, temperature)

    def to_train(self, encoder: Encoder, languages: int) -> keras.Model:
        """Build the network with layers of `precision`."""
        keras.config.set_dtype_policy(self.precision)
        try:
            return self(encoder, languages)
        finally:
            keras.config.set_dtype_policy("float32")


# bfloat16 halves the time of a pass on processors that have it, at the same validation loss.
_DISTILLED: Mapping[str, Any] = {
    "batch": 2048,
    "rate": 2e-3,
    "weight_decay": 1e-4,
    "teacher": "Ngram",
    "precision": "mixed_bfloat16",
}

ARCHITECTURES = {
    architecture.name: architecture
    for architecture in (
        Architecture(
            "Ngram",
            "Adds up what each group of 1 to 6 letters says, and remembers words.",
            None,
            passes=5,
        ),
        Architecture(
            "FF",
            "Dense layers over all letters at once, seen from both ends of the word.",
            build_ff,
            passes=10,
            **_DISTILLED,
        ),
        Architecture(
            "CNN",
            "Filters that slide over three letters at a time.",
            build_cnn,
            passes=13,
            **_DISTILLED,
        ),
        Architecture(
            "CNNsep",
            "Filters split in two steps, along the letters and across their features.",
            build_cnnsep,
            passes=14,
            **_DISTILLED,
        ),
        Architecture(
            "RNN",
            "Two LSTMs that read the word a letter at a time, one from each end.",
            build_rnn,
            passes=9,
            **{**_DISTILLED, "batch": 1024},
        ),
    )
}
