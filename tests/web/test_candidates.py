import pytest
from django.utils import translation
from pytest_django.asserts import assertContains, assertNotContains

from classifier.models import Prediction
from classifier.web.candidates import find_language
from tests.many_languages import LANGUAGES, wide_identifier

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def many_languages(serve, fake_models):
    serve({**fake_models, "Ngram": wide_identifier()})


@pytest.fixture
def choose(client):
    """Return a function that asks among languages chosen in the form, and returns those asked."""

    def choose(*languages, path="/", **fields):
        client.post(path, {"word": "orignal", "languages": ["", *languages], **fields})
        return Prediction.objects.order_by("-id").first().languages

    return choose


def test_first_three_are_chosen_until_somebody_changes_that(client, choose):
    page = client.get("/")
    assertContains(page, 'data-none="English, French, Spanish">English, French, Spanish</span>')
    assertContains(page, " checked> <span>", count=3)
    assert choose("en", "fr", "es") == []


def test_every_language_has_a_box_with_its_names(client):
    page = client.get("/")
    assertContains(page, 'type="checkbox" name="languages"', count=len(LANGUAGES) + 1)
    assertContains(page, 'value="el"> <span>Greek <bdi lang="el">Ελληνικά</bdi></span>')
    assertContains(client.get("/", headers={"accept-language": "fr"}), 'value="el"> <span>Grec <bdi lang="el">')


def test_choice_is_remembered_for_the_next_word_and_for_lists(client, choose):
    assert choose("nl", "el") == ["nl", "el"]
    assert client.cookies["languages"].value == "nl.el"
    for path in ("/", "/batches/", Prediction.objects.get().public_id):
        address = path if isinstance(path, str) else f"/predictions/{path}/"
        assertContains(client.get(address), '">Dutch, Greek</span>')


def test_choice_made_for_a_list_is_remembered(client):
    client.post("/batches/", {"words": "λόγος", "languages": ["", "el"]})
    assertContains(client.get("/"), '">Greek</span>')


def test_all_languages_are_chosen_by_one_box_whatever_else_is_ticked(client, choose):
    assert choose("ALL", "en", "fr") == ["all"]
    page = client.get("/")
    assertContains(page, '">all 84 languages</span>')
    assertContains(page, 'name="languages" value="all" checked>')


def test_default_languages_are_chosen_again_and_the_choice_forgotten(client, choose):
    choose("nl")
    assert choose("en", "fr", "es") == []
    assert client.cookies["languages"].value == ""


def test_answer_that_is_asked_again_changes_no_choice(client, choose):
    choose("nl")
    client.post("/", {"word": "orignal", "languages": ["all"]})
    assert client.cookies["languages"].value == "nl"


@pytest.mark.parametrize("cookie", ["tlh", "tlh.nl", "<b>", "." * 200])
def test_remembered_languages_that_no_model_knows_are_left_out(client, cookie):
    client.cookies["languages"] = cookie
    expected = "Dutch" if "nl" in cookie else "English, French, Spanish"
    assertContains(client.get("/"), f'">{expected}</span>')


def test_languages_can_be_written_by_any_name(choose):
    assert choose("nl", "Greek, deutsch,  日本語") == ["de", "nl", "ja", "el"]


@pytest.mark.parametrize("text", ["Klingon", "nor", "<b>", "x," * 400, "n" * 1000])
def test_name_of_no_language_or_several_is_refused_with_advice(client, text):
    response = client.post("/", {"word": "orignal", "languages": [text]})
    assertContains(response, "No language here is called that, or several are.", status_code=400)
    assertContains(response, '<details class="choices picker" open>', status_code=400)
    assertNotContains(response, "<b>", status_code=400)


def test_refused_form_keeps_the_choice(client):
    response = client.post("/", {"word": "123", "languages": ["", "nl", "greek"]})
    assertContains(response, '">Dutch, Greek</span>', status_code=400)


def test_model_that_does_not_know_a_language_is_refused(client):
    response = client.post("/", {"word": "orignal", "model": "FF", "languages": ["fr", "nl"]})
    assertContains(response, "The model you chose does not know Dutch.", status_code=400)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *[("el", "el"), ("ELL", "el"), ("greek", "el"), ("gre", "el"), ("ελλη", "el"), ("espanol", "es")],
        *[("hrvatski", "sr-Latn"), ("bokmal", "nb"), ("norwegian", None), ("", None), ("12", None)],
    ],
)
def test_language_is_found_by_code_or_by_the_beginning_of_a_name(text, code):
    assert find_language(text, LANGUAGES) == code


def test_language_is_found_by_its_name_on_the_page():
    with translation.override("fr"):
        assert find_language("néerlandais", LANGUAGES) == find_language("dutch", LANGUAGES) == "nl"


def test_cookie_is_anonymous_and_closed_to_scripts(client, choose):
    choose("nl")
    cookie = client.cookies["languages"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 365 * 24 * 3600)
