"""The switch "Keep my history: off" in a browser that calls the API."""

import pytest

from classifier.access.owners import HISTORY_COOKIE, HISTORY_OFF
from classifier.models import Prediction

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client):
    client.post("/", {"word": "piano"})
    Prediction.objects.all().delete()
    client.cookies[HISTORY_COOKIE] = HISTORY_OFF
    return client


@pytest.mark.parametrize("address", ["/api/v1/identify", "/api/simple"])
def test_word_of_an_address_is_answered_but_not_kept(browser, address):
    answer = browser.get(address, {"word": "orignal"}).json()
    assert (answer["word"], answer.get("id")) == ("orignal", None)
    assert (Prediction.objects.get().word, Prediction.objects.get().owner) == ("", "")


@pytest.mark.parametrize("private", [True, False])
def test_posted_word_is_answered_but_not_kept(browser, private):
    body = {"word": "orignal", "private": private}
    answer = browser.post("/api/v1/predictions", body, content_type="application/json").json()
    assert (answer["word"], answer["id"]) == ("orignal", None)
    assert Prediction.objects.get().private


def test_words_of_a_batch_are_answered_but_not_kept(browser):
    body = {"items": [{"word": "orignal"}]}
    [result] = browser.post("/api/v1/predictions/batch", body, content_type="application/json").json()["results"]
    assert result["prediction"]["id"] is None
    assert Prediction.objects.get().private
