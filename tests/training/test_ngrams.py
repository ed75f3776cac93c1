"""The network of n-grams: hashes, training and the LiteRT file."""

from dataclasses import replace

import numpy as np
import pytest

from classifier.ml.artifacts import BadVersion
from classifier.training.sparse_lexicon import HELD_OUT, VALIDATION, assemble, encode
from tests.toy_models import toy_sparse_lexicon

pytestmark = pytest.mark.slow
WORDS = ["a", "hello", "mañana", "日本語", "πιάνο", "x" * 40]


@pytest.fixture(scope="module")
def ngrams():
    from classifier.training import ngrams

    return ngrams


@pytest.fixture(scope="module")
def training():
    from classifier.training import ngram_training

    return ngram_training


@pytest.fixture(scope="module")
def small():
    return toy_sparse_lexicon(("en", "fr"))


@pytest.fixture(scope="module")
def weights(training, small):
    return training.Training(small, passes=0.2, seed=1).train_twin()


def test_unseen_words_are_told_apart(weights, small):
    rows = np.flatnonzero(small.splits < VALIDATION)
    shares, _ = small.targets(rows)
    output = weights.output(small.ids[rows].astype(np.int32))
    assert (output[:, :-1].argmax(axis=1) == shares.argmax(axis=1)).mean() > 0.9


def test_litert_file_gives_the_output_of_the_weights(weights, tmp_path):
    from classifier.training.export import litert_output

    path = tmp_path / "model.tflite"
    path.write_bytes(weights.to_litert())
    ids = encode(WORDS).astype(np.int32)
    assert litert_output(path, ids) == pytest.approx(weights.output(ids), abs=1e-5)


def test_weights_are_read_back_from_their_file(ngrams, weights, tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(weights.to_litert())
    read = ngrams.read_weights(path, labels=3)
    for name in ("table", "matrix", "bias", "possible", "scales"):
        assert np.array_equal(getattr(read, name), getattr(weights, name)), name


def test_file_of_another_network_is_refused(ngrams, weights, tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(weights.to_litert())
    with pytest.raises(BadVersion, match="no table of n-grams"):
        ngrams.read_weights(path, labels=7)


def test_language_without_the_letters_of_a_word_is_impossible(training):
    lexicon = assemble(("en", "el"), [{"piano": 1e-5}, {"πιάνο": 1e-5}], {})
    both = training.Training(lexicon, passes=0.01, seed=1).train_twin()
    output = both.output(encode(["hello", "łódź", "πίσω", "'πίσω"]).astype(np.int32))
    assert output[:, :2].argmax(axis=1).tolist() == [0, 0, 1, 1]
    assert output[:, :2].min(axis=1).max() < 1e-9


def test_hashes_in_numpy_and_in_the_file_are_the_same(ngrams):
    ids = encode(WORDS).astype(np.int32)
    for count in ngrams.BUCKETS:
        assert np.array_equal(ngrams.ngram_buckets(ids, count), ngrams.Buckets(count)(ids).numpy())


def test_padding_uses_no_row(ngrams):
    buckets = ngrams.ngram_buckets(encode(["ab"]).astype(np.int32), 8_191)
    # a, b; ^a, ab, b$; ^ab, ab$; ^ab$; the word and its block
    assert (buckets > 0).sum() == 2 + 3 + 2 + 1 + 2


def test_same_seed_gives_the_same_weights(training, small):
    first, again, other = (training.Training(small, passes=0.02, seed=seed).train_twin() for seed in (7, 7, 8))
    assert np.array_equal(first.table, again.table)
    assert not np.array_equal(first.table, other.table)


@pytest.mark.parametrize("interrupted_at", [2, 11])  # in the twin's part, and after it
def test_interrupted_training_goes_on_to_the_same_weights(training, small, tmp_path, monkeypatch, interrupted_at):
    whole = training.train_both(small, passes=0.05, seed=3)
    learn, steps = training._Network.learn, []

    def interrupted(network, *arguments):
        steps.append(arguments)
        if len(steps) == interrupted_at:
            raise KeyboardInterrupt
        return learn(network, *arguments)

    monkeypatch.setattr(training, "_SAVE_SECONDS", 0)
    monkeypatch.setattr(training._Network, "learn", interrupted)
    with pytest.raises(KeyboardInterrupt):
        training.train_both(small, passes=0.05, seed=3, saved=tmp_path)
    resumed = training.train_both(small, passes=0.05, seed=3, saved=tmp_path)
    assert len(steps) == whole[2]["samples"] / training.BATCH + 1
    for one, two in zip(resumed[:2], whole[:2], strict=True):
        assert np.array_equal(one.table, two.table)
    assert resumed[2]["history"] == whole[2]["history"]
    assert not list(tmp_path.iterdir())


def test_network_learns_the_words_that_the_twin_never_saw(training, small):
    network, twin, _ = training.train_both(small, passes=0.2, seed=1)
    rows = np.flatnonzero(small.splits < HELD_OUT)
    ids, (shares, _) = small.ids[rows].astype(np.int32), small.targets(rows)
    right, before = ((shares * one.output(ids)[:, :-1]).sum() for one in (network, twin))
    assert right > before


def test_scales_are_fitted_to_words_that_the_twin_has_not_seen(weights, ngrams, monkeypatch):
    from classifier.training import sharpness

    monkeypatch.setattr(sharpness, "_LEAST_WORDS", 10)
    many = toy_sparse_lexicon(("en", "fr"), words=2_000)
    too_sure, unsure = (replace(weights, matrix=weights.matrix * factor) for factor in (10, 0.1))
    assert sharpness.fit_scales(too_sure, many).mean() < 1 < sharpness.fit_scales(unsure, many).mean()


def test_scales_stay_where_few_words_tell(weights, small):
    from classifier.training import sharpness

    assert sharpness.fit_scales(weights, small) is weights.scales
