"""GET and DELETE /api/v1/predictions, DELETE /api/v1/predictions/{id}."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from classifier.models import Feedback, Prediction, ReviewedWord, key_of
from classifier.services.feedback import submit_feedback

pytestmark = pytest.mark.django_db
ADDRESS = "/predictions"


@pytest.fixture
def rows(make_prediction, api_key):
    """Return four rows of the key by word, oldest first."""
    rows = {word: make_prediction(word, owner=api_key.owner) for word in ("orignal", "piano", "xqzt", "house")}
    submit_feedback(prediction=rows["orignal"], owner=api_key.owner, label="en")
    return rows


@pytest.fixture
def list_words(call, api_key):
    """Return a function that lists the key's words under a filter."""

    def list_words(query=""):
        response = call("GET", f"{ADDRESS}?{query}", key=api_key)
        assert response.status_code == 200, response.content
        return [prediction["word"] for prediction in response.json()["predictions"]]

    return list_words


def test_own_predictions_are_listed_newest_first(call, rows, api_key):
    page = call("GET", ADDRESS, key=api_key).json()

    assert [each["word"] for each in page["predictions"]] == ["house", "xqzt", "piano", "orignal"]
    assert page["predictions"][3] == call("GET", f"{ADDRESS}/{rows['orignal'].public_id}", key=api_key).json()
    assert page["predictions"][3]["correction"]["label"] == "en"
    assert page["next"] is None


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("word=ORIGNAL", ["orignal"]),
        ("language=en", ["house"]),
        ("language=EN", ["house"]),
        ("language=eng", ["house"]),
        ("language=en-GB", ["house"]),
        ("verdict=unsure", ["xqzt"]),
        ("verdict=several", ["piano"]),
        ("model=ff", []),
        ("model=ngram&language=fr", ["orignal"]),
        ("feedback=pending", ["orignal"]),
        ("feedback=accepted", []),
        ("feedback=none", ["house", "xqzt", "piano"]),
        ("since=2000-01-01T00:00:00Z", ["house", "xqzt", "piano", "orignal"]),
        ("until=2000-01-01T00:00:00Z", []),
    ],
)
def test_filters_list_the_matching_rows(list_words, rows, query, words):
    assert list_words(query) == words


def test_since_is_inclusive_and_until_exclusive(list_words, rows):
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    Prediction.objects.filter(word="piano").update(created=moment)
    later = (moment + timedelta(seconds=1)).isoformat().replace("+", "%2B")
    moment = moment.isoformat().replace("+", "%2B")

    assert list_words(f"since={moment}&until={later}") == ["piano"]
    assert list_words(f"until={moment}") == []


def test_pages_follow_each_other_and_keep_the_filter(call, rows, api_key):
    first = call("GET", f"{ADDRESS}?page_size=2&feedback=none", key=api_key).json()
    address = first["next"].removeprefix("http://testserver/api/v1")
    second = call("GET", address, key=api_key).json()

    assert [each["word"] for each in first["predictions"] + second["predictions"]] == ["house", "xqzt", "piano"]
    assert second["next"] is None


def test_cursor_of_another_owner_or_filter_is_refused(call, errors, rows, api_key, other_key):
    cursor = call("GET", f"{ADDRESS}?page_size=2", key=api_key).json()["next"].partition("cursor=")[2]

    for query, key in ((f"cursor={cursor}", other_key), (f"cursor={cursor}&model=FF", api_key), ("cursor=1", api_key)):
        assert errors(call("GET", f"{ADDRESS}?{query}", key=key)) == [("cursor", "invalid_cursor")]


@pytest.mark.parametrize("cursor", ["1:", ":", "%00", "%C3%A9:%C3%A9", "x" * 5000])
def test_malformed_cursor_is_refused(call, errors, api_key, cursor):
    assert errors(call("GET", f"{ADDRESS}?cursor={cursor}", key=api_key)) == [("cursor", "invalid_cursor")]


@pytest.mark.parametrize(("size", "rows"), [("100000000", 100), ("1", 1)])
def test_page_size_is_bounded(call, make_prediction, api_key, size, rows):
    for _ in range(101):
        make_prediction(owner=api_key.owner)
    assert len(call("GET", f"{ADDRESS}?page_size={size}", key=api_key).json()["predictions"]) == rows


def test_page_of_any_size_costs_the_same_queries(call, rows, api_key, django_assert_max_num_queries, limit_queries):
    call("GET", ADDRESS, key=api_key)  # notes the use of the key
    with django_assert_max_num_queries(4 + limit_queries):
        assert len(call("GET", ADDRESS, key=api_key).json()["predictions"]) == 4


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("ordering=owner__password", ""),
        ("owner=user:1", ""),
        ("page_size=0", "page_size"),
        ("page_size=x", "page_size"),
        ("verdict=maybe", "verdict"),
        ("model=G%20T", "model"),
        ("since=yesterday", "since"),
        ("until=0000-99-99", "until"),
        ("word=%00", "word"),
        ("feedback=mine", "feedback"),
        ("language=FRENCH", "language"),
        ("language=qqq", "language"),
        ("language=und", "language"),
        ("word=a&word=b", ""),
    ],
)
def test_wrong_parameter_is_refused(call, errors, api_key, query, place):
    assert [parameter for parameter, _code in errors(call("GET", f"{ADDRESS}?{query}", key=api_key))] == [place]


