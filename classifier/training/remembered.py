"""Words that a network remembers one by one, each with a correction of its logits.

The words themselves are not kept. A hash says in which bucket a word is, and another one, its mark, in which place of
it: one word in 10,000 that is not remembered is taken for another one.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ids = NDArray[np.int32]

PLACES = 8  # of a bucket
_FILLED = 0.75  # of the places, so that few buckets overflow
_LEAST_BUCKETS = 1_021
_MARKS = 65_521  # a prime; a mark and a row fit into an int32
_ROWS = 32_768
_BUCKET_SEED, _MARK_SEED = 3, 4  # of the hashes
_SCALE = 256  # steps of a correction in a logit, as an int16


class TooManyWords(Exception):
    """The words need more different corrections than a version can keep."""


def hash_words(ids: Ids, count: int, seed: int) -> Ids:
    """Return a hash of each word, (words,), below `count`."""
    factors = np.array(powers(ids.shape[1], seed), np.int32)
    hashed: Ids = (ids * factors % count).sum(axis=1, dtype=np.int32) % count
    return hashed


def hash_tensor(ids: tf.Tensor, count: int, seed: int) -> tf.Tensor:
    """Return the same as a tensor."""
    factors = tf.constant([powers(ids.shape[1], seed)], tf.int32)
    return tf.math.floormod(tf.reduce_sum(tf.math.floormod(ids * factors, count), axis=1), count)


@cache
def powers(count: int, seed: int) -> list[int]:
    """Return factors of a hash. Ids are below 2^16 and factors below 2^15, so that products fit into int32."""
    return [int(power) for power in np.random.default_rng(seed).integers(1_024, 32_768, count)]


@dataclass(frozen=True)
class Remembered:
    """Words and their corrections."""

    entries: NDArray[np.int32]  # (buckets, PLACES): the mark times 32,768, plus the row; 0: none; important words first
    corrections: NDArray[np.int16]  # (rows, labels): 1/256 of a logit; row 0 is 0

    @classmethod
    def nothing(cls, labels: int, words: int = 0) -> "Remembered":
        """Return a table with room for so many words."""
        buckets = max(_LEAST_BUCKETS, round(words / (_FILLED * PLACES))) | 1
        return cls(np.zeros((buckets, PLACES), np.int32), np.zeros((1, labels), np.int16))

    def with_words(self, ids: Ids, rows: NDArray[np.intp], corrections: Floats) -> "Remembered":
        """Add words, the most important ones first, with their rows of `corrections` (rows, labels).

        They replace older words where a bucket is full. Raises TooManyWords.
        """
        first = len(self.corrections)
        if first + len(corrections) > _ROWS:
            raise TooManyWords(
                f"{len(corrections)} corrections are too many: {_ROWS - first} are possible; leave out words"
            )
        buckets, marks = self._places(ids)
        old_buckets, old_places = np.nonzero(self.entries)
        old = self.entries[old_buckets, old_places].astype(np.int64)
        keys = _keys(buckets, marks)
        stays = ~np.isin(_keys(old_buckets, old // _ROWS), keys)
        buckets = np.concatenate([buckets, old_buckets[stays]])
        entries = np.concatenate([marks * _ROWS + first + rows, old[stays]])
        order = np.argsort(buckets, kind="stable")
        buckets, entries = buckets[order], entries[order]
        places = np.arange(len(buckets)) - np.searchsorted(buckets, buckets)
        fits = places < PLACES
        table = np.zeros_like(self.entries)
        table[buckets[fits], places[fits]] = entries[fits]
        steps = np.rint(corrections * _SCALE).clip(-_ROWS, _ROWS - 1).astype(np.int16)
        return Remembered(table, np.concatenate([self.corrections, steps]))

    def rows(self, ids: Ids) -> NDArray[np.intp]:
        """Return the row of the correction of each word, 0 for words that are not remembered."""
        buckets, marks = self._places(ids)
        found = self.entries[buckets]
        rows: NDArray[np.intp] = np.where(found // _ROWS == marks[:, None], found % _ROWS, 0).max(axis=1)
        return rows

    def of(self, ids: Ids) -> Floats:
        """Return the corrections of words, (words, labels)."""
        corrections: Floats = (self.corrections[self.rows(ids)] / _SCALE).astype(np.float32)
        return corrections

    def tensor_of(self, ids: tf.Tensor) -> tf.Tensor:
        """Return the same as a tensor, for a LiteRT file."""
        found = tf.gather(tf.constant(self.entries), hash_tensor(ids, len(self.entries), _BUCKET_SEED))
        is_found = tf.equal(found // _ROWS, hash_tensor(ids, _MARKS, _MARK_SEED)[:, None] + 1)
        rows = tf.reduce_max(tf.where(is_found, tf.math.floormod(found, _ROWS), 0), axis=1)
        return tf.cast(tf.gather(tf.constant(self.corrections), rows), tf.float32) / float(_SCALE)

    def _places(self, ids: Ids) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the bucket and the mark of each word."""
        buckets, marks = hash_words(ids, len(self.entries), _BUCKET_SEED), hash_words(ids, _MARKS, _MARK_SEED) + 1
        return buckets.astype(np.int64), marks.astype(np.int64)


def _keys(buckets: NDArray[np.int64], marks: NDArray[np.int64]) -> NDArray[np.int64]:
    return buckets * 2**16 + marks
