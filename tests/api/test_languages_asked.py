"""Candidates and confidence of predictions, with a model of many languages."""

import pytest

from classifier.models import Prediction
from tests.wide_model import LANGUAGES

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(client, wide):
    """Return a function that posts a body for a prediction."""
    return lambda **body: client.post("/api/v1/predictions", body, "application/json")


def languages_of(answer):
    return [candidate["language"] for candidate in answer["candidates"]]


def test_model_offers_its_default_languages(post):
    answer = post(word="orignal").json()
    assert set(languages_of(answer)) == {"en", "fr", "es"}
    assert (answer["remainder"], answer["confidence"]) == (0, 0.9)
    assert set(answer["set"]) <= {"en", "fr", "es"}


@pytest.mark.parametrize(("word", "languages"), [("λόγος", {"el"}), ("مرحبا", {"ar", "fa"}), ("日本", {"zh", "ja"})])
def test_word_of_any_script_gets_its_languages(post, word, languages):
    answer = post(word=word, languages=["all"]).json()
    assert set(answer["set"]) <= languages
    assert set(languages_of(answer)[: len(languages)]) == languages
    assert answer["verdict"] in ("single", "several")


@pytest.mark.parametrize("word", ["λόγος", "مرحبا", "日本"])
def test_word_of_a_language_that_nobody_asked_for_is_unsure(post, word):
    answer = post(word=word).json()
    assert (answer["verdict"], answer["language"]) == ("unsure", None)
    assert answer["undetermined"] > 0.9


@pytest.mark.parametrize("code", ["all", "ALL"])
def test_all_languages_are_asked_for_by_one_word(client, post, code):
    for response in (
        post(word="orignal", languages=[code]),
        client.get(f"/api/v1/identify?word=orignal&languages={code}"),
    ):
        answer = response.json()
        assert len(languages_of(answer)) >= 3
        assert sum(each["probability"] for each in answer["candidates"]) + answer["remainder"] == pytest.approx(1)
    assert {tuple(row.languages) for row in Prediction.objects.all()} == {("all",)}


@pytest.mark.parametrize("languages", [["all", "en"], ["en", "xx"]])
def test_all_beside_other_codes_is_refused_as_any_unknown_one(post, languages):
    response = post(word="orignal", languages=languages)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (400, "unknown_language")


def test_models_of_fewer_languages_are_unavailable(post):
    answer = post(word="orignal", model="all", languages=["all"]).json()
    assert ([each["model"] for each in answer["answers"]], answer["unavailable"]) == (["Ngram"], ["FF"])
    assert post(word="orignal", model="all").json()["unavailable"] == []


def test_languages_of_no_model_together_are_refused(client, serve, wide, fake_models):
    fake_models["FF"].card.__dict__["languages"] = ("mi",)
    body = {"word": "orignal", "model": "all", "languages": ["en", "mi"]}
    [error] = client.post("/api/v1/predictions", body, "application/json").json()["errors"]
    assert (error["pointer"], error["code"]) == ("/languages", "unknown_language")


def test_sets_grow_with_the_confidence(post):
    sizes = [len(post(word="orignal", languages=["all"], confidence=p).json()["set"]) for p in (0.5, 0.9, 0.99)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]
    assert set(Prediction.objects.values_list("confidence", flat=True)) == {0.5, 0.9, 0.99}


@pytest.mark.parametrize("confidence", [0.49, 1, 0, -1, True, None, "0.9", [], 1e300])
def test_confidence_out_of_range_or_of_another_type_is_refused(post, confidence):
    [error] = post(word="orignal", confidence=confidence).json()["errors"]
    assert error["pointer"] == "/confidence"
    assert not Prediction.objects.exists()


@pytest.mark.parametrize("confidence", ["0.49", "1", "nan", "inf", "many"])
def test_confidence_of_a_query_is_checked(client, wide, confidence):
    [error] = client.get("/api/v1/identify", {"word": "orignal", "confidence": confidence}).json()["errors"]
    assert (error["parameter"], error["detail"]) == ("confidence", "Must be a number from 0.5 to 0.99.")
    assert client.get("/api/v1/identify?word=orignal&confidence=0.95").json()["confidence"] == 0.95


def test_batch_and_lines_take_languages_and_confidence(client, wide):
    options = {"languages": ["all"], "confidence": 0.95}
    batch = client.post("/api/v1/predictions/batch", {"items": [{"word": "λόγος"}], **options}, "application/json")
    address = "/api/v1/predictions/batch.ndjson?languages=all&confidence=0.95"
    lines = client.post(address, b'{"word": "\xce\xbb\xcf\x8c\xce\xb3\xce\xbf\xcf\x82"}', "application/x-ndjson")
    [result] = batch.json()["results"]
    assert (result["prediction"]["language"], result["prediction"]["confidence"]) == ("el", 0.95)
    assert b'"language":"el"' in lines.getvalue()


def test_models_tell_their_default_languages(client, wide):
    wide_model, few = client.get("/api/v1/models").json()["models"]
    assert (wide_model["default_languages"], few["default_languages"]) == (["en", "fr", "es"], ["en", "fr", "es"])
    assert wide_model["labels"] == [*LANGUAGES, "und"]


def test_article_gets_its_three_languages(client, wide):
    answer = client.get("/api/simple?word=orignal").json()
    assert answer["English"] + answer["Espanol"] + answer["Francais"] == pytest.approx(100, abs=0.05)
