"""GET /api/simple, the address and shape of the article."""

import json

import pytest

from classifier.models import Prediction

pytestmark = pytest.mark.django_db
ADDRESS = "/api/simple"


def test_article_example_is_answered_in_its_shape_and_order(client):
    response = client.get(ADDRESS, {"word": "orignal", "model": "FF"})

    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert list(response.json()) == ["English", "Espanol", "Francais", "model", "word"]
    assert response.json() == {"English": 28.93, "Espanol": 4.5, "Francais": 66.57, "model": "FF", "word": "orignal"}


def test_json_is_spaced_as_in_the_article(client):
    text = client.get(ADDRESS, {"word": "orignal", "model": "FF"}).content.decode()

    assert text == json.dumps(json.loads(text))


def test_best_model_is_the_default(client):
    assert client.get(ADDRESS, {"word": "orignal"}).json()["model"] == "Ngram"


@pytest.mark.parametrize("name", ["ngram", "NGRAM", "Ngram"])
def test_model_is_found_in_any_case(client, name):
    assert client.get(ADDRESS, {"word": "orignal", "model": name}).json()["model"] == "Ngram"


def test_percentages_sum_to_a_hundred(client):
    answer = client.get(ADDRESS, {"word": "piano"}).json()

    assert answer["English"] + answer["Espanol"] + answer["Francais"] == pytest.approx(100)


def test_word_is_repeated_as_typed_but_composed(client):
    assert client.get(ADDRESS, {"word": " E\u0301cole "}).json()["word"] == "École"


def test_browsers_get_json(client):
    accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

    assert client.get(ADDRESS, {"word": "orignal"}, headers={"accept": accept})["Content-Type"] == "application/json"


def test_queries_are_stored(client):
    client.get(ADDRESS, {"word": "orignal"})

    row = Prediction.objects.get()
    assert (row.word, row.source, row.owner, row.languages) == ("orignal", "simple", "", ["en", "es", "fr"])


def test_unknown_model_is_refused_with_the_known_names(client):
    response = client.get(ADDRESS, {"word": "orignal", "model": "GPT"})

    [error] = response.json()["errors"]
    assert response.status_code == 400
    assert (error["parameter"], error["code"]) == ("model", "unknown_model")
    assert "Ngram, FF" in error["detail"]
    assert "GPT" not in response.content.decode()


@pytest.mark.parametrize(
    "query", ["", "word=", "word=%20", "word=%C2%A0", "word=123", "word=a%00b", "word=" + 101 * "x"]
)
def test_invalid_word_is_refused_and_not_stored(client, query):
    response = client.get(f"{ADDRESS}?{query}")

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["errors"][0]["parameter"] == "word"
    assert not Prediction.objects.exists()


@pytest.mark.parametrize("query", ["word=caf%E9", "word=%ED%A0%80", "word=%FF"])
def test_query_that_is_not_utf8_is_refused(client, query):
    assert client.get(f"{ADDRESS}?{query}").status_code == 400


def test_repeated_parameter_is_refused(client):
    assert client.get(f"{ADDRESS}?word=chat&word=dog").status_code == 400


def test_unknown_parameter_is_refused_without_repeating_it(client):
    response = client.get(ADDRESS, {"word": "orignal", "chevreuil": "1"})

    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == "unknown_field"
    assert "chevreuil" not in response.content.decode()


def test_texts_are_english_for_every_reader(client):
    english = client.get(ADDRESS).json()
    french = client.get(ADDRESS, headers={"accept-language": "fr"})

    assert {**french.json(), "request_id": ""} == {**english, "request_id": ""}
    assert french["Content-Language"] == "en"


def test_request_makes_no_session_and_no_cookie(client):
    response = client.get(ADDRESS, {"word": "orignal"})

    assert not response.cookies
    assert response["Cache-Control"] == "private, no-store"
