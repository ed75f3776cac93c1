from dataclasses import replace

import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertTemplateUsed

from classifier.models import Prediction
from classifier.web.views.ask import EXAMPLES

pytestmark = pytest.mark.django_db


def measure(fakes, name, accuracy):
    fakes[name].card.scores["held-out"] = {"accuracy": accuracy}


def test_home_page_names_the_languages_first(client):
    assertContains(client.get("/"), "<strong>English, French or Spanish?</strong> Type a word")


def test_form_has_a_label_and_the_best_model_chosen(client):
    response = client.get("/")
    assertContains(response, '<label for="id_word">Your word</label>', html=True)
    assertContains(response, '<input type="radio" name="model" value="Ngram" id="id_model_0" checked>', html=True)


def test_models_are_listed_with_a_line_and_their_accuracy(client, fake_models):
    measure(fake_models, "FF", 0.8871)
    response = client.get("/")
    assertContains(response, "reads all letters at once")
    assertContains(response, "88.7\N{NO-BREAK SPACE}% of test words right", count=1)


def test_word_is_answered_at_its_own_address(client):
    response = client.post("/", {"word": "orignal"})
    prediction = Prediction.objects.get()
    assert (response.status_code, response.headers["Location"]) == (303, f"/predictions/{prediction.public_id}/")
    assert (prediction.word, prediction.language, prediction.source) == ("orignal", "fr", "web")


def test_chosen_model_answers(client):
    client.post("/", {"word": "orignal", "model": "FF"})
    assert Prediction.objects.get().model == "FF"


@pytest.mark.parametrize("codes", [["en", "es"], ["EN", "es-MX"]])
def test_chosen_languages_are_the_candidates(client, codes):
    client.post("/", {"word": "orignal", "languages": codes})
    prediction = Prediction.objects.get()
    assert [candidate.language for candidate in prediction.answer().candidates] == ["en", "es"]


@pytest.mark.parametrize("languages", [[], ["en", "fr", "es"]])
def test_default_or_no_languages_ticked_mean_those_by_default(client, languages):
    client.post("/", {"word": "orignal", "languages": languages})
    assert Prediction.objects.get().languages == []


def test_language_unknown_to_the_model_is_refused(client, serve, fake_models):
    card = replace(fake_models["FF"].card, labels=("en", "fr", "und"))
    serve({**fake_models, "FF": replace(fake_models["FF"], card=card)})
    response = client.post("/", {"word": "orignal", "model": "FF", "languages": ["fr", "es"]})
    assertContains(response, "The model you chose does not know Spanish.", status_code=400)
    assertContains(response, '<details class="choices picker" open>', status_code=400)
    assert not Prediction.objects.exists()


def test_unknown_language_is_refused(client):
    response = client.post("/", {"word": "orignal", "languages": ["<b>xx"]})
    assertContains(response, 'id="id_languages_error"', status_code=400)
    assertNotContains(response, "<b>xx", status_code=400)


def test_refused_form_keeps_its_values(client):
    response = client.post("/", {"word": "123", "model": "FF", "languages": ["fr"]})
    assertContains(response, 'value="123"', status_code=400)
    assertContains(response, '<details class="choices" open>', status_code=400)
    assert response.content.decode().count(" checked") == 2


def test_default_choices_stay_folded(client):
    fields = {"word": "123", "model": "Ngram", "languages": ["en", "fr", "es"]}
    assertNotContains(client.post("/", fields), '<details class="choices" open>', status_code=400)


def test_focus_is_set_only_on_an_error(client):
    assertNotContains(client.get("/"), "autofocus")
    assertContains(client.post("/", {"word": "123"}), "autofocus", count=1, status_code=400)


def test_words_are_private_with_the_history_off(client):
    client.cookies["history"] = "off"
    assertContains(client.get("/"), "Your history is switched off")
    client.post("/", {"word": "orignal"})
    prediction = Prediction.objects.get()
    assert (prediction.private, prediction.word, prediction.owner) == (True, "", "")


def test_example_is_asked_with_one_click(client):
    client.post("/", {"word": "", "example": "piano"})
    assert Prediction.objects.get().word == "piano"


