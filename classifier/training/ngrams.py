"""The n-gram network: hashes, weights, and the LiteRT file made of them.

A word is the sum of one row of a table for each of its n-grams, for the whole word and for the script of its first
letter (Joulin et al. 2017, "Bag of tricks for efficient text classification"), scaled by their number
(`sharpness`). A linear layer turns it into logits of the languages and of `und`. Languages that are not written in a
word's letters are excluded. Some words are remembered one by one, with a correction.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter
from keras import layers, ops
from numpy.typing import NDArray

from classifier.ml.artifacts import BadVersion, unpack
from classifier.ml.encoding import BOUNDARY, LENGTH, PADDING
from classifier.training.remembered import PLACES, Floats, Ids, Remembered, hash_tensor, hash_words, powers
from classifier.training.scripts import BLOCK, BLOCKS, blocks_of

BUCKETS = (8_191, 65_521, 599_999)  # of a table, primes: for a few words, for a list, for all languages
_BUCKETS_A_WORD = 4
WIDTH = 32  # of a row
LONGEST = 6  # letters of an n-gram
USUAL = 30.0  # n-grams of a word, whose sum is not changed
_COUNTS = LONGEST * LENGTH + 3  # numbers of n-grams that a word can have, from 0
CLIP = 7.0  # logits of `und` stay within, so that the languages keep their order in float32
_STEPS = 127  # largest weight of a row in a file, an int8
_OUTLIERS = 1e-4  # share of the weights that are cut to it
_GRAM_SEED, _WORD_SEED = 1, 2  # of the hashes
_IMPOSSIBLE = -30  # added to the logit of a language that does not have a word's letters
_SIZE_FACTOR, _BLOCK_FACTOR, _BLOCK_OFFSET = 7_919, 104_729, 77


def buckets_for(words: int) -> int:
    """Return the number of buckets for a lexicon of so many words."""
    return next((count for count in BUCKETS if count >= _BUCKETS_A_WORD * words), BUCKETS[-1])


def ngram_buckets(ids: Ids, count: int) -> Ids:
    """Return the rows that words use of a table with `count` buckets, (words, columns), 0 for none.

    Takes code points (words, length). The last two columns are the whole word and the block of its first letter.
    """
    hashed = []
    total = np.zeros_like(ids)
    for size, power in enumerate(powers(LONGEST, _GRAM_SEED), 1):
        last = ids[:, size - 1 :]
        total = (total[:, :-1] if size > 1 else total) + last * power % count
        used = (last != PADDING) & ((size > 1) | (last != BOUNDARY))
        hashed.append(((total + _SIZE_FACTOR * size) % count + 1) * used)
    word = hash_words(ids, count, _WORD_SEED)[:, None]
    block = ids[:, 1:2] // BLOCK * _BLOCK_FACTOR + _BLOCK_OFFSET
    return np.concatenate([*hashed, word + 1, block % count + 1], axis=1).astype(np.int32)


class Buckets(layers.Layer):  # type: ignore[misc]
    """Code points (words, length) to rows of the table (words, columns), as `ngram_buckets`."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def call(self, ids: tf.Tensor) -> tf.Tensor:
        """Hash each n-gram."""
        hashed, total = [], None
        for size, power in enumerate(powers(LONGEST, _GRAM_SEED), 1):
            last = ids[:, size - 1 :]
            term = ops.mod(last * power, self.count)
            total = term if total is None else total[:, :-1] + term
            used = ops.not_equal(last, PADDING)
            if size == 1:
                used = ops.logical_and(used, ops.not_equal(last, BOUNDARY))
            hashed.append((ops.mod(total + _SIZE_FACTOR * size, self.count) + 1) * ops.cast(used, "int32"))
        word = hash_tensor(ids, self.count, _WORD_SEED)[:, None]
        block = ids[:, 1:2] // BLOCK * _BLOCK_FACTOR + _BLOCK_OFFSET
        return ops.concatenate([*hashed, word + 1, ops.mod(block, self.count) + 1], axis=1)


