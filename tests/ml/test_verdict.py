"""Verdicts: one language, several, or unsure."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.ml.verdict import SEVERAL, SINGLE, UNSURE, VERDICTS, Thresholds, judge, judge_rows

THRESHOLDS = Thresholds(single=0.65, several=0.15, undetermined=0.5)
share = st.floats(0, 1)


@pytest.mark.parametrize(
    ("candidates", "undetermined", "verdict"),
    [
        ([0.9, 0.07, 0.03], 0.0, SINGLE),
        ([0.9, 0.1, 0.0], 0.25, SINGLE),
        ([0.9, 0.07, 0.03], 0.4, UNSURE),
        ([0.4, 0.35, 0.25], 0.1, SEVERAL),
        ([0.72, 0.2, 0.08], 0.2, SEVERAL),
        ([0.4, 0.35, 0.25], 0.6, UNSURE),
        ([1.0], 0.0, SINGLE),
        ([1.0], 0.4, UNSURE),
    ],
)
def test_word_is_judged(candidates, undetermined, verdict):
    assert judge(candidates, undetermined, THRESHOLDS) == verdict


@given(st.lists(share, min_size=1, max_size=5), share)
def test_judgement_is_one_of_the_verdicts(candidates, undetermined):
    assert judge(sorted(candidates, reverse=True), undetermined, THRESHOLDS) in VERDICTS


@given(share, share, share)
def test_less_certainty_never_makes_a_word_single(first, undetermined, more):
    if judge([first], max(undetermined, more), THRESHOLDS) == SINGLE:
        assert judge([first], min(undetermined, more), THRESHOLDS) == SINGLE


@given(st.lists(st.tuples(share, share, share), min_size=1), st.integers(1, 2))
def test_words_are_judged_together_as_one_by_one(rows, languages):
    table = np.array(rows)
    candidates, undetermined = -np.sort(-table[:, :languages], axis=1), table[:, -1]
    expected = [
        judge(row, und, THRESHOLDS) for row, und in zip(candidates.tolist(), undetermined.tolist(), strict=True)
    ]
    assert [VERDICTS[place] for place in judge_rows(candidates, undetermined, THRESHOLDS)] == expected
