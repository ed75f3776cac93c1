"""Training of the n-gram network on a sparse lexicon.

A batch changes few rows of the table, so that only these are read and written: Adagrad (Duchi et al. 2011) keeps one
rate for each weight, and a row that no word of the batch uses has no step.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tqdm import tqdm

from classifier.training.misleading import remember
from classifier.training.ngrams import WIDTH, Weights, buckets_for, ngram_buckets, scales_of
from classifier.training.samples import Batch, Sampler
from classifier.training.scripts import BLOCKS
from classifier.training.sharpness import fit_scales
from classifier.training.sparse_lexicon import HELD_OUT, SparseLexicon

BATCH = 512  # words
FIRST_RATE, LATER_RATE, LAST_RATE = 0.3, 0.1, 0.005  # of the twin at first, of the network after it, of both at last
_MATRIX_RATE = 0.3  # of the table's
_ACCUMULATED = 0.1  # first value of Adagrad's sums
_UNDETERMINED_WEIGHT = 0.3  # of the loss of `und` beside that of the languages
_GRAMS_DROPPED, _WORD_DROPPED, _BLOCK_DROPPED = 0.1, 0.2, 0.1
_SCALES = scales_of(0.5)  # of sums
LEAST_WORDS = 100_000  # of a pass, so that a short list trains long enough
_HISTORY = 20  # losses in a card
_SAVE_SECONDS = 120  # between two saved states


def train_both(
    lexicon: SparseLexicon, *, passes: float, seed: int, saved: Path | None = None
) -> tuple[Weights, Weights, dict[str, Any]]:
    """Train the twin, then on all words; return the weights of network and twin, rounded, and figures for the card.

    The network goes on from the twin for one more pass, in which the words that the twin never saw are as frequent as
    in all of its passes, and remembers the words whose letters mislead it. `saved` is a folder for the state of an
    interrupted training.
    """
    started = time.monotonic()
    training = Training(lexicon, passes=passes, seed=seed, saved=saved)
    twin = training.train_twin()
    network = remember(replace(training.train_network(), scales=twin.scales), lexicon)
    parts = np.array_split(training.losses, min(_HISTORY, len(training.losses)))
    figures = {
        "seed": seed,
        "passes": passes,
        "samples": training.end * BATCH,
        "parameters": sum(weights.size for weights in (network.table, network.matrix, network.bias)),
        "seconds": round(time.monotonic() - started),
        "history": {"loss": [round(float(np.mean(part)), 5) for part in parts]},
    }
    return network, twin, figures


class Training:
    """The training of a network and its twin, which can be interrupted."""

    def __init__(self, lexicon: SparseLexicon, *, passes: float, seed: int, saved: Path | None = None) -> None:
        self._lexicon, self._passes, self._seed = lexicon, passes, seed
        self._network = _Network(buckets_for(len(lexicon.ids)), len(lexicon.languages), seed)
        pass_steps = max(len(lexicon.ids), LEAST_WORDS) / BATCH
        self._twin_end = max(1, int(passes * pass_steps))
        self.end = self._twin_end + max(1, int(min(1, passes) * pass_steps))
        self.losses: list[float] = []
        self._saved = saved / "state.npz" if saved else None
        self._key = f"{lexicon.digest} {passes} {seed}"
        self._twin: list[NDArray[np.float32]] = []  # its weights, once it is trained
        if self._saved and self._saved.is_file():
            self._restore(self._saved)

    def train_twin(self) -> Weights:
        """Train without validation and held-out words; return the weights, rounded, with fitted scales."""
        if not self._twin:
            sampler = Sampler(self._lexicon, least_split=HELD_OUT)
            self._run("twin", sampler, range(self._twin_end), FIRST_RATE)
            self._twin = self._network.values()
        weights = self._weights(self._twin)
        return replace(weights, scales=fit_scales(weights, self._lexicon))

    def train_network(self) -> Weights:
        """Go on with all words, from the twin; return the weights, rounded."""
        sampler = Sampler(self._lexicon, unseen=self._passes)
        self._run("network", sampler, range(self._twin_end, self.end), LATER_RATE)
        if self._saved:
            self._saved.unlink(missing_ok=True)
        return self._weights(self._network.values())

    def _weights(self, values: list[NDArray[np.float32]]) -> Weights:
        table, matrix, bias = values
        undetermined = np.ones((BLOCKS, 1), bool)
        possible = np.hstack([self._lexicon.possible, undetermined])
        return Weights(table, matrix, bias, possible, _SCALES).rounded()

    def _run(self, title: str, sampler: Sampler, steps: range, first_rate: float) -> None:
        done, saved_at = len(self.losses), time.monotonic()
        for step in tqdm(steps[done - steps.start :], title, len(steps), initial=done - steps.start, disable=None):
            random = np.random.default_rng([self._seed, step])  # by step, so that a resumed training is the same
            rate = first_rate + (LAST_RATE - first_rate) * (step - steps.start) / len(steps)
            self.losses.append(self._network.learn(sampler.draw(BATCH, random), rate, random))
            if self._saved and time.monotonic() - saved_at > _SAVE_SECONDS:
                self._save(self._saved)
                saved_at = time.monotonic()

    def _save(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new.npz")
        twin = {f"twin{place}": value for place, value in enumerate(self._twin)}
        np.savez(new, key=self._key, losses=self.losses, **self._network.state(), **twin)  # type: ignore[arg-type]
        new.replace(path)

    def _restore(self, path: Path) -> None:
        """Restore the state, unless it is that of another training."""
        with np.load(path) as content:
            if str(content["key"]) != self._key:
                return
            self._network.restore(content)
            self.losses = content["losses"].tolist()
            self._twin = [content[name] for name in ("twin0", "twin1", "twin2") if name in content]


class _Network:
    """The weights in training, with Adagrad's sums."""

    def __init__(self, buckets: int, languages: int, seed: int) -> None:
        labels = languages + 1
        matrix = np.random.default_rng(seed).normal(0, WIDTH**-0.5, (WIDTH, labels))
        self.table = tf.Variable(tf.zeros((buckets + 1, WIDTH)))
        self.matrix = tf.Variable(matrix.astype(np.float32))
        self.bias = tf.Variable(tf.zeros(labels))
        self._values = [self.table, self.matrix, self.bias]
        self._sums = [tf.Variable(tf.fill(value.shape, _ACCUMULATED)) for value in self._values]
        grams, rows = tf.TensorSpec([None], tf.int32), tf.TensorSpec([None, languages])
        signature = [*[grams] * 5, rows, rows, tf.TensorSpec([None]), tf.TensorSpec([])]
        self._step = tf.function(self._take_step, input_signature=signature)

    def learn(self, batch: Batch, rate: float, random: np.random.Generator) -> float:
        """Take a step; return the mean loss of the languages."""
        arrays = (
            *_used_rows(batch, self.table.shape[0] - 1, random),
            batch.targets,
            batch.known,
            batch.undetermined,
            np.float32(rate),
        )
        return float(self._step(*map(tf.constant, arrays)))

    def _take_step(  # noqa: PLR0917 - TensorFlow takes tensors by position
        self,
        rows: tf.Tensor,  # of the table, each once
        places: tf.Tensor,  # (grams,) in `rows`, by word
        words: tf.Tensor,  # (grams,) of each of them
        words_by_row: tf.Tensor,  # (grams,) the same by row
        segments: tf.Tensor,  # (grams,) the place in `rows` of each of those
        targets: tf.Tensor,
        known: tf.Tensor,
        undetermined: tf.Tensor,
        rate: tf.Tensor,
    ) -> tf.Tensor:
        # A plain read of a variable that is written sparsely copies all of it.
        table = tf.raw_ops.ResourceGather(resource=self.table.handle, indices=rows, dtype=tf.float32)
        sums = tf.raw_ops.SparseSegmentSumWithNumSegments(
            data=table, indices=places, segment_ids=words, num_segments=tf.shape(targets)[0]
        )
        scales = tf.gather(_SCALES, tf.math.bincount(words, minlength=tf.shape(targets)[0]))
        sums *= scales
        logits = sums @ self.matrix + self.bias
        languages = logits[:, :-1] - 1e9 * (1 - known)
        own = tf.reduce_sum(targets, axis=1, keepdims=True) * (1 - undetermined[:, None])  # 0 for negatives
        of_languages = (tf.nn.softmax(languages) - targets) * own
        of_none = _UNDETERMINED_WEIGHT * (tf.sigmoid(logits[:, -1]) - undetermined)
        steps = tf.concat([of_languages, of_none[:, None]], axis=1)  # gradient of the logits
        by_word = tf.matmul(steps, self.matrix, transpose_b=True) * scales
        by_row = tf.raw_ops.SparseSegmentSumWithNumSegments(
            data=by_word, indices=words_by_row, segment_ids=segments, num_segments=tf.shape(rows)[0]
        )
        of_matrix = tf.matmul(sums, steps, transpose_a=True)
        self._change(0, by_row, rate, rows)
        self._change(1, of_matrix, _MATRIX_RATE * rate)
        self._change(2, tf.reduce_sum(steps, axis=0), _MATRIX_RATE * rate)
        return -tf.reduce_sum(own * targets * tf.nn.log_softmax(languages)) / tf.reduce_sum(own)

    def _change(self, place: int, gradient: tf.Tensor, rate: tf.Tensor, rows: tf.Tensor | None = None) -> None:
        options = {"var": self._values[place].handle, "accum": self._sums[place].handle, "lr": rate, "epsilon": 0.0}
        if rows is None:
            tf.raw_ops.ResourceApplyAdagradV2(grad=gradient, **options)
        else:
            tf.raw_ops.ResourceSparseApplyAdagradV2(grad=gradient, indices=rows, **options)

    def values(self) -> list[NDArray[np.float32]]:
        """Return the weights as they are now."""
        return [value.numpy() for value in self._values]

    def state(self) -> dict[str, NDArray[np.float32]]:
        """Return the weights and Adagrad's sums by name."""
        return {name: value.numpy() for name, value in self._named()}

    def restore(self, state: Mapping[str, NDArray[np.float32]]) -> None:
        """Go back to a state."""
        for name, value in self._named():
            value.assign(state[name])

    def _named(self) -> Iterator[tuple[str, tf.Variable]]:
        for name, values in (("value", self._values), ("sum", self._sums)):
            yield from ((f"{name}{place}", value) for place, value in enumerate(values))


def _used_rows(batch: Batch, count: int, random: np.random.Generator) -> tuple[NDArray[np.int32], ...]:
    """Return the rows of the table that a batch uses, and which word uses which, as `_take_step` takes it."""
    buckets = ngram_buckets(batch.ids, count)
    kept = buckets > 0
    kept[:, :-2] &= random.random((len(buckets), buckets.shape[1] - 2), np.float32) > _GRAMS_DROPPED
    kept[:, -2] &= random.random(len(buckets)) > _WORD_DROPPED
    kept[:, -1] &= random.random(len(buckets)) > _BLOCK_DROPPED
    words, columns = np.nonzero(kept)
    words, used = words.astype(np.int32), buckets[words, columns]
    order = np.argsort(used, kind="stable")
    by_row = used[order]
    is_first = np.diff(by_row, prepend=-1) != 0
    segments = np.cumsum(is_first) - 1
    places = np.empty_like(segments)
    places[order] = segments
    return tuple(part.astype(np.int32) for part in (by_row[is_first], places, words, words[order], segments))
