"""Words of many languages, their targets and the batches drawn of them."""

import numpy as np
import pytest

from classifier.ml.encoding import BOUNDARY, PADDING
from classifier.training.lexicon import HELD_OUT, TRAIN, VALIDATION, split_of
from classifier.training.samples import Sampler, Strings, shuffle
from classifier.training.sparse_lexicon import assemble, encode, hashes

ENGLISH = {"water": 1e-4, "piano": 1e-5, "nicht": 1e-8, "rarest": 2e-8}
FRENCH = {"eau": 1e-4, "piano": 1e-5, "là": 1e-3}
ITALIAN = {"acqua": 1e-4}
GREEK = {"νερό": 1e-4, "πιάνο": 1e-6}
FOREIGN = {"nicht": 1e-2, "wasser": 1e-4, "là": 1e-1}


@pytest.fixture(scope="module")
def small():
    lists = [ENGLISH, FRENCH, ITALIAN, GREEK]
    return assemble(("en", "fr", "it", "el"), lists, FOREIGN, coarse=[False, False, True, False])


def row_of(lexicon, word):
    [row] = np.flatnonzero((lexicon.ids == encode([word])).all(axis=1))
    return np.array([row])


def target(lexicon, word):
    return lexicon.targets(row_of(lexicon, word))[0][0]


def known(lexicon, word):
    return lexicon.targets(row_of(lexicon, word))[1][0].tolist()


def test_word_of_one_language_is_almost_surely_its(small):
    assert target(small, "water") == pytest.approx([1, 0, 0, 0], abs=1e-3)


def test_shared_word_is_split_by_frequency(small):
    assert target(small, "piano") == pytest.approx([0.5, 0.5, 0, 0], abs=2e-3)


def test_coarse_list_says_nothing_of_a_rare_word(small):
    assert known(small, "rarest") == [1, 1, 0, 0]
    assert known(small, "water") == [1, 1, 1, 0]


def test_word_is_of_a_language_with_its_letters_only(small):
    assert known(small, "πιάνο") == [0, 0, 0, 1]
    assert known(small, "là") == [1, 1, 1, 0]  # in whatever block of Latin letters


def test_foreign_word_in_a_list_is_undetermined(small):
    assert small.undetermined[row_of(small, "nicht")] > 0.99
    assert small.undetermined[row_of(small, "water")] == 0


def test_common_word_is_ours_however_frequent_elsewhere(small):
    assert small.undetermined[row_of(small, "là")] == pytest.approx(0.05 / 1.05)


def test_foreign_words_are_in_no_list(small):
    assert small.foreign_ids.tolist() == encode(["wasser"]).tolist()


def test_splits_are_those_of_earlier_versions():
    words = [f"word{number}" for number in range(500)]
    by_hash = [VALIDATION if one < 2 else HELD_OUT if one < 4 else TRAIN for one in hashes(words)]
    assert by_hash == list(map(split_of, words))


def test_twin_draws_no_held_out_words():
    words = dict.fromkeys((f"wort{number}" for number in range(400)), 1e-5)
    lexicon = assemble(("de", "fr"), [words, FRENCH], {f"mot{number}": 1e-5 for number in range(400)})
    sampler = Sampler(lexicon, least_split=4)
    trained = {tuple(row) for row in lexicon.ids[lexicon.splits >= 4].tolist()}
    random = np.random.default_rng(1)
    batch = sampler.draw(512, random)
    own = batch.ids[batch.undetermined < 1]
    assert {tuple(row) for row in own.tolist()} <= trained
    assert len(own) == 512 - int(0.12 * 512)


def test_batch_is_the_same_for_the_same_seed(small):
    first, again, other = (Sampler(small, least_split=0).draw(64, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert all(np.array_equal(one, two) for one, two in zip(first, again, strict=True))
    assert not np.array_equal(first.ids, other.ids)


def test_negatives_are_of_no_language(small):
    batch = Sampler(small, least_split=0).draw(200, np.random.default_rng(1))
    negatives = batch.targets.sum(axis=1) == 0
    assert batch.undetermined[negatives].tolist() == [1] * int(negatives.sum())
    assert batch.targets[~negatives].sum(axis=1) == pytest.approx(np.ones(int((~negatives).sum())))


def test_strings_have_3_to_12_letters_between_boundaries():
    rows = Strings().draw(500, np.random.default_rng(1))
    assert (rows[:, 0] == BOUNDARY).all()
    assert ((rows == BOUNDARY).sum(axis=1) == 2).all()
    assert set((rows > BOUNDARY).sum(axis=1)) == set(range(3, 13))


def test_odd_letters_change_words_inside_their_boundaries():
    words = encode(["hello", "привет", "नमस्ते", "a"]).astype(np.int32)
    changed = Strings().put_odd_letters(words, np.random.default_rng(1))
    assert ((changed != words).sum(axis=1) >= 1).all()
    assert np.array_equal(changed <= BOUNDARY, words <= BOUNDARY)


def test_shuffled_words_keep_their_letters():
    words = encode(["abcdefg", "short", "дерево", "ab"]).astype(np.int32)
    mixed = shuffle(words, np.random.default_rng(1))
    assert len(mixed) == 3
    assert np.array_equal(np.sort(mixed), np.sort(words[:3]))
    assert np.array_equal(mixed == PADDING, words[:3] == PADDING)
    assert not np.array_equal(mixed, words[:3])
