"""Targets, negatives and splits of the training data."""

import numpy as np
import pytest

from classifier.ml.encoding import BOUNDARY, OTHER, PADDING, Encoder
from classifier.training import lexicon as lexicon_module
from classifier.training.lexicon import (
    HELD_OUT,
    TRAIN,
    VALIDATION,
    assemble,
    mix_scripts,
    random_string_ids,
    split_of,
)
from tests.toy_models import toy_lexicon

ENCODER = Encoder()
FRENCH = {"eau": 1e-4, "piano": 1e-5, "menu": 2e-5}
ENGLISH = {"water": 1e-4, "piano": 1e-5, "nicht": 1e-8}
GERMAN = {"nicht": 1e-2, "wasser": 1e-4, "menu": 1e-6}


@pytest.fixture(scope="module")
def small():
    return assemble(("en", "fr"), [ENGLISH, FRENCH], GERMAN, ENCODER)


def target(lexicon, word):
    for examples in [*lexicon.own.values(), *lexicon.foreign.values()]:
        if word in examples.words:
            return examples.targets[examples.words.index(word)]
    raise AssertionError(word)


def test_word_of_one_language_is_almost_surely_its(small):
    assert target(small, "water") == pytest.approx([1, 0, 0], abs=1e-3)


def test_shared_word_is_split_by_frequency(small):
    assert target(small, "piano") == pytest.approx([0.5, 0.5, 0], abs=1e-3)


def test_word_of_another_language_is_undetermined(small):
    assert target(small, "wasser").tolist() == [0, 0, 1]


def test_foreign_word_in_a_list_is_undetermined(small):
    assert target(small, "nicht")[-1] > 0.99


def test_loan_word_stays_ours(small):
    assert target(small, "menu")[-1] < 0.01


def test_targets_sum_to_one(small):
    for examples in [*small.own.values(), *small.foreign.values()]:
        assert examples.targets.sum(axis=1) == pytest.approx(np.ones(len(examples)), abs=1e-6)


def test_weights_are_roots_of_frequencies(small):
    rows = {word: w for own in small.own.values() for word, w in zip(own.words, own.weights, strict=True)}
    assert rows["eau"] / rows["menu"] == pytest.approx(np.sqrt(1e-4 / 2e-5), rel=1e-4)


# Fixed for good: a later model must not be trained on an earlier one's test words.
@pytest.mark.parametrize(
    ("word", "split"),
    [("hello", TRAIN), ("école", TRAIN), ("piano", TRAIN), ("kitchen", VALIDATION), ("river", HELD_OUT)],
)
def test_split_of_a_word_never_changes(word, split):
    assert split_of(word) == split


def test_splits_hold_two_percent_each():
    splits = [split_of(f"word{number}") for number in range(20_000)]
    assert 0.015 < splits.count(VALIDATION) / len(splits) < 0.025
    assert 0.015 < splits.count(HELD_OUT) / len(splits) < 0.025


def test_random_strings_are_letters_between_boundaries():
    rows = random_string_ids(300, ENCODER, np.random.default_rng(1))
    assert (rows[:, 0] == BOUNDARY).all()
    assert ((rows == BOUNDARY).sum(axis=1) == 2).all()
    letters = (rows > OTHER).sum(axis=1)
    assert set(letters) == set(range(3, 13))


def test_mixed_word_has_one_foreign_letter():
    words = ENCODER.encode(["hello", "a", "eau"])
    mixed = mix_scripts(words, np.random.default_rng(1))
    assert ((mixed != words).sum(axis=1) == 1).all()
    assert ((mixed == OTHER).sum(axis=1) == 1).all()
    assert ((mixed == PADDING) == (words == PADDING)).all()


def test_build_reads_wordfreq(monkeypatch):
    monkeypatch.setattr(lexicon_module, "other_languages", lambda _languages: ["de", "ru"])
    built = lexicon_module.build(("en", "fr"), ENCODER, most_words=300)
    assert target(built, "water")[0] > 0.9
    assert target(built, "nicht")[-1] > 0.9
    assert any("и" in examples.words for examples in built.foreign.values())
    assert not any(word[0].isdigit() for examples in built.own.values() for word in examples.words)


def test_list_is_read_by_the_canonical_code_of_its_language():
    assert lexicon_module.frequencies("sr-Latn", str.isalpha, 100)["je"] > 0.01
    assert "sr-Latn" in lexicon_module.other_languages(("en", "fr"))
    assert not {"sh", "sr-Latn"} & {*lexicon_module.other_languages(("en", "sr-Latn"))}


def test_polish_is_not_among_the_negatives():
    assert "pl" not in lexicon_module.other_languages(("en", "fr", "es"))
    assert "de" in lexicon_module.other_languages(("en", "fr", "es"))


def test_digest_depends_on_the_data(small):
    again = assemble(("en", "fr"), [ENGLISH, FRENCH], GERMAN, ENCODER)
    other = assemble(("en", "fr"), [ENGLISH, {**FRENCH, "eau": 2e-4}], GERMAN, ENCODER)
    assert small.digest == again.digest != other.digest


def test_common_word_is_its_own_whatever_other_languages_write():
    lexicon = assemble(("fr",), [{"là": 1e-4, "rare": 1e-7}], {"là": 1e-2, "rare": 1e-5}, Encoder())
    examples = lexicon.complete.own[TRAIN]
    undetermined = dict(zip(examples.words, examples.targets[:, -1], strict=True))
    assert undetermined["là"] < 0.06
    assert undetermined["rare"] > 0.8


def test_complete_lexicon_trains_on_all_words():
    lexicon = toy_lexicon(("en", "fr"))
    words = {word for part in lexicon.own.values() for word in part.words}
    assert set(lexicon.complete.own["train"].words) == words
    assert lexicon.complete.own["held-out"] is lexicon.own["held-out"]
