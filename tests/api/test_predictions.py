"""POST /api/v1/predictions and the address of what it made."""

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


def test_a_word_is_answered_as_documented(client):
    response = post(client, {"word": "orignal"})

    answer = response.json()
    row = Prediction.objects.get()
    assert response.status_code == 201
    assert list(answer) == [
        *("id", "word", "model", "model_version", "language", "verdict", "candidates"),
        *("undetermined", "correction", "reviewed", "created_at"),
    ]
    assert (answer["id"], answer["word"], answer["model"]) == (str(row.public_id), "orignal", "Ngram")
    assert answer["candidates"][0] == {"language": "fr", "name": "French", "probability": 0.6657}
    assert (answer["correction"], answer["reviewed"]) == (None, None)


def test_probabilities_are_numbers_that_sum_to_one_most_probable_first(client):
    shares = [candidate["probability"] for candidate in post(client, {"word": "orignal"}).json()["candidates"]]

    assert sum(shares) == pytest.approx(1)
    assert shares == sorted(shares, reverse=True)


def test_the_location_answers_the_same(client):
    made = post(client, {"word": "orignal"})

    found = client.get(made["Location"])
    assert found.status_code == 200
    assert found.json() == made.json()


def test_the_model_asked_for_answers(client):
    assert post(client, {"word": "orignal", "model": "ff"}).json()["model"] == "FF"


@pytest.mark.parametrize("asked", [{}, {"model": ""}])
def test_left_out_or_empty_the_default_model_answers(client, asked):
    assert post(client, {"word": "orignal", **asked}).json()["model"] == "Ngram"


@pytest.mark.parametrize("codes", [["EN", "es"], ["eng", "es-MX"], ["en-GB", "spa", "en"]])
def test_languages_restrict_the_candidates_by_any_of_their_codes(client, codes):
    answer = post(client, {"word": "orignal", "languages": codes}).json()

    assert [candidate["language"] for candidate in answer["candidates"]] == ["en", "es"]
    assert sum(candidate["probability"] for candidate in answer["candidates"]) == pytest.approx(1)


def test_a_private_word_is_answered_but_neither_kept_nor_addressed(client):
    response = post(client, {"word": "orignal", "private": True})

    row = Prediction.objects.get()
    assert response.status_code == 201
    assert "Location" not in response
    assert (response.json()["id"], response.json()["word"]) == (None, "orignal")
    assert (row.private, row.word, row.word_key, row.owner) == (True, "", "", "")


def test_what_reviewers_accepted_comes_along(client):
    ReviewedWord.objects.create(word_key=key_of("orignal"), label="fr", votes=2)

    assert post(client, {"word": "Orignal"}).json()["reviewed"] == {"label": "fr", "languages": [], "votes": 2}


def test_the_caller_s_correction_comes_along(client):
    made = post(client, {"word": "orignal"})
    submit_feedback(prediction=Prediction.objects.get(), owner="", label="en")

    assert client.get(made["Location"]).json()["correction"]["label"] == "en"


def test_the_query_is_logged_with_its_owner(client, django_user_model):
    user = django_user_model.objects.create_user("ada")
    client.force_login(user)

    post(client, {"word": "orignal"})

    row = Prediction.objects.get()
    assert (row.word, row.source, row.owner) == ("orignal", "api", f"user:{user.pk}")


def test_another_s_prediction_looks_as_if_it_did_not_exist(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("ada"))
    address = post(client, {"word": "orignal"})["Location"]
    client.logout()

    theirs, nobody_s = client.get(address), client.get(f"{ADDRESS}/{uuid4()}")
    assert theirs.status_code == nobody_s.status_code == 404
    own = {"instance": "", "request_id": ""}
    assert theirs.json() | own == nobody_s.json() | own


def test_the_address_of_a_private_prediction_does_not_exist(client):
    post(client, {"word": "orignal", "private": True})

    assert client.get(f"{ADDRESS}/{Prediction.objects.get().public_id}").status_code == 404


@pytest.mark.parametrize("identifier", ["0", "-1", str(10**26), "%00", "٣", str(UUID(int=0)), "x" * 5000])
def test_an_id_that_is_none_is_not_found(client, identifier):
    response = client.get(f"{ADDRESS}/{identifier}")

    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    "word", [None, "", " ", "\u00a0\u3000", 12, 1.5, True, [], {}, "123", "\u200b", "\u3164", "a\0b"]
)
def test_a_bad_word_is_refused_and_not_logged(client, word):
    [(pointer, _code)] = errors(post(client, {"word": word}))

    assert pointer == "/word"
    assert not Prediction.objects.exists()


def test_a_missing_word_is_refused(client):
    assert errors(post(client, {})) == [("/word", "required")]


def test_a_long_word_is_refused_with_the_limit(client):
    response = post(client, {"word": "x" * 101})

    assert errors(response) == [("/word", "max_length")]
    assert "100" in response.json()["errors"][0]["detail"]


@pytest.mark.parametrize("model", ["GPT", "all ", "../FF", "Ngram\0"])
def test_an_unknown_model_is_refused(client, model):
    assert errors(post(client, {"word": "chat", "model": model})) == [("/model", "unknown_model")]


@pytest.mark.parametrize("model", [1, None, [], {}, True])
def test_a_model_that_is_no_name_is_refused(client, model):
    [(pointer, _code)] = errors(post(client, {"word": "chat", "model": model}))

    assert pointer == "/model"


def test_each_unknown_language_is_pointed_at(client):
    response = post(client, {"word": "chat", "languages": ["en", "de", "qqq", "und", "en" * 1000]})

    assert errors(response) == [(f"/languages/{index}", "unknown_language") for index in (1, 2, 3, 4)]


@pytest.mark.parametrize("languages", ["en", {"en": 1}, [["en"]], [None], None, 1, ["en"] * 201])
def test_languages_that_are_no_list_of_codes_are_refused(client, languages):
    assert errors(post(client, {"word": "chat", "languages": languages}))[0][0].startswith("/languages")


@pytest.mark.parametrize("private", ["yes", "true", 1, 0, None, []])
def test_private_is_true_or_false_and_nothing_like_it(client, private):
    assert errors(post(client, {"word": "chat", "private": private}))[0][0] == "/private"


def test_an_unknown_field_is_refused_without_repeating_it(client):
    response = post(client, {"word": "chat", "chevreuil": 1})

    assert errors(response) == [("", "unknown_field")]
    assert "chevreuil" not in response.content.decode()


@pytest.mark.parametrize("body", ["[]", '"chat"', "1", "null", "true", '[{"word": "chat"}]'])
def test_a_body_that_is_no_object_is_refused(client, body):
    assert post(client, body).status_code == 400


def test_another_site_cannot_use_the_cookies_of_a_visitor(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("ada"))

    response = post(client, {"word": "chat"}, headers={"origin": "https://evil.example"})
    assert (response.status_code, response["Content-Type"]) == (403, "application/problem+json")
    assert not Prediction.objects.exists()


def test_a_page_of_this_site_may(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("ada"))

    assert post(client, {"word": "chat"}, headers={"origin": "http://testserver"}).status_code == 201


def test_a_word_of_markup_comes_back_exactly_as_typed(client):
    word = "<script>alert('{{1}}');--"

    assert json.loads(post(client, {"word": word}).content)["word"] == word