def test_examples_are_buttons_with_valid_words(client):
    page = client.get("/")
    for word in EXAMPLES:
        assertContains(page, f'name="example" value="{word}"')
        assert client.post("/", {"example": word}).status_code == 303


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_wrong_method_is_refused(client, method):
    assert getattr(client, method)("/").status_code == 405


@pytest.mark.parametrize(
    "word",
    [
        *("", "  ", "\N{NO-BREAK SPACE}", "\N{IDEOGRAPHIC SPACE}", "\u200b\u2060", "\u3164", "123", "?!", "🦌"),
        *("a\x00b", "w" * 101, "w " * 501, "e" + "\u0301" * 70),
    ],
)
def test_invalid_word_is_refused_and_not_stored(client, word):
    response = client.post("/", {"word": word})
    assert response.status_code == 400
    assertContains(response, 'class="problem" id="id_word_error"', status_code=400)
    assert not Prediction.objects.exists()


def test_missing_word_is_refused(client):
    assertContains(client.post("/"), "Enter a word.", status_code=400)


def test_error_of_a_long_word_names_the_limit(client):
    assertContains(client.post("/", {"word": "w" * 101}), "at most 100 characters", status_code=400)


def test_unknown_model_is_refused(client):
    assert client.post("/", {"word": "orignal", "model": "<b>GPT"}).status_code == 400
    assert not Prediction.objects.exists()


def test_refused_word_is_shown_escaped(client):
    response = client.post("/", {"word": '"><script>alert(1)</script>' + 101 * "x"})
    assertContains(response, "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;x", status_code=400)
    assertNotContains(response, "<script>", status_code=400)


def test_decomposed_letters_are_composed(client):
    client.post("/", {"word": "cafe\N{COMBINING ACUTE ACCENT}"})
    assert Prediction.objects.get().word == "café"


def test_form_without_csrf_token_is_refused(strict_client):
    response = strict_client.post("/", {"word": "orignal"})
    assert response.status_code == 403
    assertTemplateUsed(response, "403_csrf.html")
    assert not Prediction.objects.exists()


def test_form_with_the_pages_csrf_token_is_accepted(strict_client):
    token = strict_client.get("/").context["csrf_token"]
    assert strict_client.post("/", {"word": "orignal", "csrfmiddlewaretoken": str(token)}).status_code == 303


def test_visitor_is_recognised_by_a_cookie_without_a_session(client):
    cookie = client.post("/", {"word": "orignal"}).cookies["visitor"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert "sessionid" not in client.cookies


def test_private_word_is_answered_at_once_and_not_stored(client):
    response = client.post("/", {"word": "orignal", "private": "on"})
    assertContains(response, '<bdi class="visually-hidden" lang="fr">orignal</bdi>', html=True)
    assertContains(response, '<h1 tabindex="-1" autofocus>Probably French, 67\N{NO-BREAK SPACE}%</h1>', html=True)
    prediction = Prediction.objects.get()
    assert (prediction.private, prediction.word, prediction.word_key, prediction.owner) == (True, "", "", "")


def test_private_answer_has_no_address_and_sets_no_cookie(client):
    response = client.post("/", {"word": "orignal", "private": "on"})
    public_id = Prediction.objects.get().public_id
    assertNotContains(response, str(public_id))
    assert "visitor" not in response.cookies
    assert client.get(f"/predictions/{public_id}/").status_code == 404


def test_form_below_a_private_answer_is_private(client):
    response = client.post("/", {"word": "orignal", "private": "on"})
    assert response.context["form"]["private"].value() is True


def test_pages_are_not_cached(client):
    for response in (client.get("/"), client.post("/"), client.post("/", {"word": "a", "private": "on"})):
        assert response.headers["Cache-Control"] == "private, no-store"


def test_page_without_models_gives_advice(client, serve):
    serve({})
    assert client.get("/").status_code == 200
    assertContains(client.post("/", {"word": "orignal"}), "No model can answer", status_code=503)


def test_unavailable_model_is_listed_without_accuracy(client, without_model):
    without_model("Ngram", "FF")
    assertNotContains(client.get("/"), "test words")
