import pytest
from pytest_django.asserts import assertContains

pytestmark = pytest.mark.django_db


def switch(client, state, **fields):
    return client.post("/history/keep/", {"keep": state, **fields}, follow=True)


def test_history_is_on_until_switched_off(client):
    assertContains(client.get("/history/"), 'aria-checked="true"')
    response = switch(client, "off")
    assertContains(response, 'aria-checked="false"')
    assertContains(response, "From now on nothing that you ask is kept.")
    assert client.cookies["history"].value == "off"


def test_history_can_be_switched_on_again(client):
    switch(client, "off")
    response = switch(client, "on")
    assertContains(response, 'aria-checked="true"')
    assert client.cookies["history"].value == ""


@pytest.mark.parametrize("state", ["", "maybe"])
def test_unknown_state_of_the_switch_is_refused(client, state):
    assert client.post("/history/keep/", {"keep": state}).status_code == 400
    assert "history" not in client.cookies


def test_rows_stay_when_the_history_is_switched_off(client, ask):
    ask()
    assertContains(switch(client, "off"), "orignal")


def test_cookie_is_anonymous_and_closed_to_scripts(client):
    switch(client, "off")
    cookie = client.cookies["history"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 365 * 24 * 3600)
    assert "visitor" not in client.cookies


def test_switch_leads_back_to_its_page(client):
    assert switch(client, "off", next="/privacy/").redirect_chain == [("/privacy/", 303)]


def test_empty_history_says_that_it_is_off(client):
    assertContains(switch(client, "off"), "What you ask is not kept")


def test_switch_needs_a_csrf_token(strict_client):
    assert strict_client.post("/history/keep/", {"keep": "off"}).status_code == 403


def test_wrong_method_is_refused(client):
    assert client.get("/history/keep/").status_code == 405
