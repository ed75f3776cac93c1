"""Repeats under an Idempotency-Key: same answer, stored once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from classifier.api.models import REPEATABLE_FOR, AnsweredRequest
from classifier.models import Prediction
from tests.conftest import FakeIdentifier, fake_card


class SpanishIdentifier(FakeIdentifier):
    def _row(self, _word):
        return 0.03, 0.05, 0.9, 0.02


pytestmark = pytest.mark.django_db
WORD = {"word": "orignal"}


@pytest.fixture
def post(call):
    """Return a function that posts with an Idempotency-Key."""

    def post(body, name="one", address="/predictions", key=None):
        return call("POST", address, body, key=key, headers={"idempotency-key": name})

    return post


@pytest.fixture
def new_version(serve, fake_models):
    """Return a function that serves a version that answers Spanish."""
    identifier = SpanishIdentifier(fake_card("Ngram", "20261123-00000003"))
    return lambda: serve({**fake_models, "Ngram": identifier})


def test_repeat_is_answered_the_same_and_stored_once(post):
    first, second = post(WORD), post(WORD)

    assert (first.status_code, second.status_code) == (201, 201)
    assert (first.json(), first["Location"]) == (second.json(), second["Location"])
    assert Prediction.objects.count() == 1


@pytest.mark.parametrize("body", [{**WORD, "private": True}, {"word": "the orignal", "private": True, "model": "all"}])
def test_private_repeat_is_answered_the_same_and_stored_once(post, body):
    assert post(body).json() == post(body).json()
    assert Prediction.objects.get().word == ""


def test_private_repeat_is_answered_by_the_models_that_serve_now(post, without_model):
    body = {"word": "un gâteau", "private": True, "model": "all"}
    first = post(body).json()
    without_model("Ngram")

    second = post(body).json()
    assert [answer["model"] for answer in second["answers"]] == ["FF"]
    assert second["answers"] == [answer for answer in first["answers"] if answer["model"] == "FF"]
    assert (second["unavailable"], second["created_at"]) == (["Ngram"], first["created_at"])
    assert Prediction.objects.count() == 1


def test_private_repeat_names_the_version_of_its_words(post, new_version):
    body = {"word": "un gâteau", "private": True}
    first = post(body).json()
    new_version()

    second = post(body).json()
    assert (first["model_version"], second["model_version"]) == ("20261122-00000001", "20261123-00000003")
    assert [word["language"] for word in first["words"]] == ["en", "fr"]
    assert ([word["language"] for word in second["words"]], second["language"]) == (["es", "es"], "es")


def test_private_batch_is_repeated_by_the_models_that_serve_now(post, new_version):
    body = {"items": [{"word": "orignal"}, {"word": "1"}, {"word": "un gâteau"}], "private": True, "model": "all"}
    post(body, address="/predictions/batch")
    new_version()

    first, _problem, last = post(body, address="/predictions/batch").json()["results"]
    for result in (first, last):
        best = result["prediction"]["answers"][0]
        assert (best["model_version"], best["language"]) == ("20261123-00000003", "es")
    assert Prediction.objects.count() == 2


def test_private_repeat_without_its_model_is_unavailable(post, without_model):
    body = {"word": "un gâteau", "private": True, "model": "FF"}
    post(body)
    without_model("FF")
    assert post(body).status_code == 503


def test_public_repeat_keeps_the_version_that_answered(post, new_version):
    first = post({"word": "un gâteau", "model": "all"}).json()
    new_version()
    assert post({"word": "un gâteau", "model": "all"}).json() == first


@pytest.mark.parametrize("private", [True, False])
def test_batch_is_repeated_with_its_problems(post, private):
    body = {"items": [{"id": "a", "word": "orignal"}, {"word": "1"}, {"word": "un piano"}], "private": private}
    first, second = (post(body, address="/predictions/batch").json()["results"] for _ in range(2))

    for results in (first, second):
        del results[1]["problem"]["request_id"]
    assert first == second
    assert Prediction.objects.count() == 2


def test_different_body_under_the_same_key_is_refused(post, api_key):
    post(WORD, key=api_key)
    response = post({"word": "piano"}, key=api_key)

    assert (response.status_code, response.json()["type"]) == (422, "/problems/idempotency-key-reused/")
    assert Prediction.objects.count() == 1


def test_different_address_under_the_same_key_is_refused(post, api_key):
    body = {"items": [WORD]}
    post(WORD, key=api_key)
    assert post(body, address="/predictions/batch", key=api_key).status_code == 422


def test_visitor_has_keys_of_its_own_as_a_program_has(post, client):
    client.post("/", {"word": "piano"})
    assert [post(body).status_code for body in (WORD, {"word": "piano"})] == [201, 422]


def test_strangers_behind_one_address_meet_only_in_the_same_request(post):
    first, other, repeat = (post(body) for body in (WORD, {"word": "piano"}, WORD))

    assert [response.status_code for response in (first, other, repeat)] == [201, 201, 201]
    assert first.json()["id"] == repeat.json()["id"] != other.json()["id"]
    assert Prediction.objects.count() == 2


def test_different_key_is_a_different_request(post):
    assert post(WORD, "one").json()["id"] != post(WORD, "two").json()["id"]


def test_callers_do_not_share_keys(post, api_key, other_key):
    ids = {post(WORD, key=key).json()["id"] for key in (None, api_key, other_key)}
    assert len(ids) == 3


def test_record_holds_digests_and_public_ids_only(post, api_key):
    post(WORD, "my-own-key", key=api_key)

    record = AnsweredRequest.objects.values().get()
    assert record["predictions"] == [str(Prediction.objects.get().public_id)]
    assert not any(text in str(record) for text in ("orignal", "my-own-key", "key:"))


def test_repeat_of_a_deleted_prediction_is_gone(call, post, api_key):
    response = post(WORD, key=api_key)
    call("DELETE", response["Location"].removeprefix("/api/v1"), key=api_key)

    assert post(WORD, key=api_key).status_code == 410
    assert not Prediction.objects.exists()


def test_key_is_free_again_after_a_day(post, api_key):
    post(WORD, key=api_key)
    AnsweredRequest.objects.update(created=timezone.now() - REPEATABLE_FOR - timedelta(seconds=1))

    assert post({"word": "piano"}, key=api_key).status_code == 201
    assert AnsweredRequest.objects.count() == 1


def test_visitors_behind_one_address_do_not_share_keys(post, client):
    ids = []
    for _ in range(2):
        client.cookies.clear()
        client.post("/", {"word": "piano"})
        ids.append(post(WORD).json()["id"])
    assert len(set(ids)) == 2


@pytest.mark.parametrize("name", ["", " ", "a b", "é", "x" * 256, "a\tb"])
def test_invalid_key_is_refused(post, name):
    assert post(WORD, name).status_code == 400
    assert not Prediction.objects.exists()


def test_refused_request_leaves_its_key_free(post):
    assert post({"word": ""}).status_code == 400
    assert post(WORD).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_request_sent_fifty_times_at_once_is_stored_once(client, api_key, at_once):
    headers = {**api_key.headers, "idempotency-key": "one"}

    def post():
        response = client.post("/api/v1/predictions", WORD, content_type="application/json", headers=headers)
        return response.status_code, response.content

    answers = set(at_once(post, [()] * 50))
    assert {status for status, _content in answers} <= {201, 503}  # a busy machine refuses some
    assert len([content for status, content in answers if status == 201]) == 1
    assert Prediction.objects.count() == AnsweredRequest.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_expired_keys_used_again_at_once_do_not_deadlock(client, api_key, at_once, caplog):
    def post(name):
        headers = {**api_key.headers, "idempotency-key": name}
        return client.post("/api/v1/predictions", WORD, content_type="application/json", headers=headers).status_code

    names = [str(number) for number in range(20)]
    for name in names:
        post(name)
    AnsweredRequest.objects.update(created=timezone.now() - 2 * REPEATABLE_FOR)

    assert set(at_once(post, [(name,) for name in names])) <= {201, 503}  # a busy machine refuses some
    assert "deadlock" not in caplog.text
