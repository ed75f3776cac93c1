"""GET /api/v1/identify."""

import pytest

from classifier.models import Prediction

pytestmark = pytest.mark.django_db


def test_word_in_the_address_is_answered(client):
    response = client.get("/api/v1/identify?word=orignal", headers={"accept": "text/html,*/*;q=0.8"})

    answer = response.json()
    assert response.status_code == 200
    assert (answer["word"], answer["language"], answer["model"]) == ("orignal", "fr", "Ngram")


def test_model_and_languages_are_chosen_in_any_case(call):
    answer = call("GET", "/identify?word=orignal&model=ff&languages=ENG,es-mx").json()

    assert answer["model"] == "FF"
    assert [candidate["language"] for candidate in answer["candidates"]] == ["en", "es"]


def test_models_answer_side_by_side(call):
    answer = call("GET", "/identify?word=orignal&model=all").json()

    assert [each["model"] for each in answer["answers"]] == ["Ngram", "FF"]
    assert answer["agreement"] == 1
    assert Prediction.objects.count() == 1


def test_query_is_stored_with_its_owner(call, api_key):
    answer = call("GET", "/identify?word=orignal", key=api_key).json()

    row = Prediction.objects.get()
    assert (str(row.public_id), row.source, row.owner) == (answer["id"], "api", api_key.owner)


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("", ("word", "required")),
        ("word=", ("word", "required")),
        ("word=123", ("word", "no_letters")),
        ("word=chat&model=GPT", ("model", "unknown_model")),
        ("word=chat&languages=en,xx", ("languages", "unknown_language")),
        ("word=chat&private=true", ("", "unknown_field")),
        ("word=chat&word=dog", ("", "repeated")),
    ],
)
def test_invalid_query_is_refused_and_not_stored(call, errors, query, error):
    response = call("GET", f"/identify?{query}")

    assert [(place or "", code) for place, code in errors(response)] == [error]
    assert not Prediction.objects.exists()


def test_wrong_method_is_refused(call):
    assert call("POST", "/identify?word=orignal", {}).status_code == 405
