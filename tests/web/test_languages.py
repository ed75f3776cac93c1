from datetime import UTC, datetime

import pytest
from django.utils import translation
from django.utils.formats import date_format
from pytest_django.asserts import assertContains, assertNotContains

from classifier.models import Prediction
from classifier.templatetags.answer_text import percent
from tests.web.page_reader import switch_target

pytestmark = pytest.mark.django_db


def get(client, address, language):
    return client.get(address, headers={"accept-language": language})


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("fr", "fr"), ("fr-CA, en;q=0.5", "fr"), ("de, es;q=0.8, en;q=0.5", "es"), ("de", "en"), ("", "en")],
)
def test_browser_chooses_the_language(client, accepted, language):
    response = get(client, "/", accepted)
    assertContains(response, f'<html lang="{language}" dir="ltr">')
    assert response.headers["Content-Language"] == language


def test_switch_overrides_the_browser_for_a_year(client):
    response = client.post("/language/", {"language": "es", "next": "/history/?word=a&model=FF"})
    assert (response.status_code, response.headers["Location"]) == (302, "/history/?word=a&model=FF")
    assertContains(get(client, "/", "fr"), '<html lang="es"')
    cookie = response.cookies["django_language"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 365 * 24 * 3600)
    assert "sessionid" not in client.cookies


def test_switch_names_each_language_in_itself_and_marks_the_current(client):
    page = get(client, "/", "fr")
    for code, name in (("en", "English"), ("fr", "Français"), ("es", "Español")):
        current = ' aria-current="true"' if code == "fr" else ""
        button = f'<button class="link" name="language" value="{code}" lang="{code}"{current}>{name}</button>'
        assertContains(page, button, html=True)


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_switch_never_redirects_to_another_site(client, target):
    assert client.post("/language/", {"language": "fr", "next": target}).headers["Location"] == "/"


def test_switch_needs_a_csrf_token(strict_client):
    assert strict_client.post("/language/", {"language": "fr"}).status_code == 403


def test_switch_keeps_the_query(client, ask):
    ask()
    assert (
        switch_target(client.get("/history/?language=fr&model=Ngram").content.decode())
        == "/history/?language=fr&model=Ngram"
    )


@pytest.mark.parametrize(
    ("language", "sentence", "share"),
    [
        ("en", "Probably French, 67\xa0%", "66.6\xa0%"),
        ("fr", "Probablement du français, 67\xa0%", "66,6\xa0%"),
        ("es", "Probablemente francés, 67\xa0%", "66,6\xa0%"),
    ],
)
def test_answer_is_localised(client, ask, language, sentence, share):
    response = get(client, ask(), language)
    assertContains(response, sentence)
    assertContains(response, share)


def test_numbers_and_times_are_localised(client, ask):
    address = ask()
    created = Prediction.objects.get().created
    page = get(client, address, "es")
    assertContains(page, f"{created:%H:%M} UTC")
    assertContains(page, f"de {created.year} a las")
    with translation.override("fr"):
        assert percent(0.12345, 1) == "12,3\xa0%"


@pytest.mark.parametrize(
    ("language", "text"), [("en", "Nov. 25, 2026, 10:00 a.m."), ("fr", "25 novembre 2026 à 10:00")]
)
def test_times_of_full_hours_have_minutes(language, text):
    with translation.override(language):
        assert date_format(datetime(2026, 11, 25, 10, tzinfo=UTC), "DATETIME_FORMAT") == text


def test_texts_for_programs_are_english_on_all_pages(client, ask):
    tour, answer = get(client, "/api-tour/", "fr"), get(client, ask(), "fr")
    assertContains(tour, "The word contains no letters.")
    for page in (tour, answer):
        assertContains(page, "&quot;name&quot;: &quot;French&quot;")
        assertNotContains(page, "&quot;Français&quot;")
