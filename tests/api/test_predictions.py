"""POST /api/v1/predictions, GET /api/v1/predictions/{id}."""

import json
from uuid import UUID, uuid4

import pytest

from classifier.models import Prediction, ReviewedWord, key_of
from classifier.services.feedback import submit_feedback

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/predictions"


def post(client, body, **options):
    return client.post(ADDRESS, body, content_type="application/json", **options)


def errors(response):
    assert response.status_code == 400
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]


def test_word_is_answered_as_documented(client):
    response = post(client, {"word": "orignal"})

    answer = response.json()
    row = Prediction.objects.get()
    assert response.status_code == 201
    assert list(answer) == [
        *("id", "kind", "word", "model", "model_version", "language", "verdict", "set", "confidence", "candidates"),
        *("remainder", "undetermined", "correction", "reviewed", "created_at"),
    ]
    assert (answer["id"], answer["word"], answer["model"]) == (str(row.public_id), "orignal", "Ngram")
    assert answer["candidates"][0] == {"language": "fr", "name": "French", "probability": 0.6657}
    assert (answer["correction"], answer["reviewed"]) == (None, None)


def test_probabilities_are_sorted_and_sum_to_one(client):
    probabilities = [candidate["probability"] for candidate in post(client, {"word": "orignal"}).json()["candidates"]]

    assert sum(probabilities) == pytest.approx(1)
    assert probabilities == sorted(probabilities, reverse=True)


def test_location_answers_the_same(client):
    first = post(client, {"word": "orignal"})

    second = client.get(first["Location"])
    assert second.status_code == 200
    assert second.json() == first.json()


def test_requested_model_answers(client):
    assert post(client, {"word": "orignal", "model": "ff"}).json()["model"] == "FF"


@pytest.mark.parametrize("fields", [{}, {"model": ""}])
def test_default_model_answers_if_none_is_named(client, fields):
    assert post(client, {"word": "orignal", **fields}).json()["model"] == "Ngram"


@pytest.mark.parametrize("codes", [["EN", "es"], ["eng", "es-MX"], ["en-GB", "spa", "en"]])
def test_languages_restrict_the_candidates_by_any_of_their_codes(client, codes):
    answer = post(client, {"word": "orignal", "languages": codes}).json()

    assert [candidate["language"] for candidate in answer["candidates"]] == ["en", "es"]
    assert sum(candidate["probability"] for candidate in answer["candidates"]) == pytest.approx(1)


def test_private_word_is_answered_but_neither_kept_nor_addressed(client):
    response = post(client, {"word": "orignal", "private": True})

    row = Prediction.objects.get()
    assert response.status_code == 201
    assert "Location" not in response
    assert (response.json()["id"], response.json()["word"]) == (None, "orignal")
    assert (row.private, row.word, row.word_key, row.owner) == (True, "", "", "")


@pytest.mark.parametrize("spelling", ["Orignal", "ORIGNAL!", "« orignal »", "orig\N{SOFT HYPHEN}nal", "ｏｒｉｇｎａｌ"])
def test_accepted_label_is_in_the_answer_to_any_spelling(client, spelling):
    ReviewedWord.objects.create(word_key=key_of("orignal"), label="fr", votes=2)

    reviewed = {"label": "fr", "languages": [], "votes": 2, "decided_at": None, "trained_in": "", "measures": False}
    assert post(client, {"word": spelling}).json()["reviewed"] == reviewed


@pytest.mark.parametrize("model", ["", "all"])
def test_accepted_labels_of_words_are_in_the_answer_of_a_text(client, model):
    ReviewedWord.objects.create(word_key=key_of("orignal"), label="fr", votes=2)

    answer = post(client, {"word": "un Orignal!", "model": model}).json()
    assert answer["reviewed"] is None
    assert [(word["word"], word["label"]) for word in answer["reviewed_words"]] == [("Orignal", "fr")]


def test_own_correction_is_in_the_answer(client):
    response = post(client, {"word": "orignal"})
    submit_feedback(prediction=Prediction.objects.get(), owner="", label="en")

    assert client.get(response["Location"]).json()["correction"]["label"] == "en"


def test_prediction_is_stored_with_its_owner(client, django_user_model):
    user = django_user_model.objects.create_user("ada")
    client.force_login(user)

    post(client, {"word": "orignal"})

    row = Prediction.objects.get()
    assert (row.word, row.source, row.owner) == ("orignal", "api", f"user:{user.pk}")


