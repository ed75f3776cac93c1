"""Batches hold all words, repeated by weight, and negatives."""

import numpy as np
import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def batches():
    from classifier.training import batches

    return batches


def test_targets_are_averaged_with_the_teachers(batches, architectures, small):
    wrong = np.array([[0.0, 1.0, 0.0]], np.float32)
    distilled = batches.Batches(small, architectures["FF"], lambda ids: np.tile(wrong, (len(ids), 1)), seed=1)
    alone = batches.Batches(small, architectures["FF"], None, seed=1)
    assert distilled.distilled_targets == pytest.approx((alone.distilled_targets + wrong) / 2)


def test_pass_holds_all_words_and_negatives(batches, architectures, small):
    one_pass = batches.Batches(small, architectures["FF"], None, seed=1)
    ids = np.concatenate([one_pass[index][0] for index in range(len(one_pass))])
    own = {tuple(row) for row in small.encoder.unaccented_ids[small.own["train"].ids]}
    shown = {tuple(row) for row in small.encoder.unaccented_ids[ids]}
    assert own <= shown
    assert sum(tuple(row) not in own for row in ids) > 0.3 * len(own)


def test_heavy_words_are_repeated(batches, architectures, small):
    one_pass = batches.Batches(small, architectures["FF"], None, seed=1)
    weights = np.bincount(one_pass.rows, one_pass.row_weights)
    assert weights == pytest.approx(small.own["train"].weights)
    assert one_pass.row_weights.max() <= batches.MAX_WEIGHT
