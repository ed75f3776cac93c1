"""Words that a network remembers: the table, its tensor, and which words are chosen."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.training.sparse_lexicon import HELD_OUT, assemble, encode
from tests.toy_models import toy_sparse_lexicon

pytestmark = pytest.mark.slow
WORDS = ["a", "piano", "日本語", "x" * 40, "ça"]
LABELS = 3


@pytest.fixture(scope="module")
def remembered():
    from classifier.training import remembered

    return remembered


@pytest.fixture(scope="module")
def weights():
    """Return the weights of a network that takes English for French, and French for English."""

    from classifier.training import ngram_training

    trained = ngram_training.Training(toy_sparse_lexicon(("en", "fr")), passes=0.02, seed=1).train_twin()
    return replace(trained, matrix=-0.03 * trained.matrix)


def ids_of(words):
    return encode(words).astype(np.int32)


def corrections_of(count):
    return np.arange(1, count * LABELS + 1, dtype=np.float32).reshape(count, LABELS) / 4


def table_of(remembered, words):
    nothing = remembered.Remembered.nothing(LABELS, len(words))
    return nothing.with_words(ids_of(words), np.arange(len(words)), corrections_of(len(words)))


def test_each_word_has_its_correction(remembered):
    table = table_of(remembered, WORDS)
    assert np.array_equal(table.of(ids_of(WORDS)), corrections_of(len(WORDS)))
    assert not table.of(ids_of(["b", "pianos", "日本"])).any()


def test_litert_file_remembers_the_same_words(remembered, weights, tmp_path):

    from classifier.training.export import litert_output
    from classifier.training.ngrams import read_weights

    table = table_of(remembered, WORDS)
    path = tmp_path / "model.tflite"
    path.write_bytes(replace(weights, remembered=table).to_litert())
    ids = ids_of([*WORDS, "other", "words"])
    output = litert_output(path, ids)
    assert output == pytest.approx(replace(weights, remembered=table).output(ids), abs=1e-5)
    assert np.abs(output[1] - weights.output(ids)[1]).max() > 0.01
    read = read_weights(path, LABELS)
    assert np.array_equal(read.remembered.entries, table.entries)
    assert np.array_equal(read.remembered.corrections, table.corrections)


def test_later_correction_replaces_an_earlier_one(remembered):
    later = table_of(remembered, WORDS).with_words(ids_of(["piano"]), np.array([0]), np.full((1, LABELS), 9, "f"))
    assert later.of(ids_of(["piano", "ça"])).tolist() == [[9] * LABELS, corrections_of(len(WORDS))[-1].tolist()]
    assert np.count_nonzero(later.entries) == len(WORDS)


def test_later_words_push_others_out_of_a_full_bucket(remembered, monkeypatch):
    monkeypatch.setattr(remembered, "_LEAST_BUCKETS", 1)
    words = [f"word{number}" for number in range(remembered.PLACES)]
    table = table_of(remembered, words)
    assert table.entries.shape == (1, remembered.PLACES)
    table = table.with_words(ids_of(["new"]), np.array([0]), np.full((1, LABELS), 9, np.float32))
    assert table.of(ids_of(["new"])).tolist() == [[9] * LABELS]
    assert table.of(ids_of(words)).any(axis=1).tolist() == [True] * (remembered.PLACES - 1) + [False]


def test_corrections_that_do_not_fit_are_refused(remembered):
    table = remembered.Remembered.nothing(LABELS)
    rows = np.arange(32_768)
    with pytest.raises(remembered.TooManyWords, match="32768 corrections are too many"):
        table.with_words(np.zeros((32_768, 28), np.int32), rows, np.zeros((32_768, LABELS), np.float32))


@given(words=st.sets(st.text("abcdefgñçé", min_size=1, max_size=12), min_size=1, max_size=300))
def test_few_words_are_lost_and_few_others_found(remembered, words):
    words = sorted(words)
    table = table_of(remembered, words)
    assert (table.rows(ids_of(words)) == 1 + np.arange(len(words))).mean() > 0.99
    assert (table.rows(ids_of([f"{word}k" for word in words])) > 0).mean() < 0.01


def test_words_whose_letters_mislead_are_remembered(weights):
    from classifier.training.misleading import remember

    lexicon = toy_sparse_lexicon(("en", "fr"))
    rows = np.flatnonzero(lexicon.splits >= HELD_OUT)
    truth, _ = lexicon.targets(rows)
    losses = [
        -(truth * np.log(one.output(lexicon.ids[rows].astype(np.int32))[:, :-1])).sum(axis=1).mean()
        for one in (weights, remember(weights, lexicon))
    ]
    assert losses[1] < 0.5 * losses[0]


def test_common_words_are_divided_among_the_default_languages_as_in_the_lists(weights):
    from classifier.training.misleading import remember

    lexicon = assemble(("en", "fr"), [{"dog": 1e-4, "piano": 2e-5}, {"dog": 2e-6, "piano": 1e-5}], {})
    lexicon = replace(lexicon, default_languages=("en", "fr"))
    output = remember(weights, lexicon).output(ids_of(["dog", "piano"]))
    shares = output[:, 0] / output[:, :2].sum(axis=1)
    assert shares == pytest.approx([0.98, 0.67], abs=0.15)
