import re
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import translation
from pytest_django.asserts import assertContains, assertNotContains

from classifier.models import Prediction, ReviewedWord

pytestmark = pytest.mark.django_db

# The fields of a row that was asked among languages of which one is known no more
GERMAN = {"languages": ["de", "fr"], "probabilities": {"de": 0.2, "fr": 0.7, "und": 0.1}, "model_version": "20200101-0"}

HOSTILE = ["<script>alert(1)</script>", "x'--", "{{settings}}", "{%debug%}", '"><img/src=x/onerror=alert(1)>']


def test_the_sentence_comes_first_then_numbers_and_bars(client, ask):
    response = client.get(ask())
    assertContains(response, '<h1 tabindex="-1" autofocus>Probably French, 67\N{NO-BREAK SPACE}%</h1>', html=True)
    assertContains(response, '<span class="share">66.6\N{NO-BREAK SPACE}%</span>', html=True)
    assertContains(response, '<rect width="66.57%" height="100%"/>')
    assertContains(response, '<rect width="2.00%" height="100%"/>')


def test_a_shared_word_names_its_languages(client, ask):
    assertContains(
        client.get(ask("piano")),
        '<h1 tabindex="-1" autofocus>English, French and Spanish share this word</h1>',
        html=True,
    )


def test_an_unsure_answer_says_so_and_why(client, ask):
    response = client.get(ask("xqzt"))
    assertContains(response, '<h1 tabindex="-1" autofocus>Not sure</h1>', html=True)
    assertContains(response, "none of the languages")


def test_an_unsure_answer_starts_with_none_of_these(client, ask):
    page = client.get(ask("xqzt")).content.decode()
    assert page.index("None of these") < page.index("<span>French</span>")


def test_model_and_version_are_named(client, ask):
    response = client.get(ask(model="FF"))
    assertContains(response, "<dd>FF</dd>", html=True)
    assertContains(response, "<dd>20261122-00000002</dd>", html=True)


@pytest.mark.parametrize(("word", "language"), [("orignal", "fr"), ("piano", ""), ("xqzt", "")])
def test_the_word_is_marked_with_its_language_for_screen_readers(client, ask, word, language):
    assertContains(client.get(ask(word)), f'<bdi lang="{language}">{word}</bdi>', html=True)


@pytest.mark.parametrize("word", HOSTILE)
def test_a_hostile_word_is_shown_as_typed_and_inert(client, ask, word):
    page = client.get(ask(word)).content.decode()
    assert "<script>" not in page
    assert "<img/" not in page
    escaped = word.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    assert f"{escaped.replace(chr(39), '&#x27;')}</bdi>" in page


def test_numbers_are_localised_in_text_but_not_in_attributes(client, ask):
    address = ask()
    response = client.get(address, headers={"accept-language": "fr"})
    translation.activate("en")
    assertContains(response, "66,6")
    assertContains(response, '<rect width="66.57%"')


def test_what_reviewers_accepted_for_the_word_is_shown(client, ask):
    ReviewedWord.objects.create(word_key="orignal", label="es", votes=3)
    assertContains(client.get(ask("ORIGNAL")), "Reviewers settled on: Spanish")


def test_the_title_tells_the_answer_and_then_the_correction(client, ask):
    address = ask()
    assertContains(client.get(address), "<title>orignal: Probably French, 67\N{NO-BREAK SPACE}%")
    client.post(f"{address}feedback/", {"label": "es"})
    assertContains(client.get(address), "<title>orignal: Spanish")


def test_the_reader_stands_at_the_answer(client, ask):
    assertContains(client.get(ask()), "autofocus", count=1)


def test_all_models_can_be_asked_about_the_same_word(client, ask):
    page = client.get(ask(languages=["en", "fr"]))
    assertContains(page, "Ask all 2 models")
    assertContains(page, '<input type="hidden" name="word" value="orignal">', html=True)
    response = client.post("/", {"word": "orignal", "model": "all", "languages": ["en", "fr"]}, follow=True)
    assertContains(response, "All models side by side")
    assertNotContains(response, "Ask all 2 models")


def test_the_languages_asked_for_are_named_and_asked_again(client, ask):
    response = client.get(ask(languages=["en", "fr"]))
    assertContains(response, "<dd>English and French</dd>", html=True)
    assertContains(response, '<input type="hidden" name="languages" value="fr">', count=2)


def test_an_answer_can_be_deleted_there(client, ask):
    address = ask()
    assertContains(client.get(address), f'action="{address}delete/"')
    client.post(f"{address}delete/")
    assert client.get(address).status_code == 404


def test_nobodys_answer_cannot_be_deleted(identified):
    assertNotContains(Client().get(f"/predictions/{identified(source='api').public_id}/"), "Delete this answer")


def test_the_next_word_can_be_asked_right_there_of_the_same_model(client, ask):
    assertContains(client.get(ask(model="FF")), '<input type="hidden" name="model" value="FF">', html=True)


@pytest.mark.parametrize("gone", [{"model": "GRU"}, GERMAN, {"model": "GRU", **GERMAN}])
def test_form_below_an_answer_asks_only_for_what_still_serves(client, ask, gone):
    address = ask()
    Prediction.objects.update(**gone)
    form = client.get(address).content.decode().partition('class="card again"')[2]
    hidden = re.findall(r'<input type="hidden" name="(model|languages)" value="(.*?)">', form)
    assert client.post("/", {"word": "piano", **dict(hidden)}).status_code == 303


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_wrong_method_is_refused(client, ask, method):
    assert getattr(client, method)(ask()).status_code == 405


def test_anothers_answer_looks_like_one_that_does_not_exist(ask, stranger):
    theirs, nothing = stranger.get(ask()), stranger.get(f"/predictions/{uuid4()}/")
    assert theirs.status_code == nothing.status_code == 404
    assert theirs.content == nothing.content


def test_an_answer_without_owner_is_shown_to_whoever_knows_its_address(identified):
    address = f"/predictions/{identified(source='api').public_id}/"
    assertContains(Client().get(address), "orignal")


@pytest.mark.parametrize("public_id", ["0", "-1", "1" + 26 * "0", "%00", "none", "٣"])
def test_what_is_no_id_is_not_found(client, public_id):
    assert client.get(f"/predictions/{public_id}/").status_code == 404


def test_an_answer_is_not_cached(client, ask):
    assert client.get(ask()).headers["Cache-Control"] == "private, no-store"


def test_the_page_asks_for_nothing_from_another_host_and_has_no_script(client, ask):
    response = client.get(ask())
    assertNotContains(response, "<script>")
    assertNotContains(response, "style=")
    page = response.content.decode()
    assert page.count("http") == page.count("http://testserver/")
    assert "unsafe" not in response.headers["Content-Security-Policy"]
