import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy

from classifier.formats.columns import ANSWERS, BATCH, HISTORY, answers_of, error_detail, lines_of
from classifier.ml.answers import Comparison
from classifier.words.lists import Row

LANGUAGES = ("en", "fr")


def names_of(layout):
    return [name for name, _reader in layout.readers(LANGUAGES)]


def test_layout_has_a_column_for_each_language():
    columns = ["word", "language", "verdict", "set", "mixed", "en", "fr", "undetermined", "model", "model_version"]
    assert names_of(ANSWERS) == columns
    assert names_of(BATCH) == ["row", *columns, "error"]


def test_history_has_one_column_for_all_candidates(fake_models):
    [answer] = fake_models["FF"].identify(["orignal"])
    [line] = lines_of(Row(1, answer))
    assert dict(HISTORY.readers(LANGUAGES))["candidates"](line) == "fr 0.6657; en 0.2893; es 0.045"


def test_comparison_has_a_line_for_each_answer(fake_models):
    comparison = Comparison(tuple(fake_models["FF"].identify(["orignal", "piano"])))
    assert [line.answer for line in lines_of(Row(1, comparison))] == list(comparison.answers)


@pytest.mark.django_db
def test_prediction_has_the_line_of_its_best_answer(make_prediction):
    prediction = make_prediction("orignal", model="all")
    assert answers_of(Row(1, prediction)) == [prediction.answer()]


def test_error_has_no_line():
    assert list(lines_of(Row(1, code="invalid"))) == []


def test_error_text_is_english_in_every_language():
    row = Row(1, code="required", detail=gettext_lazy("Enter a word."))
    with translation.override("fr"):
        assert error_detail(row) == "Enter a word."
