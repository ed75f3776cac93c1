"""Candidates are ranked, restricted and sum to one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.ml.answers import rank

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
