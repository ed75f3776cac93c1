"""Order, names and typical confidence of scores."""

from dataclasses import replace

import pytest

from classifier import scores
from classifier.ml.metrics import wilson_interval
from tests.conftest import fake_card

SCORES = {"words": 100, "accuracy": 0.9}
BINS = [{"words": 50, "confidence": confidence, "accuracy": confidence - 0.1} for confidence in (0.4, 0.77, 0.95)]


def test_sets_are_named_and_unknown_ones_name_themselves():
    assert [scores.set_name(key) for key in ("held-out", "word-pairs", "mine")] == [
        "held-out words",
        "word pairs",
        "mine",
    ]
    assert list(scores.TEST_SETS_ON_PAGES) == list(scores.TEST_SETS)


def test_public_sets_come_first_and_sets_without_accuracy_are_left_out():
    measured = {
        "mine": SCORES,
        "held-out": SCORES,
        "sentences": SCORES,
        "word-pairs": {},
        "empty": {**SCORES, "words": 0},
    }
    model = scores.model_scores(replace(fake_card("Ngram", "1"), scores=measured))
    assert [one.name for one in model.test_sets] == ["sentences", "held-out", "mine"]


def test_speed_is_that_on_the_largest_set():
    measured = {
        "held-out": {**SCORES, "words": 900, "words_per_second": 7},
        "sentences": {**SCORES, "words_per_second": 9},
    }
    assert scores.model_scores(replace(fake_card("Ngram", "1"), scores=measured)).speed == 7


def test_calibration_point_is_the_one_nearest_to_a_typical_confidence():
    point = scores.set_scores("mine", {**SCORES, "reliability": BINS}).calibration_point
    assert point == pytest.approx((0.77, 0.67))
    assert scores.set_scores("mine", SCORES).calibration_point is None


def test_programs_have_the_order_of_the_first_kind_of_text():
    def run(words, sentences):
        return {"accuracy": {"single-words": {"as typed": words}, "sentences": {"as typed": sentences}}}

    results = {
        "systems": {"lingua": {"ours": False}, "Ngram": {"ours": True}, "eldc": {"ours": False}},
        "sets": {
            "3": {
                "texts": {"single-words": {"en": 20, "fr": 10}, "sentences": {"en": 20}},
                "runs": {"lingua": run(0.5, 0.7), "Ngram": run(0.8, 0.6)},
            }
        },
    }
    by_kind = scores.program_scores(results)
    assert {kind: [one.name for one in of_kind] for kind, of_kind in by_kind.items()} == {
        "single-words": ["Ngram", "lingua"],
        "sentences": ["Ngram", "lingua"],
    }
    best = by_kind["single-words"][0]
    assert (best.texts, best.ours, best.share) == (30, True, wilson_interval(0.8, 30))
