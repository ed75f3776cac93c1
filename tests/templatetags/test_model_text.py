import pytest
from django.utils import translation

from classifier.charts import NUMBER, PERCENT, POINTS
from classifier.ml.metrics import Interval
from classifier.templatetags import model_text


@pytest.mark.parametrize(
    ("value", "unit", "label"),
    [
        (0.8, PERCENT, "80\xa0%"),
        (0.985, PERCENT, "98.5\xa0%"),
        (0.8, POINTS, "80"),
        (0.985, POINTS, "98.5"),
        (0.15, NUMBER, "0.150"),
        (2.0, NUMBER, "2"),
    ],
)
def test_ticks_have_as_many_decimals_as_they_need(value, unit, label):
    assert model_text.tick_label(value, unit) == label


def test_numbers_are_localised():
    with translation.override("fr"):
        assert model_text.number(14_002.3, 1) == "14\xa0002,3"
        assert model_text.bounds(Interval(0.5, 0.412, 0.588)) == "41,2 à 58,8"


def test_unknown_key_is_its_own_name():
    assert model_text.display_name("single-words") == "Public single words"
    assert model_text.display_name("German") == "German words"
    assert model_text.display_name("lingua") == "lingua"


def test_verdicts_not_measured_are_left_out():
    assert model_text.verdict_shares({"single": 0.7, "single_right": 0.9}) == [("Names one language", 0.7)]
