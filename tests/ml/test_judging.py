"""Answers from the outputs of a model."""

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.ml.answers import read_candidates
from classifier.ml.candidates import MOST_OTHER, OTHER_ODDS
from classifier.ml.conformal import Calibration
from classifier.ml.judging import answer_texts, judge_words, make_answers
from classifier.ml.verdict import SEVERAL, SINGLE, UNSURE
from tests import calibrations
from tests.calibrations import MANY, make_calibration, wide_card
from tests.conftest import fake_card

CALIBRATION = make_calibration()
WIDE = wide_card(default=MANY[:3])
UNITS = st.one_of(st.just(0), st.integers(0, 10**7))
ASKED = [(), ("all",), MANY[:1], MANY[4:9], MANY[30:2:-1]]


@st.composite
def outputs(draw):
    """Draw outputs of a wide model: most languages hardly probable, many equal."""
    rows = draw(st.lists(st.dictionaries(st.integers(0, 40), UNITS, max_size=20), min_size=1, max_size=8))
    return np.array([[row.get(place, place % 3) for place in range(41)] for row in rows]) / 10**7


def answer(row, languages=(), card=WIDE, **rules):
    """Return the answer for an output by label; what is not named has the probability 0."""
    output = np.array([[row.get(label, 0.0) for label in card.labels]])
    [answer] = answer_texts(card, ["word"], lambda _: output, languages, **rules)
    return answer


@pytest.mark.parametrize("calibration", [None, CALIBRATION], ids=["thresholds", "sets"])
@settings(max_examples=60)
@given(outputs(), st.sampled_from(ASKED))
def test_words_are_judged_together_as_one_by_one(calibration, output, languages):
    words = [f"word{number}" for number in range(len(output))]
    rules = {"languages": languages, "calibration": calibration}
    together = make_answers(judge_words(WIDE, words, output, **rules))
    one_by_one = [
        answer_texts(WIDE, [word], lambda _, row=row: row[None], **rules)[0]
        for word, row in zip(words, output, strict=True)
    ]

    assert together == one_by_one


@pytest.mark.parametrize("calibration", [None, CALIBRATION], ids=["thresholds", "sets"])
@settings(max_examples=60)
@given(outputs(), st.sampled_from(ASKED))
def test_stored_probabilities_tell_the_candidates(calibration, output, languages):
    for each in make_answers(judge_words(WIDE, ["word"] * len(output), output, languages, calibration=calibration)):
        stored = json.loads(json.dumps(each.probabilities, sort_keys=True))
        assert read_candidates(stored) == (each.candidates, each.remainder)
        assert round(stored["und"], 4) == each.undetermined


@settings(max_examples=60)
@given(outputs(), st.sampled_from(ASKED))
def test_candidates_and_remainder_sum_to_one(output, languages):
    for each in make_answers(judge_words(WIDE, ["word"] * len(output), output, languages, calibration=CALIBRATION)):
        assert sum(candidate.probability for candidate in each.candidates) + each.remainder == pytest.approx(
            1, abs=1e-9
        )
        assert all(first.probability >= second.probability - 0.01 for first, second in pairwise(each.candidates))


def test_candidates_are_kept_until_nearly_all_of_the_mass():
    assert len(answer({"l00": 0.9, "l01": 0.0995, "l02": 0.0005}, ["all"]).candidates) == 3
    even = answer(dict.fromkeys(MANY, 1 / 40), ["all"])
    assert (len(even.candidates), even.remainder) == (12, 0.7)


def test_members_of_the_set_are_kept_in_any_case():
    even = answer(dict.fromkeys(MANY, 1 / 40), ["all"], calibration=make_calibration(words=200), confidence=0.99)
    assert (even.set, len(even.candidates), even.remainder) == (MANY, 40, 0)


def test_equal_candidates_are_ordered_by_code():
    rows = answer({"l02": 0.3, "l00": 0.3, "l01": 0.4})
    assert [candidate.language for candidate in rows.candidates] == ["l01", "l00", "l02"]


def test_word_of_a_language_that_is_no_candidate_belongs_to_none():
    row = {"l00": 0.002, "l01": 0.001, "l05": 0.927, "l06": 0.05, "und": 0.02}
    rest = OTHER_ODDS * 0.927 / (OTHER_ODDS * 0.927 + 0.003)
    assert answer(row).undetermined == pytest.approx(1 - 0.98 * (1 - rest), abs=1e-4)
    assert answer(row).verdict == UNSURE
    assert answer(row, ["l00", "l05"]).undetermined < 0.05
    assert answer(row, ["all"]).undetermined == 0.02