@dataclass(frozen=True)
class Weights:
    """The weights of a network for `labels`, `und` last."""

    table: Floats  # (buckets + 1, width); row 0, of no n-gram, is 0
    matrix: Floats  # (width, labels)
    bias: Floats  # (labels,)
    possible: NDArray[np.bool_]  # (blocks, labels): the labels of words with letters of such a block
    scales: Floats  # (counts, 1): of the sum of so many rows
    remembered: Remembered | None = None

    def sums(self, ids: Ids) -> tuple[Floats, NDArray[np.intp]]:
        """Return the sum of the rows of each word, (words, width), and their number, (words,)."""
        buckets = ngram_buckets(ids, len(self.table) - 1)
        rows, columns = np.nonzero(buckets)
        starts = np.searchsorted(rows, np.arange(len(ids)))
        sums: Floats = np.add.reduceat(self.table[buckets[rows, columns]], starts)
        return sums, np.bincount(rows)

    def possible_of(self, ids: Ids) -> NDArray[np.bool_]:
        """Return which labels words can have by their letters, (words, labels)."""
        return self.possible[blocks_of(ids)]

    def logits(self, ids: Ids) -> Floats:
        """Return logits (words, labels)."""
        sums, counts = self.sums(ids)
        sums *= self.scales[counts]
        logits: Floats = sums @ self.matrix + self.bias
        if self.remembered:
            logits += self.remembered.of(ids)
        logits += np.where(self.possible_of(ids), 0, np.float32(_IMPOSSIBLE))
        return logits

    def output(self, ids: Ids) -> Floats:
        """Return probabilities (words, labels), rows with sum 1, as the LiteRT file does."""
        return output_of(self.logits(ids))

    def rounded(self) -> "Weights":
        """Return the weights with rows of whole numbers from -127 to 127; the matrix takes their scales."""
        scale = np.quantile(np.abs(self.table[1:]), 1 - _OUTLIERS, axis=0) / _STEPS
        table = np.rint(self.table / np.maximum(scale, 1e-12)).clip(-_STEPS, _STEPS)
        matrix = self.matrix * scale[:, None].astype(np.float32)
        return replace(self, table=table.astype(np.float32), matrix=matrix)

    def to_litert(self) -> bytes:
        """Return the LiteRT file of `rounded` weights: the table takes one byte a weight."""
        table = tf.constant(self.table.astype(np.int8))
        penalties = tf.constant(np.where(self.possible, 0, _IMPOSSIBLE).astype(np.int8))
        hashed = Buckets(len(self.table) - 1)
        matrix, bias, scales = (tf.constant(part) for part in (self.matrix, self.bias, self.scales))

        @tf.function(input_signature=[tf.TensorSpec((None, LENGTH), tf.int32, name="letters")])  # type: ignore[untyped-decorator]
        def run(letters: tf.Tensor) -> tf.Tensor:
            buckets = hashed(letters)
            scale = tf.gather(scales, tf.reduce_sum(tf.cast(buckets > 0, tf.int32), axis=1))
            sums = tf.reduce_sum(tf.cast(tf.gather(table, buckets), tf.float32), axis=1)
            logits = (sums * scale) @ matrix + bias
            if self.remembered:
                logits += self.remembered.tensor_of(letters)
            logits += tf.cast(tf.gather(penalties, tf.reduce_max(letters, axis=1) // BLOCK), tf.float32)
            languages = tf.nn.softmax(logits[:, :-1])
            undetermined = tf.sigmoid(tf.clip_by_value(logits[:, -1:], -CLIP, CLIP))
            return tf.concat([languages * (1 - undetermined), undetermined], axis=1)

        converted: bytes = tf.lite.TFLiteConverter.from_concrete_functions([run.get_concrete_function()]).convert()
        return converted


def scales_of(exponent: float, factor: float = 1.0) -> Floats:
    """Return scales that fall with a power of the number of n-grams, (counts, 1)."""
    counts = np.arange(_COUNTS).clip(1)[:, None]
    return (factor * (USUAL / counts) ** exponent).astype(np.float32)


def output_of(logits: Floats) -> Floats:
    """Return probabilities (words, labels) from logits of the same shape: a softmax, and a sigmoid for `und`."""
    languages = softmax(logits[:, :-1])
    undetermined = 1 / (1 + np.exp(-np.clip(logits[:, -1:], -CLIP, CLIP)))
    output: Floats = np.hstack([languages * (1 - undetermined), undetermined])
    return output


def softmax(logits: Floats) -> Floats:
    """Return probabilities (words, languages), rows with sum 1, from logits of the same shape."""
    powers_of_e = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: Floats = powers_of_e / powers_of_e.sum(axis=1, keepdims=True)
    return probabilities


def read_weights(path: Path, labels: int) -> Weights:
    """Return the weights in a LiteRT file, packed or not; raise BadVersion for another kind of model."""
    interpreter = Interpreter(model_content=unpack(path.name, path.read_bytes()))
    found: dict[str, Any] = {}
    for tensor in interpreter.get_tensor_details():
        name = _name_of(tuple(tensor["shape"].tolist()), tensor["dtype"], labels)
        if name:
            found[name] = interpreter.get_tensor(tensor["index"]).copy()
    entries, corrections = (found.pop(name, None) for name in ("entries", "corrections"))
    if len(found) < 5:
        raise BadVersion(f"{path} holds no table of n-grams: train it anew")
    remembered = None if entries is None or corrections is None else Remembered(entries, corrections)
    table, matrix = found["table"].astype(np.float32), found["matrix"].T.copy()
    return Weights(table, matrix, found["bias"], found["penalties"] == 0, found["scales"], remembered)


def _name_of(shape: tuple[int, ...], kind: type, labels: int) -> str:
    """Return which of the weights a tensor of a LiteRT file is, by its shape and kind; empty for none."""
    whole: dict[Any, str] = {
        ((labels, WIDTH), np.float32): "matrix",
        ((labels,), np.float32): "bias",
        ((BLOCKS, labels), np.int8): "penalties",
        ((_COUNTS, 1), np.float32): "scales",
    }
    by_columns: dict[Any, str] = {
        (WIDTH, np.int8): "table",
        (PLACES, np.int32): "entries",
        (labels, np.int16): "corrections",
    }
    is_table = len(shape) == 2 and shape[0] > 1
    return whole.get((shape, kind)) or (by_columns.get((shape[1], kind), "") if is_table else "")
