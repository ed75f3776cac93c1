from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.ml.answers import Comparison, rank

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


def comparison_of(fakes, *words):
    """Return a comparison that combines the answers to some words."""
    return Comparison(tuple(replace(answer, word="word") for answer in fakes["FF"].identify(words)))


@pytest.mark.parametrize(
    ("words", "agreement", "majority"),
    [
        (["gâteau"] * 5, 1, "fr"),
        (["gâteau"] * 4 + ["piano"], 0.8, "fr"),
        (["school", "gâteau", "gâteau", "xqzt", "piano"], 0.4, "fr"),
        (["piano", "piano", "gâteau"], 0.6667, "several"),
        (["xqzt", "xqzt", "gâteau"], 0.6667, "unsure"),
        (["xqzt", "gâteau", "gâteau", "xqzt"], 0.5, "unsure"),
        (["school", "gâteau", "papa"], 0.3333, "en"),
        (["gâteau"], 1, "fr"),
    ],
)
def test_agreement_is_the_share_of_the_largest_group_of_models(fake_models, words, agreement, majority):
    comparison = comparison_of(fake_models, *words)
    assert comparison.agreement == agreement
    assert {answer.language or answer.verdict for answer in comparison.majority} == {majority}


def test_probability_of_the_only_candidate_is_a_float():
    [candidate] = rank({"en": 0.2, "fr": 0.3, "und": 0.5}, ["en"])
    assert repr(candidate.probability) == "1.0"
