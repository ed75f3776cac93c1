"""Metrics against examples computed by hand, and their invariants."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.ml import metrics

LANGUAGES = ("en", "fr", "es")
counts = st.integers(0, 50)
confusions = st.lists(st.lists(counts, min_size=3, max_size=3), min_size=3, max_size=3).map(np.array)
indices = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=60).map(np.array)


def test_classification_scores_match_a_hand_computation():
    scores = metrics.classification_scores(np.array([[8, 2, 0], [1, 4, 0], [1, 0, 4]]), LANGUAGES)
    assert scores["accuracy"] == 0.8
    assert scores["by_language"] == {"en": 0.8, "fr": 0.8, "es": 0.8}
    # F1: en 16/(10+10), fr 8/(5+6), es 8/(5+4)
    assert scores["macro_f1"] == pytest.approx((16 / 20 + 8 / 11 + 8 / 9) / 3, abs=5e-5)


def test_language_without_texts_has_no_accuracy():
    scores = metrics.classification_scores(np.array([[3, 0, 1], [0, 0, 0], [0, 0, 2]]), LANGUAGES)
    assert scores["by_language"] == {"en": 0.75, "fr": None, "es": 1.0}
    assert scores["macro_f1"] == pytest.approx((6 / 7 + 4 / 5) / 2, abs=5e-5)


@given(confusions.filter(lambda matrix: matrix.sum() > 0))
def test_accuracy_is_the_trace_divided_by_the_sum(matrix):
    scores = metrics.classification_scores(matrix, LANGUAGES)
    assert scores["accuracy"] == round(float(np.trace(matrix) / matrix.sum()), 4)
    assert 0 <= scores["macro_f1"] <= 1


@given(indices)
def test_confusion_matrix_counts_each_text_once(pairs):
    matrix = metrics.confusion_matrix(pairs[:, 0], pairs[:, 1], 3)
    assert matrix.sum() == len(pairs)
    assert np.trace(matrix) == (pairs[:, 0] == pairs[:, 1]).sum()
    assert matrix.sum(axis=1).tolist() == [(pairs[:, 0] == row).sum() for row in range(3)]


def test_negative_log_likelihood_matches_a_hand_computation():
    shares = np.array([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]])
    assert metrics.negative_log_likelihood(shares, np.array([0, 0])) == pytest.approx((np.log(2) + np.log(4)) / 2)


def test_probability_of_zero_has_a_finite_loss():
    assert 20 < metrics.negative_log_likelihood(np.array([[1.0, 0.0]]), np.array([1])) < 21


def test_reliability_and_calibration_error_match_a_hand_computation():
    shares = np.array([[0.95, 0.05], [0.91, 0.09], [0.62, 0.38], [0.4, 0.6]])
    bins = metrics.reliability(shares, np.array([0, 1, 0, 1]))
    assert bins == [
        {"words": 2, "confidence": 0.61, "accuracy": 1.0},
        {"words": 2, "confidence": 0.93, "accuracy": 0.5},
    ]
    assert metrics.expected_calibration_error(bins) == pytest.approx((0.39 + 0.43) / 2)


@given(st.lists(st.integers(1, 40).flatmap(lambda n: st.tuples(st.just(n), st.integers(-(-n // 2), n))), min_size=1))
def test_perfect_calibration_has_no_error(groups):
    # A group of n texts has the confidence k / n, and k of them are right.
    confidence = np.concatenate([np.full(n, k / n) for n, k in groups])
    truth = np.concatenate([np.arange(n) >= k for n, k in groups]).astype(int)
    bins = metrics.reliability(np.stack([confidence, 1 - confidence], axis=1), truth)
    assert metrics.expected_calibration_error(bins) == pytest.approx(0, abs=2e-4)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=80), st.data())
def test_text_is_in_one_bin(first, data):
    shares = np.array([[one, 1 - one] for one in first])
    truth = np.array(data.draw(st.lists(st.integers(0, 1), min_size=len(first), max_size=len(first))))
    bins = metrics.reliability(shares, truth)
    assert sum(row["words"] for row in bins) == len(first)
    assert 0 <= metrics.expected_calibration_error(bins) <= 1


def test_languages_are_renormalised_without_und():
    shares = metrics.language_probabilities(np.array([[0.1, 0.3, 0.2, 0.4]]), ("en", "fr", "und", "es"), LANGUAGES)
    assert shares[0] == pytest.approx([0.125, 0.375, 0.5])


def test_languages_without_any_probability_share_equally():
    assert metrics.language_probabilities(np.array([[0.0, 0.0, 1.0]]), ("en", "fr", "und"), ("en", "fr")).tolist() == [
        [0.5, 0.5]
    ]


@given(st.lists(st.integers(1, 40), min_size=1))
def test_length_is_in_one_band(lengths):
    bands = metrics.length_bands(np.array(lengths))
    assert sum(int(within.sum()) for _, within in bands) == len(lengths)


def test_bands_are_named_by_their_bounds():
    assert [name for name, _ in metrics.length_bands(np.array([1, 3, 4, 13, 30]))] == ["1-3", "4-5", "13+"]


def test_interval_matches_known_values():
    accuracy, low, high = metrics.wilson_interval(1.0, 1500)
    assert accuracy == 1
    assert (low, high) == (pytest.approx(0.9974, abs=1e-4), pytest.approx(1))
    # Wilson's interval of 9 of 10
    assert metrics.wilson_interval(0.9, 10) == pytest.approx((0.9, 0.5958, 0.9821), abs=1e-4)


@given(st.integers(1, 10**6).flatmap(lambda texts: st.tuples(st.integers(0, texts), st.just(texts))))
def test_interval_contains_its_share_and_stays_within_0_and_1(counted):
    right, texts = counted
    share, low, high = metrics.wilson_interval(right / texts, texts)
    assert 0 <= low <= share + 1e-12
    assert share - 1e-12 <= high <= 1


def test_coverage_is_the_share_of_answers_that_is_right_often_enough():
    confidence, right = np.array([0.6, 0.9, 0.8, 0.99]), np.array([True, True, False, True])
    scores = metrics.coverage_scores(confidence, right)
    assert scores["coverage"] == {"0.99": 0.5, "0.98": 0.5, "0.95": 0.5}
    assert scores["risk_coverage_area"] == round((0 + 0 + 1 / 3 + 1 / 4) / 4, 4)


def test_equally_sure_answers_are_given_together():
    scores = metrics.coverage_scores(np.array([0.9, 0.9, 0.8]), np.array([True, False, True]))
    assert set(scores["coverage"].values()) == {0}
    assert scores["risk_coverage_area"] == round((0.5 + 0.5 + 1 / 3) / 3, 4)
    assert metrics.coverage_scores(np.ones(2), np.ones(2, bool))["coverage"]["0.99"] == 1


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=20))
def test_order_of_texts_does_not_change_coverage(rows):
    scores = [metrics.coverage_scores(*map(np.array, zip(*some, strict=True))) for some in (rows, rows[::-1])]
    assert scores[0] == scores[1]


def test_paired_difference_counts_only_texts_that_one_alone_answers_right():
    old, new = np.ones(1000, bool), np.ones(1000, bool)
    old[:30], new[-10:] = False, False
    value, low, high = metrics.paired_difference(old, new)
    share = metrics.wilson_interval(30 / 40, 40)
    assert value == pytest.approx(0.02)
    assert (low, high) == pytest.approx(((2 * share.low - 1) * 0.04, (2 * share.high - 1) * 0.04))
    assert metrics.paired_difference(new, old) == pytest.approx((-value, -high, -low))


def test_equal_answers_have_no_difference():
    flags = np.array([True, False])
    assert metrics.paired_difference(flags, flags) == (0, 0, 0)