def test_common_word_of_a_candidate_is_its_however_frequent_elsewhere():
    class Common(Calibration):
        def are_common(self, words, _candidates):
            return [word == "là" for word in words]

    common = Common(calibrations.calibration_file(*calibrations.outputs(MANY, 400, 1)), MANY)
    output = np.array([[0.01] * 3 + [0.0] * 2 + [0.95] + [0.0] * (len(MANY) - 6) + [0.02]])
    for words in (["là"], ["xx"]):
        [alone] = answer_texts(WIDE, words, lambda _: output, calibration=common)
        rows = judge_words(WIDE, words, output, calibration=common)
        rest = OTHER_ODDS * (MOST_OTHER if words == ["là"] else 0.95 / 0.03)
        assert alone.undetermined == rows.undetermined[0] == pytest.approx(1 - 0.98 / (1 + rest), abs=1e-4)


def test_word_of_no_candidate_at_all_has_them_all_alike():
    foreign = answer({"l05": 1.0})
    assert foreign.undetermined == 0.9999
    assert [candidate.probability for candidate in foreign.candidates] == [0.3334, 0.3333, 0.3333]


def test_model_with_no_other_languages_gives_its_own_und():
    row = {"en": 0.7, "fr": 0.1, "es": 0.1, "und": 0.1}
    assert answer(row, card=fake_card("FF", "1")).undetermined == 0.1


def test_without_calibration_the_set_is_what_the_thresholds_name():
    one = answer({"l00": 0.9, "l01": 0.06, "l02": 0.04})
    shared = answer({"l00": 0.5, "l01": 0.3, "l02": 0.2})
    neither = answer({"l00": 0.4, "und": 0.6})
    assert [(each.verdict, each.set, each.confidence) for each in (one, shared, neither)] == [
        (SINGLE, ("l00",), None),
        (SEVERAL, ("l00", "l01", "l02"), None),
        (UNSURE, (), None),
    ]


def judged(members, undetermined=0.0, most=1.0):
    """Return the answer for a word with these members of its set, of l00 to l02, which are ever less probable.

    `most` is the greatest `und` of a word that looks like l00.
    """

    class Rules:
        most_undetermined_list = (most, 0, 0)

        def members_of(self, _shares):
            return [language in members for language in MANY[:3]]

        def calibrate_one(self, shares, _length):
            return shares

    class Calibration:
        def rules(self, _candidates, _confidence):
            return Rules()

        def are_common(self, words, _candidates):
            return [False] * len(words)

    return answer({"l00": 0.5, "l01": 0.3, "l02": 0.2, "und": undetermined}, calibration=Calibration())


def test_set_of_one_is_a_language_and_a_larger_one_is_shared():
    assert (judged({"l00"}).verdict, judged({"l00"}).language) == (SINGLE, "l00")
    assert (judged({"l00", "l02"}).verdict, judged({"l00", "l02"}).language) == (SEVERAL, None)
    assert judged({"l00", "l02"}).sharing == judged({"l00", "l02"}).set == ("l00", "l02")


def test_empty_set_or_one_without_the_first_candidate_names_nothing():
    for members in (set(), {"l01"}):
        assert (judged(members).verdict, judged(members).named) == (UNSURE, ())


def test_word_of_none_of_the_candidates_is_unsure_whatever_its_set():
    assert judged({"l00"}, undetermined=0.6).verdict == UNSURE


def test_word_with_more_und_than_those_of_its_language_is_not_single():
    assert [judged({"l00"}, undetermined=0.2, most=most).verdict for most in (0.2, 0.19)] == [SINGLE, UNSURE]
    assert judged({"l00", "l01"}, undetermined=0.2, most=0.1).verdict == SEVERAL


def test_texts_have_sets_for_their_words_only():
    output = np.array([[0.9, 0.05, 0.05, *[0.0] * 38], [0.05, 0.9, 0.05, *[0.0] * 38]])
    [text] = answer_texts(WIDE, ["one two"], lambda _: output, calibration=CALIBRATION)
    assert (text.confidence, text.set) == (None, text.named)
    assert [word.confidence for word in text.words] == [0.9, 0.9]
