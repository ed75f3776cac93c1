import pytest
from pytest_django.asserts import assertContains

pytestmark = pytest.mark.django_db


def switched(client, keep, **fields):
    return client.post("/history/keep/", {"keep": keep, **fields}, follow=True)


def test_history_is_kept_unless_switched_off(client):
    assertContains(client.get("/history/"), 'aria-checked="true"')
    response = switched(client, "off")
    assertContains(response, 'aria-checked="false"')
    assertContains(response, "From now on nothing that you ask is kept.")
    assert client.cookies["history"].value == "off"


def test_it_can_be_switched_on_again(client):
    switched(client, "off")
    response = switched(client, "on")
    assertContains(response, 'aria-checked="true"')
    assert client.cookies["history"].value == ""


@pytest.mark.parametrize("keep", ["", "maybe"])
def test_what_is_no_state_of_the_switch_is_refused(client, keep):
    assert client.post("/history/keep/", {"keep": keep}).status_code == 400
    assert "history" not in client.cookies


def test_what_was_listed_stays(client, ask):
    ask()
    assertContains(switched(client, "off"), "orignal")


def test_the_cookie_says_nothing_of_who_asks_and_is_out_of_reach_of_scripts(client):
    switched(client, "off")
    cookie = client.cookies["history"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 365 * 24 * 3600)
    assert "visitor" not in client.cookies


def test_the_reader_stays_where_the_switch_was(client):
    assert switched(client, "off", next="/privacy/").redirect_chain == [("/privacy/", 303)]


def test_an_empty_history_says_that_nothing_is_kept(client):
    assertContains(switched(client, "off"), "What you ask is not kept")


def test_the_switch_needs_a_form_of_this_site(strict_client):
    assert strict_client.post("/history/keep/", {"keep": "off"}).status_code == 403


def test_a_wrong_method_is_refused(client):
    assert client.get("/history/keep/").status_code == 405
