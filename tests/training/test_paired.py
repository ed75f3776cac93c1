"""Paired comparisons: what is refused, and what is noise."""

import numpy as np
import pytest

from classifier.training.paired import accuracy_check, calibration_check, loss_check


def flags(words, wrong):
    right = np.ones(words, bool)
    right[list(wrong)] = False
    return right


def accuracy(words, lost, gained, **limits):
    old, new = flags(words, range(gained)), flags(words, range(words - lost, words))
    return accuracy_check("words", old, new, **limits)


def test_equal_answers_pass():
    check = accuracy(1000, 0, 0)
    assert (check.active, check.candidate, check.low, check.high, check.reason) == (1, 1, 0, 0, "")


def test_certain_loss_is_refused():
    check = accuracy(1000, 30, 0)
    assert check.high < 0
    assert check.reason == f"a loss of at least {-check.high:.4f}"


@pytest.mark.parametrize(("lost", "gained"), [(60, 40), (40, 60), (150, 150), (4, 0)])
def test_noise_blocks_nothing(lost, gained):
    assert accuracy(14_000, lost, gained).reason == ""


def test_gain_passes():
    check = accuracy(1000, 0, 100)
    assert check.low > 0
    assert check.reason == ""


def test_tolerated_loss_depends_on_the_words():
    assert accuracy(7000, 20, 0).reason == ""
    assert "a loss" in accuracy(7000, 20, 0, tolerated=0.001).reason


def test_too_few_words_do_not_pass_by_noise():
    assert "too few words" in accuracy(20, 3, 2).reason
    assert accuracy(20, 3, 2, most_unseen=1).reason == ""


@pytest.mark.parametrize(
    "check",
    [
        lambda none: accuracy_check("words", none.astype(bool), none.astype(bool)),
        lambda none: calibration_check((none, none), (none.astype(bool), none.astype(bool))),
        lambda none: loss_check(none.reshape(0, 2), none.reshape(0, 2), none.astype(int)),
    ],
)
def test_check_without_words_is_refused(check):
    assert check(np.zeros(0)).reason == "there are no words to compare"


def test_overconfidence_is_refused():
    random = np.random.default_rng(2)
    confidence = random.uniform(0.4, 0.9, 5000)
    right = random.random(5000) < confidence
    assert calibration_check((confidence, confidence), (right, right)).reason == ""
    check = calibration_check((confidence, np.sqrt(confidence)), (right, right))
    assert check.candidate > check.active
    assert "a loss" in check.reason


def test_less_probable_truth_is_refused():
    old = np.tile([0.8, 0.2], (2000, 1))
    truth = np.zeros(2000, int)
    assert loss_check(old, old, truth).reason == ""
    assert "a loss" in loss_check(old, np.tile([0.7, 0.3], (2000, 1)), truth).reason
