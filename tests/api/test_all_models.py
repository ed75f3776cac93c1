"""POST /api/v1/predictions: comparisons of models, texts of several words."""

import pytest

from classifier.models import Prediction
from classifier.services.feedback import submit_feedback
from tests.conftest import FakeIdentifier, fake_card

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/predictions"


@pytest.fixture
def post(client):
    """Return a function that asks for a prediction."""
    return lambda **body: client.post(ADDRESS, body, content_type="application/json")


@pytest.fixture
def five_models(serve):
    """Serve five models; the last one is never sure."""
    cards = [
        fake_card(name, f"20261122-{place:08}") for place, name in enumerate(["Ngram", "FF", "CNN", "CNNsep", "RNN"])
    ]
    object.__setattr__(cards[-1].thresholds, "single", 1.0)
    serve({card.name: FakeIdentifier(card) for card in cards})


def test_comparison_is_answered_as_documented(post, five_models):
    response = post(word="orignal", model="all")

    answer = response.json()
    assert response.status_code == 201
    assert list(answer) == [
        *("id", "kind", "word", "answers", "agreement", "unavailable"),
        *("correction", "reviewed", "created_at"),
    ]
    assert [each["model"] for each in answer["answers"]] == ["Ngram", "FF", "CNN", "CNNsep", "RNN"]
    assert [each["language"] for each in answer["answers"]] == ["fr", "fr", "fr", "fr", None]
    assert (answer["word"], answer["agreement"], answer["unavailable"]) == ("orignal", 0.8, [])


def test_answer_of_all_equals_that_of_each_model_alone(post):
    together, alone = post(word="orignal", model="all").json(), post(word="orignal", model="FF").json()

    [ff] = [answer for answer in together["answers"] if answer["model"] == "FF"]
    assert ff.items() <= alone.items()


@pytest.mark.parametrize("word", ["orignal", "un gâteau"])
def test_answers_of_all_are_one_row_at_one_address(client, post, five_models, word):
    response = post(word=word, model="ALL")

    assert Prediction.objects.count() == 1
    assert client.get(response["Location"]).json() == response.json()


def test_languages_restrict_the_candidates_of_all(post):
    answer = post(word="orignal", model="all", languages=["es", "en"]).json()

    assert [len(each["candidates"]) for each in answer["answers"]] == [2, 2]


def test_models_without_a_language_are_unavailable(post, fake_models):
    fake_models["FF"].card.__dict__["languages"] = ("en", "fr")

    assert post(word="orignal", model="all", languages=["es"]).json()["unavailable"] == ["FF"]
    assert post(word="orignal", model="Ngram", languages=["es"]).status_code == 201


def test_broken_model_does_not_fail_the_others(client, post, without_model):
    without_model("Ngram")

    response = post(word="orignal", model="all")
    assert response.status_code == 201
    assert [answer["model"] for answer in response.json()["answers"]] == ["FF"]
    assert client.get(response["Location"]).json()["unavailable"] == ["Ngram"]


def test_request_without_any_model_is_unavailable(post, without_model):
    without_model("Ngram", "FF")

    response = post(word="orignal", model="all")
    assert (response.status_code, response["Content-Type"]) == (503, "application/problem+json")
    assert not Prediction.objects.exists()


def test_correction_of_a_comparison_is_in_the_answer(client, post):
    response = post(word="orignal", model="all")
    submit_feedback(prediction=Prediction.objects.get(), owner="", label="en")

    assert client.get(response["Location"]).json()["correction"]["label"] == "en"


def test_private_text_is_answered_by_all_and_not_kept(post):
    answer = post(word="un gâteau", model="all", private=True).json()

    assert (answer["id"], len(answer["answers"][1]["words"])) == (None, 2)
    assert "gâteau" not in str(Prediction.objects.values().get())


def test_text_has_answers_for_its_words(client, post):
    response = post(word=" un\n gâteau ! ")

    answer = response.json()
    assert answer["word"] == "un gâteau !"
    assert [(word["word"], word["language"]) for word in answer["words"]] == [("un", "en"), ("gâteau", "fr")]
    assert client.get(response["Location"]).json() == answer


def test_single_word_has_no_words(post):
    assert "words" not in post(word="« orignal »").json()


@pytest.mark.parametrize(("text", "limit"), [("ab " * 400, "1000"), ("un " + "x" * 101, "100")])
def test_long_text_is_refused_with_the_limit(post, text, limit):
    [error] = post(word=text).json()["errors"]

    assert (error["pointer"], error["code"]) == ("/word", "max_length")
    assert f"at most {limit} characters" in error["detail"]


def test_article_address_answers_texts_in_its_shape(client):
    answer = client.get("/api/simple", {"word": "un gâteau"}).json()

    assert list(answer) == ["English", "Espanol", "Francais", "model", "word"]


def test_article_address_refuses_all_models(client):
    assert client.get("/api/simple", {"word": "orignal", "model": "all"}).json()["errors"][0]["code"] == "unknown_model"
