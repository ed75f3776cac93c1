import pytest
from pytest_django.asserts import assertContains, assertNotContains

from classifier import services

pytestmark = pytest.mark.django_db


def test_a_missing_page_says_what_to_do_and_not_what_was_asked(client):
    response = client.get("/nothing-here-<b>/")
    assertContains(response, "Check the address", status_code=404)
    assertNotContains(response, "nothing-here", status_code=404)


def test_a_bad_request_says_what_to_do(client):
    assertContains(client.get("/history/?cursor=forged"), "Start again", status_code=400)


def test_a_form_without_its_token_says_what_to_do(strict_client):
    assertContains(strict_client.post("/", {"word": "a"}), "Allow cookies", status_code=403)


def test_a_fault_says_what_to_do_and_shows_nothing_of_the_inside(client, monkeypatch):
    def fail(**_):
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr(services, "identify", fail)
    client.raise_request_exception = False
    response = client.post("/", {"word": "orignal"})
    assertContains(response, "Wait a minute", status_code=500)
    assertNotContains(response, "secret", status_code=500)


@pytest.mark.parametrize("body", [b"word=%ff%fe", b"word=caf\xe9"])
def test_bytes_that_are_not_utf8_are_refused(client, body):
    response = client.generic("POST", "/", body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 400


def test_another_charset_is_refused(client):
    kind = "application/x-www-form-urlencoded; charset=utf-7"
    assert client.generic("POST", "/", b"word=orignal", content_type=kind).status_code == 400


@pytest.mark.parametrize("path", ["/", "/history/", "/nowhere/", "/history/?cursor=x"])
def test_every_page_has_landmarks_a_skip_link_and_one_first_heading(client, path):
    page = client.get(path).content.decode()
    for part in ("<header", "<nav", '<main id="main"', "<footer", 'href="#main"'):
        assert part in page
    assert page.count("<h1>") == 1
    assert '<html lang="en" dir="ltr">' in page
