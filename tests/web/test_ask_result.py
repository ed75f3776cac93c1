from uuid import uuid4

import pytest
from django.test import Client
from django.utils import translation
from pytest_django.asserts import assertContains, assertNotContains

from classifier.models import Prediction, ReviewedWord

pytestmark = pytest.mark.django_db

# Fields of a prediction for two languages, of which one no longer serves
GERMAN = {"languages": ["de", "fr"], "probabilities": {"de": 0.2, "fr": 0.7, "und": 0.1}, "model_version": "20200101-0"}

HOSTILE = ["<script>alert(1)</script>", "x'--", "{{settings}}", "{%debug%}", '"><img/src=x/onerror=alert(1)>']


def test_answer_is_a_sentence_with_numbers_and_bars(client, ask):
    response = client.get(ask())
    assertContains(response, '<h1 tabindex="-1" autofocus>Probably French, 67\N{NO-BREAK SPACE}%</h1>', html=True)
    assertContains(response, '<span class="share">66.6\N{NO-BREAK SPACE}%</span>', html=True)
    assertContains(response, '<rect width="66.57%" height="100%"/>')


def test_shared_word_is_answered_with_its_languages(client, ask):
    assertContains(
        client.get(ask("piano")),
        '<h1 tabindex="-1" autofocus>English, French and Spanish share this word</h1>',
        html=True,
    )


def test_unsure_answer_gives_its_reason(client, ask):
    response = client.get(ask("xqzt"))
    assertContains(response, '<h1 tabindex="-1" autofocus>Not sure</h1>', html=True)
    assertContains(response, "It is probably a word of another language, or no word.")


def test_chance_of_no_known_language_stands_apart_and_only_where_it_matters(client, ask):
    text = "Another language, or not a word: 90\N{NO-BREAK SPACE}%."
    page = client.get(ask("xqzt"))
    assertContains(page, text)
    assertContains(page, '<rect width="90.00%" height="100%"/>')
    assertNotContains(client.get(ask()), 'class="none"')


def test_model_and_version_are_named(client, ask):
    response = client.get(ask(model="FF"))
    assertContains(response, "<summary>Model: FF</summary>", html=True)
    assertContains(response, "<dt>FF</dt><dd>Version 20261122-00000002</dd>", html=True)


@pytest.mark.parametrize(("word", "language"), [("orignal", "fr"), ("piano", ""), ("xqzt", "")])
def test_word_has_the_attribute_lang(client, ask, word, language):
    assertContains(client.get(ask(word)), f'<bdi class="visually-hidden" lang="{language}">{word}</bdi>', html=True)


@pytest.mark.parametrize("word", HOSTILE)
def test_hostile_word_is_escaped(client, ask, word):
    page = client.get(ask(word)).content.decode()
    assert "<script>" not in page
    assert "<img/" not in page
    escaped = word.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    assert escaped.replace("'", "&#x27;") in page


def test_numbers_are_localised_in_text_but_not_in_attributes(client, ask):
    address = ask()
    response = client.get(address, headers={"accept-language": "fr"})
    translation.activate("en")
    assertContains(response, "66,6")
    assertContains(response, '<rect width="66.57%"')


def test_reviewed_label_of_the_word_is_shown(client, ask):
    ReviewedWord.objects.create(word_key="orignal", label="es", votes=3)
    assertContains(client.get(ask("ORIGNAL")), "Reviewers decided: Spanish")


def test_title_holds_the_answer_or_the_correction(client, ask):
    address = ask()
    assertContains(client.get(address), "<title>orignal: Probably French, 67\N{NO-BREAK SPACE}%")
    client.post(f"{address}feedback/", {"label": "es"})
    assertContains(client.get(address), "<title>orignal: Spanish")


def test_focus_is_on_the_answer(client, ask):
    assertContains(client.get(ask()), "autofocus", count=1)


def test_all_models_can_be_asked_the_same_word(client, ask):
    page = client.get(ask(languages=["en", "fr"]))
    assertContains(page, "Compare 2 models")
    assertContains(page, '<input type="hidden" name="word" value="orignal">', html=True)
    response = client.post("/", {"word": "orignal", "model": "all", "languages": ["en", "fr"]}, follow=True)
    assertContains(response, "All models side by side")
    assertNotContains(response, "Compare 2 models")


def test_word_model_languages_and_privacy_are_kept_for_the_next_question(client):
    fields = {"word": "orignal", "model": "FF", "private": "on"}
    response = client.post("/", {**fields, "languages": ["", "en", "fr"]})
    assertContains(response, "Asked among English and French only.")
    assertContains(response, "<summary>Model: FF</summary>", html=True)
    form = response.context["form"]
    assert {name: form[name].value() for name in fields} == {**fields, "private": True}
    assert form.candidates == ["en", "fr"]


def test_question_stands_above_the_answer(client, ask):
    page = client.get(ask()).content.decode()
    assert page.index('value="orignal"') < page.index("<h1")


def test_answer_can_be_deleted(client, ask):
    address = ask()
    assertContains(client.get(address), f'action="{address}delete/"')
    client.post(f"{address}delete/")
    assert client.get(address).status_code == 404


def test_answer_without_owner_cannot_be_deleted(make_prediction):
    assertNotContains(Client().get(f"/predictions/{make_prediction(source='api').public_id}/"), "Delete")


@pytest.mark.parametrize("changes", [{"model": "GRU"}, GERMAN, {"model": "GRU", **GERMAN}])
def test_next_question_names_only_what_still_serves(client, ask, changes):
    address = ask()
    Prediction.objects.update(**changes)
    form = client.get(address).context["form"]
    fields = {"model": form["model"].value(), "languages": form.candidates}
    assert client.post("/", {"word": "piano", **fields}).status_code == 303


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_wrong_method_is_refused(client, ask, method):
    assert getattr(client, method)(ask()).status_code == 405


def test_answer_of_another_visitor_looks_missing(ask, stranger):
    foreign, missing = stranger.get(ask()), stranger.get(f"/predictions/{uuid4()}/")
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content


def test_answer_without_owner_is_shown_to_everybody(make_prediction):
    address = f"/predictions/{make_prediction(source='api').public_id}/"
    assertContains(Client().get(address), "orignal")


@pytest.mark.parametrize("public_id", ["0", "-1", "1" + 26 * "0", "%00", "none", "٣"])
def test_invalid_id_is_not_found(client, public_id):
    assert client.get(f"/predictions/{public_id}/").status_code == 404


def test_answer_is_not_cached(client, ask):
    assert client.get(ask()).headers["Cache-Control"] == "private, no-store"


def test_page_loads_nothing_from_other_hosts(client, ask):
    response = client.get(ask())
    assertNotContains(response, "<script>")
    assertNotContains(response, "style=")
    page = response.content.decode()
    assert page.count("http") == page.count("http://testserver/")
    assert "unsafe" not in response.headers["Content-Security-Policy"]
