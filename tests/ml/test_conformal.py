"""Calibrated probabilities and prediction sets."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.ml.candidates import OTHER_ODDS
from classifier.ml.conformal import TOLERANCE, Calibration, count_missed
from classifier.ml.rules import LONG, Curve, Rules
from tests.calibrations import MANY, calibration_file, make_calibration, outputs

FEW = ("l00", "l01", "l02")
SHORT = np.array([5])  # letters
CALIBRATION = make_calibration()
few_rules = CALIBRATION.rules(FEW, 0.9)
shares = st.lists(st.floats(0, 1), min_size=3, max_size=3).filter(lambda row: sum(row) > 0.1)


def restrict(table, languages):
    """Return the probabilities of some of MANY, rows with sum 1."""
    chosen = table[:, [MANY.index(language) for language in languages]]
    return chosen / chosen.sum(axis=1, keepdims=True)


@settings(max_examples=10)
@given(st.integers(0, 10**6), st.sampled_from([0.8, 0.9, 0.95]), st.integers(2, 40))
def test_sets_cover_new_words_of_each_language_as_promised(seed, confidence, number):
    languages = MANY[:number]
    rules = make_calibration(words=20_000, seed=seed).rules(languages, confidence)
    new, labels = outputs(MANY, 20_000, seed + 1)
    own = labels < number
    covered = rules.members(restrict(new, languages)[own])[np.arange(own.sum()), labels[own]]
    by_language = [covered[labels[own] == place].mean() for place in range(number)]

    assert covered.mean() >= confidence
    assert min(by_language) >= confidence - 0.05  # of 500 new words and as many old ones, each with its chance


@given(st.integers(1, 300), st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99]))
def test_limits_cover_the_confidence_except_in_unlucky_draws_of_words(words, confidence):
    missed, least = count_missed(words, confidence), 1 - TOLERANCE
    at_least = lambda k: sum(  # noqa: E731 - of the words are missed
        math.comb(words, i) * (1 - confidence) ** i * confidence ** (words - i) for i in range(k, words + 1)
    )

    assert at_least(missed) >= least - 1e-9 > at_least(missed + 1) - 2e-9
    assert missed <= (words + 1) * (1 - confidence)  # so the mean over draws is covered, too


@given(st.lists(shares, min_size=1, max_size=5))
def test_calibration_keeps_order_and_sum(rows):
    table = np.array(rows) / np.sum(rows, axis=1, keepdims=True)
    moved = few_rules.calibrate(table, SHORT)

    assert moved.sum(axis=1) == pytest.approx(1)
    assert (moved >= 0).all()
    order = np.argsort(-table, axis=1, kind="stable")
    assert (np.diff(np.take_along_axis(moved, order, axis=1), axis=1) <= 1e-12).all()


@given(st.lists(shares, min_size=1, max_size=5))
def test_words_are_calibrated_together_as_one_by_one(rows):
    table = np.array(rows) / np.sum(rows, axis=1, keepdims=True)
    assert few_rules.calibrate(table, SHORT).tolist() == [few_rules.calibrate_one(row, 5) for row in table.tolist()]
    assert few_rules.members(table).tolist() == [few_rules.members_of(row) for row in table.tolist()]


def test_first_probability_becomes_its_accuracy():
    curve = Curve(np.array([0.0, 0.5, 0.9]), np.array([0.0, 0.45, 0.95]))
    rules = Rules(np.zeros(3), np.ones(3), (curve, curve))
    lower, raised, sure = rules.calibrate(np.array([[0.5, 0.3, 0.2], [0.9, 0.06, 0.04], [1.0, 0.0, 0.0]]), SHORT)

    assert lower[0] == pytest.approx(0.45)
    assert raised[0] == pytest.approx(0.95)
    assert sure.tolist() == [1, 0, 0]  # nothing can be mixed in


def test_overconfident_model_is_corrected():
    table, labels = outputs(MANY, 20_000, 3)
    sharper = table**2 / (table**2).sum(axis=1, keepdims=True)
    rules = Calibration(calibration_file(sharper[:10_000], labels[:10_000]), MANY).rules(MANY, 0.9)
    right = sharper[10_000:].argmax(axis=1) == labels[10_000:]
    error = lambda first: abs(first[first > 0.5].mean() - right[first > 0.5].mean())  # noqa: E731

    assert error(rules.calibrate(sharper[10_000:], SHORT).max(axis=1)) < 0.02 < error(sharper[10_000:].max(axis=1))


def test_long_words_have_accuracies_of_their_own():
    table, labels = outputs(MANY, 20_000, 3)
    lengths = np.where(np.arange(20_000) % 2, LONG, LONG - 1)
    sharper = np.where((lengths == LONG)[:, None], table**2, table)
    sharper /= sharper.sum(axis=1, keepdims=True)
    rules = Calibration(calibration_file(sharper, labels, lengths=lengths), MANY).rules(MANY, 0.9)

    first, right = rules.calibrate(sharper, lengths).max(axis=1), sharper.argmax(axis=1) == labels
    errors = [abs(first[lengths == one].mean() - right[lengths == one].mean()) for one in (LONG - 1, LONG)]
    assert max(errors) < 0.01


def test_few_long_words_have_the_accuracies_of_the_others():
    lengths = np.where(np.arange(4000) % 400, 5, LONG)
    rules = Calibration(calibration_file(*outputs(MANY, 4000, 1), lengths=lengths), MANY).rules(MANY, 0.9)
    row = [0.61, *[0.01] * 39]
    assert rules.calibrate_one(row, LONG) == rules.calibrate_one(row, 5)


@settings(max_examples=10)
@given(st.integers(0, 10**6), st.sampled_from([("l00", "l05"), MANY]))
def test_nearly_all_words_of_a_language_have_less_und_than_its_limit(seed, languages):
    draw = np.random.default_rng(seed)
    words = 20_000
    table, labels = outputs(MANY, words, seed)
    undetermined = draw.beta(1, 5 + labels % 3, words)
    calibration = Calibration(calibration_file(table, labels, kept=40, undetermined=undetermined), MANY)
    most = calibration.rules(languages, 0.9).most_undetermined

    new = draw.beta(1, 5 + labels % 3, words)  # of other words with the same languages
    chosen = [MANY.index(language) for language in languages]
    among, other = table[:, chosen].sum(axis=1), np.delete(table, chosen, axis=1).max(axis=1, initial=0)
    seen = 1 - (1 - new) * (1 - OTHER_ODDS * other / (OTHER_ODDS * other + among))
    known = [(seen[labels == place] <= limit).mean() for place, limit in zip(chosen, most, strict=True)]
    assert min(known) >= 0.91  # of 500 new words and as many old ones, each with its chance
    assert np.mean(known) >= 0.93


def test_accuracies_rise_with_the_probability():
    curve = few_rules._short
    assert (np.diff(curve.firsts) > 0).all()
    assert (np.diff(curve.accuracies) >= 0).all()


def test_higher_confidence_never_makes_a_set_smaller():
    table = restrict(outputs(MANY, 500, 5)[0], FEW)
    smaller, larger = (CALIBRATION.rules(FEW, confidence).members(table) for confidence in (0.8, 0.95))
    assert (smaller <= larger).all()
    assert smaller.sum() < larger.sum()


def test_language_with_the_odds_of_what_a_set_may_miss_is_in_it():
    sure = np.eye(40)[np.arange(2000) % 40] * 0.999 + 0.001 / 40  # of a script of its own
    rules = Calibration(calibration_file(sure, np.arange(2000) % 40), MANY).rules(MANY, 0.9)
    assert rules.members_of([0.9, *[0.1 / 39] * 39]) == [True, *[False] * 39]
    assert rules.members_of([0.85, 0.1, *[0.05 / 38] * 38]) == [True, True, *[False] * 38]


def test_language_without_enough_words_is_in_every_set_that_it_may_be_in():
    rules = make_calibration(words=200).rules(MANY, 0.99)
    assert all(rules.members_of([1.0, *[0.01] * 39]))
    assert rules.members_of([1.0, *[0.0001] * 39]) == [True, *[False] * 39]


def test_only_words_of_the_candidates_count():
    table, labels = outputs(MANY, 4000, 1)
    few = labels < 3
    rules = Calibration(calibration_file(table[few], labels[few]), MANY).rules(FEW, 0.9)
    row = [0.05, 0.15, 0.8]
    assert (rules.members_of(row), rules.calibrate_one(row, 5)) == (
        few_rules.members_of(row),
        few_rules.calibrate_one(row, 5),
    )


def test_candidates_without_calibration_words_are_left_as_they_are():
    table, labels = outputs(MANY, 400, 1)
    rules = Calibration(calibration_file(table, labels % 5), MANY).rules(("l38", "l39"), 0.9)
    assert rules.calibrate_one([0.7, 0.3], 5) == pytest.approx([0.7, 0.3])
    assert rules.members_of([0.7, 0.3]) == [True, True]


def test_only_candidate_is_certain():
    rules = CALIBRATION.rules(("l07",), 0.9)
    assert (rules.calibrate_one([1.0], 5), rules.members_of([1.0])) == ([1.0], [True])


def test_rules_are_fitted_once():
    assert CALIBRATION.rules(FEW, 0.9) is CALIBRATION.rules(FEW, 0.9)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK",
        calibration_file(*outputs(MANY, 10, 1))[:-30],
        calibration_file(np.ones((2, 3)) / 3, np.array([0, 40])),  # 40: no place of a language
        calibration_file(np.ones((3, 3)) / 3, np.array([0, 1])),
        calibration_file(np.ones((0, 3)), np.array([])),
    ],
)
def test_file_that_is_no_calibration_is_refused(content):
    with pytest.raises(ValueError, match=r"\S"):
        Calibration(content, MANY)
