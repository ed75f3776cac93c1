import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection
from pytest_django.asserts import assertContains

pytestmark = pytest.mark.django_db


def test_page_names_the_retention_period(client, settings):
    settings.HISTORY_DAYS = 41
    assertContains(client.get("/privacy/"), "for 41 days at most")


def test_purge_command_uses_the_same_retention_period(capsys):
    call_command("purge_history", "--dry-run")
    assert f"older than {django_settings.HISTORY_DAYS} days" in capsys.readouterr().out


def test_page_has_the_switch_and_a_link_to_deletion(client):
    response = client.get("/privacy/")
    for part in ('aria-checked="true"', 'action="/history/keep/"', 'href="/history/delete/"', 'href="/history/"'):
        assertContains(response, part)


def test_switch_shows_the_current_state(client):
    client.post("/history/keep/", {"keep": "off"})
    assertContains(client.get("/privacy/"), 'aria-checked="false"')


def test_page_names_all_cookies(client, ask, admin_user):
    ask(languages=["", "en"])
    client.post("/account/login/", {"username": "admin", "password": "password"})
    client.post("/history/keep/", {"keep": "off"})
    client.post("/language/", {"language": "fr"})
    client.get("/")
    page = client.get("/privacy/").content.decode()
    assert set(client.cookies) == {
        *("visitor", "sessionid", "history", "languages", "messages", "django_language", "csrftoken")
    }
    assert [name for name in client.cookies if f"<code>{name}</code>" not in page] == []


def test_words_are_never_logged(client, ask, caplog):
    address = ask("floccinaucinihilipilification")
    client.get("/history/?word=floccinaucinihilipilification")
    client.post(f"{address}delete/")
    client.get(address)
    assert "flocci" not in caplog.text


def test_page_is_not_cached(client):
    assert client.get("/privacy/").headers["Cache-Control"] == "private, no-store"


def test_wrong_method_is_refused(client):
    assert client.post("/privacy/").status_code == 405


def test_page_says_what_deleting_leaves_in_this_database(client):
    text = "at the daily clean-up" if connection.vendor == "sqlite" else "until their place is used again"
    assertContains(client.get("/privacy/"), text)