def test_prediction_of_another_caller_looks_as_if_it_did_not_exist(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("ada"))
    address = post(client, {"word": "orignal"})["Location"]
    client.logout()

    other, missing = client.get(address), client.get(f"{ADDRESS}/{uuid4()}")
    assert other.status_code == missing.status_code == 404
    neutral = {"instance": "", "request_id": ""}
    assert other.json() | neutral == missing.json() | neutral


def test_private_prediction_has_no_address(client):
    post(client, {"word": "orignal", "private": True})

    assert client.get(f"{ADDRESS}/{Prediction.objects.get().public_id}").status_code == 404


@pytest.mark.parametrize("identifier", ["0", "-1", str(10**26), "%00", "٣", str(UUID(int=0)), "x" * 5000])
def test_malformed_id_is_not_found(client, identifier):
    response = client.get(f"{ADDRESS}/{identifier}")

    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    "word", [None, "", " ", "\u00a0\u3000", 12, 1.5, True, [], {}, "123", "\u200b", "\u3164", "a\0b"]
)
def test_invalid_word_is_refused_and_not_stored(client, word):
    [(pointer, _code)] = errors(post(client, {"word": word}))

    assert pointer == "/word"
    assert not Prediction.objects.exists()


def test_missing_word_is_refused(client):
    assert errors(post(client, {})) == [("/word", "required")]


def test_long_word_is_refused_with_the_limit(client):
    response = post(client, {"word": "x" * 101})

    assert errors(response) == [("/word", "max_length")]
    assert "100" in response.json()["errors"][0]["detail"]


@pytest.mark.parametrize("model", ["GPT", "all ", "../FF", "Ngram\0"])
def test_unknown_model_is_refused(client, model):
    assert errors(post(client, {"word": "chat", "model": model})) == [("/model", "unknown_model")]


@pytest.mark.parametrize("model", [1, None, [], {}, True])
def test_model_of_another_type_is_refused(client, model):
    [(pointer, _code)] = errors(post(client, {"word": "chat", "model": model}))

    assert pointer == "/model"


def test_unknown_languages_are_refused_each_by_its_pointer(client):
    response = post(client, {"word": "chat", "languages": ["en", "de", "qqq", "und", "en" * 1000]})

    assert errors(response) == [(f"/languages/{index}", "unknown_language") for index in (1, 2, 3, 4)]


@pytest.mark.parametrize("languages", ["en", {"en": 1}, [["en"]], [None], None, 1, ["en"] * 201])
def test_languages_of_another_type_are_refused(client, languages):
    assert errors(post(client, {"word": "chat", "languages": languages}))[0][0].startswith("/languages")


@pytest.mark.parametrize("items", [[{}] * 201, [""] * 100_000])
def test_too_many_languages_are_refused_with_one_error(client, items):
    response = post(client, {"word": "chat", "languages": items})
    assert errors(response) == [("/languages", "max_length")]


@pytest.mark.parametrize("private", ["yes", "true", 1, 0, None, []])
def test_private_must_be_a_boolean(client, private):
    assert errors(post(client, {"word": "chat", "private": private}))[0][0] == "/private"


def test_unknown_field_is_refused_without_repeating_it(client):
    response = post(client, {"word": "chat", "chevreuil": 1})

    assert errors(response) == [("", "unknown_field")]
    assert "chevreuil" not in response.content.decode()


@pytest.mark.parametrize("body", ["[]", '"chat"', "1", "null", "true", '[{"word": "chat"}]'])
def test_body_other_than_an_object_is_refused(client, body):
    assert post(client, body).status_code == 400


def test_cross_origin_post_with_a_session_is_refused(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("ada"))

    response = post(client, {"word": "chat"}, headers={"origin": "https://evil.example"})
    assert (response.status_code, response["Content-Type"]) == (403, "application/problem+json")
    assert not Prediction.objects.exists()


def test_same_origin_post_with_a_session_is_accepted(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("ada"))

    assert post(client, {"word": "chat"}, headers={"origin": "http://testserver"}).status_code == 201


def test_markup_is_returned_exactly_as_typed(client):
    word = "<script>alert('{{1}}');--"

    assert json.loads(post(client, {"word": word}).content)["word"] == word