@pytest.mark.parametrize(
    "query",
    [
        *("wrod=orignal", "verdict=maybe", "page_size=1", "cursor=", "word=", "language=", "verdict=", "since="),
        *("", "all=", "all=false", "all=1", "all=true&all=true", "all=true&language=fr"),
    ],
)
def test_wrong_filter_deletes_nothing(call, rows, api_key, query):
    assert call("DELETE", f"{ADDRESS}?{query}", key=api_key).status_code == 400
    assert Prediction.objects.count() == 4


def test_filter_in_the_body_deletes_nothing(call, rows, api_key, errors):
    response = call("DELETE", f"{ADDRESS}?all=true", {"language": "es"}, key=api_key)
    assert errors(response) == [("", "unexpected_body")]
    assert Prediction.objects.count() == 4


def test_other_callers_see_and_delete_nothing(call, rows, other_key):
    assert call("GET", ADDRESS, key=other_key).json()["predictions"] == []
    assert call("DELETE", f"{ADDRESS}?all=true", key=other_key).status_code == 204
    assert Prediction.objects.count() == 4


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize("address", [ADDRESS, f"{ADDRESS}/export"])
def test_caller_without_key_has_no_history(call, address, method):
    response = call(method, address)

    assert response.status_code == (405 if (method, address) == ("DELETE", f"{ADDRESS}/export") else 401)
    assert method == "DELETE" or response["WWW-Authenticate"] == "Bearer"


def test_prediction_is_deleted_with_its_feedback_and_for_good(call, rows, api_key):
    address = f"{ADDRESS}/{rows['orignal'].public_id}"

    assert call("DELETE", address, key=api_key).status_code == 204
    assert not Feedback.objects.exists()
    assert call("GET", address, key=api_key).status_code == call("DELETE", address, key=api_key).status_code == 404


def test_prediction_of_another_caller_looks_as_if_it_did_not_exist(call, rows, other_key):
    other = call("DELETE", f"{ADDRESS}/{rows['piano'].public_id}", key=other_key)
    missing = call("DELETE", f"{ADDRESS}/{uuid4()}", key=other_key)

    neutral = {"instance": "", "request_id": ""}
    assert other.status_code == missing.status_code == 404
    assert other.json() | neutral == missing.json() | neutral
    assert Prediction.objects.count() == 4


def test_row_without_owner_is_read_by_its_id_but_deleted_by_nobody(call, make_prediction, api_key):
    address = f"{ADDRESS}/{make_prediction().public_id}"

    assert call("GET", address, key=api_key).status_code == 200
    assert (call("DELETE", address).status_code, call("DELETE", address, key=api_key).status_code) == (401, 404)


def test_whole_history_is_deleted_except_outcomes_of_reviews(call, rows, api_key):
    ReviewedWord.objects.create(word_key=key_of("orignal"), label="en", votes=1)

    assert call("DELETE", f"{ADDRESS}?all=true", key=api_key).status_code == 204
    assert not Prediction.objects.exists()
    assert not Feedback.objects.exists()
    assert ReviewedWord.objects.count() == 1


def test_rows_of_a_model_that_serves_no_more_are_listed_and_deleted(call, list_words, rows, api_key):
    Prediction.objects.filter(word="piano").update(model="GRU", language="de", verdict="single")

    assert list_words("model=GRU") == list_words("language=de") == ["piano"]
    call("DELETE", f"{ADDRESS}?model=GRU", key=api_key)
    assert list_words() == ["house", "xqzt", "orignal"]


def test_errors_of_filters_and_of_the_page_come_together(call, errors, api_key):
    response = call("GET", f"{ADDRESS}?page_size=0&verdict=maybe&wrod=a", key=api_key)

    assert errors(response) == [("page_size", "min_value"), ("verdict", "invalid_choice"), ("", "unknown_field")]
    assert "maybe" not in response.text


def test_filters_delete_what_they_list(call, list_words, rows, api_key):
    call("DELETE", f"{ADDRESS}?verdict=single", key=api_key)
    assert list_words() == ["xqzt", "piano"]


def test_many_rows_are_deleted_chunk_by_chunk(call, make_prediction, api_key, monkeypatch):
    monkeypatch.setattr("classifier.services.history.CHUNK", 2)
    for _ in range(5):
        make_prediction(owner=api_key.owner)
    call("DELETE", f"{ADDRESS}?all=true", key=api_key)
    assert not Prediction.objects.exists()
