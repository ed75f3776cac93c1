from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group

from classifier.models import DailyCount, Prediction
from classifier.review import dashboard
from classifier.services.review import decide
from classifier.services.statistics import Day, Input, Settled

pytestmark = pytest.mark.django_db


def settled(answered, decided, confidence=0.9):
    return Settled(True, True, "Ngram", "1", answered, decided, decided, confidence)


@pytest.fixture
def page(staff):
    """Return a function that reads the dashboard as a reviewer."""
    client = staff()

    def page():
        reviewer = Group.objects.get(name="Reviewers").user_set
        reviewer.add(client.session["_auth_user_id"])
        return client.get("/admin/")

    return page


def test_empty_site_says_that_there_is_nothing_yet(page):
    response = page()
    assert response.status_code == 200
    for text in ("All feedback has been decided about", "Nothing was asked", "No feedback has been settled"):
        assert text in response.text


def test_dashboard_draws_what_was_asked_and_reviewed(page, say, user):
    say("orignal", "en", by=["user:1", "user:2"]), say("piano", "fr")
    decide(word_key="orignal", reviewer=user, label="en")
    Prediction.objects.update(created=Prediction.objects.first().created - timedelta(hours=1))
    text = page().text
    assert "Ngram 20261122-00000001" in text
    assert text.count('<rect class="single"') > 30
    assert DailyCount.objects.get().answers == 3


def test_dashboard_is_for_those_who_may_view_feedback(staff):
    client = staff("view_prediction")
    response = client.get("/admin/")
    assert response.context["board"] is None
    assert "/admin/classifier/prediction/" in response.text


def test_strangers_log_in_first(client):
    assert client.get("/admin/").headers["location"] == "/admin/login/?next=/admin/"


def test_queries_do_not_grow_with_days(page, django_assert_max_num_queries):
    for place in range(60):
        DailyCount.objects.create(day=date(2026, 11, 1) + timedelta(place), model="Ngram", model_version="1", single=1)
    with django_assert_max_num_queries(40):
        page()


def test_columns_stack_verdicts_from_the_bottom():
    chart = dashboard.day_columns([Day(date(2026, 11, 1), 50, 30, 20), Day(date(2026, 11, 2))])
    full, empty = chart.columns
    assert full.parts == [
        ("single", pytest.approx(0.5), 0.5),
        ("several", pytest.approx(0.2), 0.3),
        ("unsure", pytest.approx(0), 0.2),
    ]
    assert {height for _, _, height in empty.parts} == {0}
    assert full.x + full.width < empty.x


def test_matrix_has_rows_of_reviewers_and_columns_of_answers():
    matrix = dashboard.confusion(
        [settled("fr", "en")] * 3 + [settled("mul", "fr"), settled("fr", "fr"), settled("fr", "")]
    )
    labels = [label for label, _ in matrix.confusion]
    cells = {
        (row, column): cell.count for row, line in matrix.confusion for column, cell in zip(labels, line, strict=True)
    }
    assert labels == ["fr", "en", "mul"]
    assert (cells["en", "fr"], cells["fr", "mul"], cells["fr", "fr"], sum(cells.values())) == (3, 1, 1, 5)


def test_reliability_leaves_out_rejected_feedback():
    chart = dashboard.reliability([settled("fr", "fr", 0.91), settled("en", "fr", 0.95), settled("en", "", 0.2)])
    assert [(point.score.texts, point.score.share.value) for point in chart.points] == [(2, 0.5)]
    assert dashboard.reliability([settled("mul", "fr", None)]) is None


def test_drift_compares_lengths_with_the_word_lists(serve, fake_models):
    scores = {"held-out": {"by_length": [{"letters": "4-5", "words": 30}], "verdicts": {"unsure": 0.15}}}
    card = fake_models["Ngram"].card
    object.__setattr__(card, "scores", scores)
    drift = dashboard.drift(Input([Day(date(2026, 11, 1), 6, 2, 2)], {"1-3": 3, "4-5": 1}, 1))
    assert (drift.unsure, drift.unsure_trained, drift.unknown) == (0.2, 0.15, 0.25)
    assert drift.lengths == [("1-3", 0.75, 0.0), ("4-5", 0.25, 1.0)]


def test_drift_without_models_has_nothing_to_compare_with(without_model):
    without_model("Ngram", "FF")
    drift = dashboard.drift(Input([Day(date(2026, 11, 1), 6)], {"1-3": 3}, 0))
    assert (drift.model, drift.lengths) == ("", [("1-3", 1.0, None)])
