import pytest

from classifier.ml.occlusion import Explanation, Part
from classifier.models import Feedback, Prediction
from classifier.templatetags import answer_charts


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
