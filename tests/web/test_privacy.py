import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from pytest_django.asserts import assertContains

pytestmark = pytest.mark.django_db


def test_the_page_says_how_long_things_are_kept(client, settings):
    settings.HISTORY_DAYS = 41
    assertContains(client.get("/privacy/"), "for 41 days at most")


def test_the_command_does_by_itself_what_the_page_says(capsys):
    call_command("purge_history", "--dry-run")
    assert f"older than {django_settings.HISTORY_DAYS} days" in capsys.readouterr().out


def test_the_page_leads_to_the_switch_and_to_deletion(client):
    response = client.get("/privacy/")
    for part in ('aria-checked="true"', 'action="/history/keep/"', 'href="/history/delete/"', 'href="/history/"'):
        assertContains(response, part)


def test_the_switch_is_shown_as_it_stands(client):
    client.post("/history/keep/", {"keep": "off"})
    assertContains(client.get("/privacy/"), 'aria-checked="false"')


def test_every_cookie_is_named(client, ask, admin_user):
    ask()
    client.post("/account/login/", {"username": "admin", "password": "password"})
    client.post("/history/keep/", {"keep": "off"})
    client.post("/language/", {"language": "fr"})
    client.get("/")
    page = client.get("/privacy/").content.decode()
    assert set(client.cookies) == {"visitor", "sessionid", "history", "messages", "django_language", "csrftoken"}
    assert [name for name in client.cookies if f"<code>{name}</code>" not in page] == []


def test_words_are_in_no_line_of_the_log(client, ask, caplog):
    address = ask("floccinaucinihilipilification")
    client.get("/history/?word=floccinaucinihilipilification")
    client.post(f"{address}delete/")
    client.get(address)
    assert "flocci" not in caplog.text


def test_the_page_is_not_cached_since_the_switch_is_somebodys(client):
    assert client.get("/privacy/").headers["Cache-Control"] == "private, no-store"


def test_a_wrong_method_is_refused(client):
    assert client.post("/privacy/").status_code == 405
