import pytest
from pytest_django.asserts import assertContains, assertNotContains

from classifier.models import Prediction

pytestmark = pytest.mark.django_db


def test_each_word_of_a_text_has_its_answer_below(client, ask):
    response = client.get(ask("Un gâteau au piano xqzt !"))
    for lang, token, gloss in [("fr", "gâteau", "French"), ("", "piano", "shared"), ("", "xqzt", "not sure")]:
        assertContains(response, f'<bdi lang="{lang}">{token}</bdi><rt>{gloss}</rt>')
    assertContains(response, "<bdi>!</bdi>")


def test_text_has_one_answer_as_a_whole(client, ask):
    assertContains(
        client.get(ask("le gâteau bateau")),
        '<h1 tabindex="-1" autofocus>Probably French, 97\N{NO-BREAK SPACE}%</h1>',
        html=True,
    )


def test_text_in_no_known_language_is_described_as_such(client, ask):
    assertContains(client.get(ask("xqzt xqzt")), "Most of its words are probably of another language")


def test_text_shared_by_languages_is_called_a_text(client, ask):
    assertContains(client.get(ask("piano piano")), "share this text")


def test_hostile_text_is_escaped(client, ask):
    response = client.get(ask('<script>alert(1)</script> {{settings}} "><img/src=x/onerror=alert(1)>'))
    assertContains(response, "&lt;script&gt;</bdi><rt>")
    assertNotContains(response, "<script>")
    assertNotContains(response, "<img/")


def test_long_text_is_cut_in_title_and_history_only(client, ask):
    text = " ".join(["gâteau"] * 50)
    page = client.get(ask(text)).content.decode()
    assert page.count("<rt>") == 50
    assert len(page.split("<title>")[1].split("</title>")[0]) < 150
    assertNotContains(client.get("/history/"), text)


def test_all_models_are_offered_if_there_are_several(client, serve, fake_models):
    assertContains(client.get("/"), 'value="all"')
    serve({"FF": fake_models["FF"]})
    assertNotContains(client.get("/"), 'value="all"')


def test_all_models_stand_side_by_side_with_their_accuracy(client, ask, fake_models):
    fake_models["FF"].card.scores["held-out"] = {"accuracy": 0.8871}
    response = client.get(ask(model="all"))
    assertContains(response, '<h1 tabindex="-1" autofocus>All 2 models say: French</h1>', html=True)
    for name in ("Ngram", "FF"):
        assertContains(response, f'<th scope="row"><strong>{name}</strong> <span>French</span></th>', html=True)
    assertContains(response, '<th scope="col">English</th><th scope="col">Spanish</th><th scope="col">French</th>')
    assertContains(response, "88.7\N{NO-BREAK SPACE}% of test words right", count=2)  # among the choices, too
    assertContains(response, "Version 20261122-00000002")
    assert Prediction.objects.count() == 1


def test_stored_comparison_needs_no_model_files(client, ask, without_model):
    address = ask(model="all")
    without_model("FF")
    assertContains(client.get(address), '<th scope="row"><strong>FF</strong> <span>French</span></th>', html=True)


def test_unavailable_model_is_named(client, ask, without_model):
    without_model("FF")
    response = client.get(ask(model="all"))
    assertContains(response, "FF could not answer")
    assertContains(response, '<h1 tabindex="-1" autofocus>Probably French, 67\N{NO-BREAK SPACE}%</h1>', html=True)


def test_one_model_has_no_comparison(client, ask):
    assertNotContains(client.get(ask()), "side by side</h2>")


def test_next_question_after_a_comparison_is_for_all_models(client, ask):
    assert client.get(ask(model="all")).context["form"]["model"].value() == "all"


def test_private_text_is_compared_and_not_stored(client):
    response = client.post("/", {"word": "un gâteau", "model": "all", "private": "on"})
    assertContains(response, "<rt>French</rt>")
    assertContains(response, "All models side by side")
    assert "gâteau" not in str(Prediction.objects.values().get())


def test_answer_of_all_models_can_be_corrected(client, ask):
    address = ask(model="all")
    client.post(f"{address}feedback/", {"label": "en"})
    assertContains(client.get(address), '<h1 tabindex="-1" autofocus>English</h1>', html=True)
