"""GET /api/v1/feedback."""

import pytest

from classifier.models import Decision, Feedback, ReviewedWord
from classifier.services.review import decide, reject, undo

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(call, make_prediction, api_key):
    """Return a function that sends feedback on a word."""

    def send(word, label="en", key=api_key):
        prediction = make_prediction(word, owner=key.owner)
        call("PUT", f"/predictions/{prediction.public_id}/feedback", {"label": label}, key=key)
        return prediction

    return send


@pytest.fixture
def list_feedback(call, api_key):
    """Return a function that lists feedback by a query."""
    return lambda query="", key=api_key: call("GET", f"/feedback{query}", key=key).json()


def words(answer):
    return [item["word"] for item in answer["feedback"]]


def test_latest_decision_is_listed_first_with_all_that_became_of_it(send, list_feedback, call, api_key, user):
    prediction = send("Orignal"), send("piano")
    decide(word_key="orignal", reviewer=user, label="en", reason="A moose.")
    ReviewedWord.objects.update(trained_in="20261123-00000009")

    answer = list_feedback()
    assert (words(answer), answer["next"]) == (["Orignal", "piano"], None)
    first = answer["feedback"][0]
    address = f"/predictions/{prediction[0].public_id}"
    assert first.pop("prediction_id") == str(prediction[0].public_id)
    assert first.pop("prediction_url") == f"http://testserver/api/v1{address}"
    assert first.pop("word") == "Orignal"
    assert first == call("GET", f"{address}/feedback", key=api_key).json()
    assert (first["status"], first["decided_label"], first["reason"]) == ("accepted", "en", "A moose.")
    assert first["reviewed"]["trained_in"] == "20261123-00000009"
    assert first["decided_at"] == first["reviewed"]["decided_at"]


@pytest.mark.parametrize("status", Feedback.Status.values)
def test_status_selects(send, list_feedback, user, status):
    send("orignal"), send("piano"), send("house", label="es"), send("xqzt")
    decide(word_key="orignal", reviewer=user, label="en")
    decide(word_key="house", reviewer=user, label="en")
    reject(word_key="xqzt", reviewer=user)
    expected = {"accepted": "orignal", "pending": "piano", "otherwise": "house", "rejected": "xqzt"}
    assert words(list_feedback(f"?status={status}")) == [expected[status]]


def test_reopened_and_overturned_feedback_says_so(send, list_feedback, make_key, user):
    send("orignal"), send("piano")
    undo(decision=decide(word_key="orignal", reviewer=user, label="fr"), reviewer=user)
    decide(word_key="piano", reviewer=user, label="en")
    send("piano", label="fr", key=make_key(name="other"))
    decide(word_key="piano", reviewer=user, label="fr")

    overturned, reopened = list_feedback()["feedback"]
    assert (reopened["reopened"], reopened["status"], reopened["reviewed"]) == (True, "pending", None)
    assert (overturned["overturned"], overturned["status"]) == (True, "accepted")
    assert overturned["reviewed"]["label"] == "fr"


def test_feedback_kept_aside_says_so(send, list_feedback, user, monkeypatch):
    monkeypatch.setattr("classifier.models.feedback.measures", lambda word_key: True)
    send("orignal")
    decide(word_key="orignal", reviewer=user, label="en")
    assert list_feedback()["feedback"][0]["reviewed"]["measures"]


def test_pages_follow_next(send, list_feedback, client, api_key, user):
    for word in ("a", "b", "c"):
        send(word)
    decide(word_key="b", reviewer=user, label="en")
    first = list_feedback("?page_size=2")
    second = client.get(first["next"], headers=api_key.headers).json()
    assert (words(first), words(second), second["next"]) == (["b", "c"], ["a"], None)


def test_other_callers_see_nothing(send, list_feedback, make_key, call):
    send("orignal")
    assert list_feedback(key=make_key(name="other")) == {"feedback": [], "next": None, "next_cursor": None}
    assert call("GET", "/feedback").status_code == 401


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("status=", ("status", "invalid_choice")),
        ("status=4711", ("status", "invalid_choice")),
        ("status=Pending", ("status", "invalid_choice")),
        ("status=duplicate", ("status", "invalid_choice")),
        ("status=pending&status=pending", ("", "repeated")),
        ("page_size=0", ("page_size", "min_value")),
        ("cursor=1", ("cursor", "invalid_cursor")),
        ("cursor=%00", ("cursor", "invalid_cursor")),
        ("word=orignal", ("", "unknown_field")),
    ],
)
def test_wrong_parameter_is_refused(call, errors, api_key, query, error):
    response = call("GET", f"/feedback?{query}", key=api_key)
    assert errors(response) == [error]
    assert "4711" not in response.text


def test_cursor_of_another_list_is_refused(send, list_feedback, call, errors, api_key):
    send("a"), send("b")
    cursor = list_feedback("?page_size=1")["next"].partition("cursor=")[2].partition("&")[0]
    assert errors(call("GET", f"/feedback?status=pending&cursor={cursor}", key=api_key)) == [
        ("cursor", "invalid_cursor")
    ]


def test_page_of_any_size_costs_the_same_queries(
    send, list_feedback, user, django_assert_max_num_queries, limit_queries
):
    for word in ("a", "b", "c"):
        send(word)
        decide(word_key=word, reviewer=user, label="en")
    assert Decision.objects.count() == 3
    with django_assert_max_num_queries(4 + limit_queries):
        assert len(list_feedback()["feedback"]) == 3


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_wrong_method_is_refused(call, api_key, method):
    assert call(method, "/feedback", key=api_key)["Allow"] == "GET, HEAD, OPTIONS"


def test_list_counts_for_the_limit_of_feedback(call, api_key, limits):
    limits(feedback=1)
    assert [call("GET", "/feedback", key=api_key).status_code for _ in range(2)] == [200, 429]
