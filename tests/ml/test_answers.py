from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.ml.answers import Comparison, rank, round_each
from tests.conftest import make_answer

PROBABILITIES = {"en": 0.2, "fr": 0.5, "es": 0.1, "und": 0.2}


def test_candidates_are_ranked_by_probability():
    assert [candidate.language for candidate in rank(PROBABILITIES)] == ["fr", "en", "es"]
    assert [candidate.probability for candidate in rank(PROBABILITIES)] == [0.625, 0.25, 0.125]


def test_candidates_are_restricted_to_languages():
    first, second = rank(PROBABILITIES, ["es", "en", "en"])
    assert (first.language, first.probability) == ("en", 0.6667)
    assert (second.language, second.probability) == ("es", 0.3333)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8))
def test_candidates_sum_to_one(values):
    candidates = rank({**{f"l{index}": value for index, value in enumerate(values)}, "und": 0.1})
    assert sum(candidate.probability for candidate in candidates) == pytest.approx(1, abs=1e-9)
    assert all(0 <= candidate.probability <= 1 for candidate in candidates)


# Many multiples of 0.00005, which lie in the middle of two roundings.
SHARES = st.one_of(st.just(0.0), st.floats(0, 1), st.integers(0, 20_000).map(lambda number: number / 20_000))


@given(st.lists(SHARES, min_size=1))
def test_probabilities_are_rounded_together_as_one_by_one(values):
    assert round_each(np.array(values)).tolist() == [round(value, 4) for value in values]


def comparison_of(fakes, *words):
    """Return a comparison that combines the answers to some words."""
    return Comparison(tuple(replace(answer, word="word") for answer in fakes["FF"].identify(words)))


@pytest.mark.parametrize(
    ("words", "agreement", "named"),
    [
        (["gâteau"] * 5, 1, {"fr"}),
        (["gâteau"] * 4 + ["piano"], 0.8, {"fr"}),
        (["school", "gâteau", "gâteau", "xqzt", "piano"], 0.4, {"fr"}),
        (["piano", "piano", "gâteau"], 0.6667, {"en", "fr", "es"}),
        (["xqzt", "xqzt", "gâteau"], 0.6667, set()),
        (["xqzt", "gâteau", "gâteau", "xqzt"], 0.5, set()),
        (["school", "gâteau", "papa"], 0.3333, {"en"}),
        (["gâteau"], 1, {"fr"}),
    ],
)
def test_agreement_is_the_share_of_the_most_frequent_opinion(fake_models, words, agreement, named):
    comparison = comparison_of(fake_models, *words)
    assert comparison.agreement == agreement
    assert {frozenset(answer.named) for answer in comparison.opinions[0]} == {frozenset(named)}


def test_opinions_are_sets_of_languages(fake_models):
    shares = [{"en": 0.5, "fr": 0.45}, {"en": 0.45, "fr": 0.5}, {"es": 0.5, "fr": 0.45}]
    rest = {"en": 0.0, "fr": 0.0, "es": 0.05, "und": 0.0}
    answers = [make_answer(fake_models["FF"].card, "word", rest | one) for one in shares]
    assert [len(opinion) for opinion in Comparison(tuple(answers)).opinions] == [2, 1]


def test_answer_for_a_mixed_text_names_the_languages_that_are_mixed(fake_models):
    [answer] = fake_models["FF"].identify(["gâteau papa school"])
    assert (set(answer.named), answer.mixture) == ({"en", "fr", "es"}, answer.named)


def test_probability_of_the_only_candidate_is_a_float():
    [candidate] = rank({"en": 0.2, "fr": 0.3, "und": 0.5}, ["en"])
    assert repr(candidate.probability) == "1.0"
