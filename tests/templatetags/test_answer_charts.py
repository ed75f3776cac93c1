from dataclasses import replace

import pytest

from classifier.ml.answers import Comparison
from classifier.ml.occlusion import Explanation, Part
from classifier.models import Feedback, Prediction
from classifier.templatetags import answer_charts
from tests.conftest import make_answer


def explanation(*changes):
    return Explanation("fr", 0.5, tuple(Part("x", 0.5 - change, change) for change in changes))


def test_largest_change_fills_half_of_the_chart():
    first, second, third = answer_charts.bars(explanation(0.4, -0.2, 0.001))
    assert (first.top, first.height, first.side, first.strongest) == (0, 50, "for", True)
    assert (second.top, second.height, second.side, second.strongest) == (50, 25, "against", False)
    assert (third.height, third.side) == (0, "")


def test_small_changes_have_small_bars():
    [bar] = answer_charts.bars(explanation(0.002))
    assert (bar.height, bar.strongest, answer_charts.decisive(explanation(0.002))) == (1, False, False)


def test_letters_are_marked_by_the_strength_of_their_effect():
    before, *letters, after = answer_charts.marked_letters(explanation(0.4, -0.2, 0.001), "«xxx»")
    assert [(letter.level, letter.side) for letter in letters] == [(5, "for"), (3, "against"), (0, "")]
    assert (before.text, before.level, after.text, after.level) == ("«", 0, "»", 0)


@pytest.mark.parametrize(("letters", "word"), [(13, "x" * 13), (1, "x"), (0, "x"), (2, "né")])
def test_long_words_and_single_letters_are_not_marked(letters, word):
    assert answer_charts.marked_letters(explanation(*[0.1] * letters), word) == []


@pytest.mark.parametrize(
    ("shares", "texts"),
    [
        ((0.443, 0.323, 0.234), ["44.3\xa0%", "32.3\xa0%", "23.4\xa0%"]),
        ((0.4425, 0.3234, 0.2341), ["44.3\xa0%", "32.3\xa0%", "23.4\xa0%"]),
        ((0.59555, 0.35355, 0.0509), ["59.6\xa0%", "35.3\xa0%", "5.1\xa0%"]),
        ((0.9998, 0.0001, 0.0001), [">\xa099.9\xa0%", "<\xa00.1\xa0%", "<\xa00.1\xa0%"]),
    ],
)
def test_shares_add_up_and_claim_neither_0_nor_100_percent(fake_models, shares, texts):
    probabilities = dict(zip(("en", "fr", "es"), shares, strict=True)) | {"und": 0.0}
    answer = make_answer(fake_models["FF"].card, "word", probabilities)
    assert [bar.text for bar in answer_charts.share_bars(answer)] == texts


def test_bars_of_the_languages_that_an_answer_names_are_marked(fake_models):
    [shared, single] = fake_models["FF"].identify(["piano", "orignal"])
    assert [bar.named for bar in answer_charts.share_bars(shared)] == [True, True, True]
    assert [bar.named for bar in answer_charts.share_bars(single)] == [True, False, False]


def test_languages_left_out_have_one_row(fake_models):
    [answer] = fake_models["FF"].identify(["orignal"])
    answer = replace(answer, candidates=answer.candidates[:2], remainder=answer.candidates[2].probability)
    *_named, others = answer_charts.share_rows(answer, 84)
    assert (others["name"], others["text"]) == ("82 other languages", "4.5\xa0%")
    assert [row["name"] for row in answer_charts.share_rows(answer, 0)][-1] == "Other languages"


def test_many_languages_of_an_answer_have_ten_rows(fake_models):
    codes = ("en", "fr", "es", "de", "nl", "sv", "da", "nb", "is", "it", "pt", "ro")
    answer = make_answer(
        replace(fake_models["FF"].card, labels=(*codes, "und")), "word", {**dict.fromkeys(codes, 0.08), "und": 0.04}
    )
    *_named, others = rows = answer_charts.share_rows(answer, 84)
    assert (len(rows), others["name"], others["text"]) == (10, "75 other languages", "25.0\xa0%")


def test_comparison_has_columns_for_the_likeliest_languages_only(fake_models):
    probabilities = dict.fromkeys(("en", "fr", "es", "de", "nl", "sv", "da"), 0.1) | {
        "nl": 0.3,
        "da": 0.05,
        "und": 0.05,
    }
    card = replace(fake_models["FF"].card, labels=(*probabilities,))
    table = answer_charts.comparison_table(Comparison((make_answer(card, "word", probabilities),)))
    assert table.languages == ["de", "en", "es", "fr", "nl", "sv"]


@pytest.mark.parametrize(("change", "text"), [(0.314, "+31"), (-0.05, "\N{MINUS SIGN}5"), (0.004, "0"), (-0.004, "0")])
def test_points_have_a_sign(change, text):
    assert answer_charts.signed_points(change) == text


STEPS = {
    "pending": ["Received", "Waits for a reviewer", "Not learnt yet"],
    "accepted": ["Received", "Reviewed: accepted", "Waits for the next model"],
    "otherwise": ["Received", "Reviewed: decided otherwise"],
    "rejected": ["Received", "Reviewed: rejected"],
}


@pytest.mark.parametrize("status", STEPS)
def test_steps_follow_the_status_of_feedback(status):
    prediction = Prediction()
    prediction.outcomes = {}  # else a query
    steps = answer_charts.steps(Feedback(status=status), prediction)
    assert [step.text for step in steps] == STEPS[status]
