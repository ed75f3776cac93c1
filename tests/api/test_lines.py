import json

import pytest

from classifier.models import Prediction

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/predictions/batch.ndjson"
NDJSON = "application/x-ndjson"


@pytest.fixture
def post(client):
    """Return a function that posts lines."""

    def post(*items, query="", **headers):
        body = items[0] if isinstance(items[0], bytes) else "".join(f"{json.dumps(item)}\n" for item in items)
        return client.post(f"{ADDRESS}{query}", body, NDJSON, headers=headers)

    return post


def answers(response):
    assert response["Content-Type"] == NDJSON
    return [json.loads(line) for line in response.getvalue().splitlines()]


def test_each_line_is_answered_by_a_line(post):
    response = post({"id": "a", "word": "piano"}, {"id": "b", "word": "123"}, 5)
    assert response.status_code == 200
    assert response.streaming
    first, second, third = answers(response)
    assert (first["id"], first["prediction"]["word"]) == ("a", "piano")
    assert (second["id"], second["problem"]["errors"][0]["pointer"]) == ("b", "/items/1/word")
    assert third["problem"]["status"] == 400
    assert Prediction.objects.get().source == "batch"


def test_lines_are_sent_in_pieces(post):
    response = post(*({"word": "piano"} for _ in range(250)))
    assert [piece.count(b"\n") for piece in response] == [100, 100, 50]


def test_lines_answer_as_a_batch_does(post, client):
    item = {"id": "a", "word": "orignal"}
    batch = client.post("/api/v1/predictions/batch", {"items": [item]}, "application/json").json()["results"]
    [line], [result] = answers(post(item)), batch
    ignored = {"id": "", "created_at": ""}
    assert {**line["prediction"], **ignored} == {**result["prediction"], **ignored}


def test_last_line_needs_no_end_and_empty_ones_are_skipped(post):
    assert len(answers(post(b'{"word": "piano"}\r\n\n{"word": "orignal"}'))) == 2


def test_query_has_the_options(post):
    [line] = answers(post({"word": "orignal"}, query="?model=ff&languages=en,es&private=true"))
    assert (line["prediction"]["model"], line["prediction"]["id"]) == ("FF", None)
    assert [candidate["language"] for candidate in line["prediction"]["candidates"]] == ["en", "es"]
    assert not Prediction.objects.exclude(word="").exists()


@pytest.mark.parametrize(
    ("body", "query"),
    [
        (b"", ""),
        (b'{"word": "piano"', ""),
        (b'{"word": "piano"}\n[1', ""),
        (b'{"word": "a", "word": "b"}', ""),
        (b"\xff", ""),
        (b'{"word": "piano"}', "?items=1"),
        (b'{"word": "piano"}', "?private=yes"),
        (b'{"word": "piano"}', "?model=FF&model=FF"),
        (b'{"word": "piano"}\n' * 1001, ""),
    ],
)
def test_wrong_request_is_refused(post, body, query):
    response = post(body, query=query)
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert not Prediction.objects.exists()


def test_errors_of_the_query_name_its_parameters(post):
    for query, error in {
        "private=SECRETWORD": ("private", "Must be one of: true, false.", "invalid_choice"),
        "model=FF&model=FF": ("", "Each parameter may be given once.", "repeated"),
        "languages=en,SECRETWORD": ("languages", None, "unknown_language"),
    }.items():
        response = post({"word": "piano"}, query=f"?{query}")
        [found] = response.json()["errors"]
        assert (found["parameter"], found["detail"], found["code"]) == (error[0], error[1] or found["detail"], error[2])
        assert "SECRETWORD" not in response.content.decode()


def test_errors_of_the_lines_have_pointers(post):
    [error] = post(b"").json()["errors"]
    assert (error["pointer"], error["code"]) == ("/items", "required")


def test_lines_are_counted_as_words(post, limits):
    limits(batch=3)
    assert post({"word": "un deux"}, {"word": "trois"}).status_code == 200
    assert post({"word": "quatre"}).status_code == 429


def test_other_types_are_refused(post, client):
    assert client.post(ADDRESS, {"items": []}, "application/json").status_code == 415
    assert post({"word": "piano"}, Accept="application/json").status_code == 406


def test_idempotency_key_belongs_to_one_query(post, api_key):
    headers = {**api_key.headers, "Idempotency-Key": "order-1"}
    first = answers(post({"word": "piano"}, **headers))
    assert answers(post({"word": "piano"}, **headers)) == first
    assert post({"word": "piano"}, query="?model=FF", **headers).status_code == 422
