"""Batches of a pass over a lexicon: its words and drawn negatives."""

import math
from collections.abc import Callable

import keras
import numpy as np
from numpy.typing import NDArray

from classifier.training import lexicon as lexicon_module
from classifier.training.lexicon import TRAIN, Floats, Ids, Lexicon
from classifier.training.networks import Architecture

# Negatives in a pass, per word of the languages.
FOREIGN_RATIO = 0.5  # words of other languages
RANDOM_RATIO = 0.05  # random strings
MIXED_SCRIPT_RATIO = 0.03  # words with one letter of another script

UNACCENTED_SHARE = 1 / 7  # of the words, shown without their accents
MAX_WEIGHT = 2.0  # a heavier word is repeated in a pass, since Adam's steps hardly grow with weight

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
        self.reviewed = self.own.frequencies == 0
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
        # Not reviewed words: their weight would teach a word of other letters, too.
        unaccented = (self.random.random(len(self.rows)) < UNACCENTED_SHARE) & ~self.reviewed[self.rows]
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
        distilled = np.stack([(targets + accented) / 2, (targets + unaccented) / 2]).astype(np.float32, copy=False)
        distilled[:, self.reviewed] = targets[self.reviewed]  # reviewers know better than the teacher
        return distilled

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
