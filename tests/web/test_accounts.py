import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

from tests.web.page_reader import listed_words

pytestmark = pytest.mark.django_db
PASSWORD = "a moose once bit my sister"
LOGIN, ADMIN = "/account/login/", "/admin/login/"


@pytest.fixture
def ana(django_user_model):
    return django_user_model.objects.create_superuser("ana", password=PASSWORD)


@pytest.fixture
def few_logins(settings, tmp_path):
    settings.LIMITS = {**django_settings.LIMITS, "login": 2}
    settings.LIMITS_FILE = tmp_path / "limits"


def log_in(client, address=LOGIN, **fields):
    return client.post(address, {"username": "ana", "password": PASSWORD, **fields})


def words(client):
    return listed_words(client.get("/history/"))


def test_user_is_named_on_the_pages_and_can_log_out(client, ana):
    assert log_in(client).headers["Location"] == "/"
    assertContains(client.get("/"), "Logged in as <strong>ana</strong>")
    client.post("/account/logout/")
    assertNotContains(client.get("/"), "Logged in as")


def test_wrong_name_and_wrong_password_get_one_message(client, ana):
    for fields in ({"password": "wrong"}, {"username": "bob"}):
        assertContains(log_in(client, **fields), "do not match", status_code=400)


def test_refused_form_does_not_repeat_the_password(client, ana):
    assertNotContains(log_in(client, password="hunter2"), "hunter2", status_code=400)


def test_inactive_account_cannot_log_in(client, ana):
    ana.is_active = False
    ana.save()
    assert log_in(client).status_code == 400


def test_login_page_says_that_no_account_is_needed(client):
    assertContains(client.get(LOGIN), "None is needed")


def test_login_leads_back_to_the_page_that_required_it(client, ana):
    assert client.get("/account/password/").headers["Location"] == "/account/login/?next=/account/password/"
    assertContains(client.get("/account/login/?next=/account/password/"), 'name="next" value="/account/password/"')
    assert log_in(client, next="/account/password/").headers["Location"] == "/account/password/"


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_login_never_redirects_to_another_site(client, ana, address):
    assert log_in(client, next=address).headers["Location"] == "/"


def test_logged_in_user_is_redirected_from_the_login_page(client, ana):
    client.force_login(ana)
    assert client.get(LOGIN).headers["Location"] == "/"


def test_session_changes_at_login_and_ends_at_logout(client, ana):
    client.session["before"] = 1
    client.session.save()
    log_in(client)
    first = client.session.session_key
    client.post("/account/logout/")
    log_in(client)
    assert first != client.session.session_key
    assert not client.session.exists(first)


def test_visitors_history_goes_to_the_first_user_that_logs_in(client, ask, ana, django_user_model):
    ask("orignal")
    log_in(client)
    assert words(client) == ["orignal"]
    client.post("/account/logout/")
    assert words(client) == []
    bob = Client()
    bob.cookies["visitor"] = client.cookies["visitor"].value
    django_user_model.objects.create_user("bob", password=PASSWORD)
    log_in(bob, username="bob")
    assert words(bob) == []


def test_words_after_logout_belong_to_the_visitor(client, ask, ana):
    log_in(client)
    ask("piano")
    client.post("/account/logout/")
    ask("orignal")
    assert words(client) == ["orignal"]


@pytest.mark.parametrize("address", [LOGIN, ADMIN])
def test_guesses_of_a_password_are_limited(client, ana, few_logins, address):
    statuses = [log_in(client, address, password="wrong").status_code for _ in range(2)]
    response = log_in(client, address)  # even the right one
    assert (200 in statuses or 400 in statuses, response.status_code) == (True, 429)
    assert int(response.headers["Retry-After"]) > 0
    assertNotContains(response, PASSWORD, status_code=429)


def test_logins_are_counted_by_name_and_address_on_both_pages(client, ana, few_logins):
    log_in(client, LOGIN, password="wrong")
    log_in(client, ADMIN, username="ANA", password="wrong")
    assert log_in(client).status_code == 429
    assert log_in(client, username="bob").status_code == 400
    assert client.post(LOGIN, {"username": "ana", "password": PASSWORD}, REMOTE_ADDR="192.0.2.1").status_code == 302


def test_logins_of_ipv4_callers_of_a_dual_stack_server_count_apart(client, ana, few_logins, caplog):
    for _ in range(3):
        client.post(LOGIN, {"username": "ana", "password": "wrong"}, REMOTE_ADDR="::ffff:192.0.2.1")
    assert "Too many logins, the last as 'ana'." in caplog.text
    fields = {"username": "ana", "password": PASSWORD}
    assert client.post(LOGIN, fields, REMOTE_ADDR="::ffff:192.0.2.2").status_code == 302


@pytest.mark.parametrize("address", [LOGIN, ADMIN])
def test_failed_login_is_logged_without_the_password(client, ana, caplog, address):
    log_in(client, address, username="x\ny", password="hunter2")
    [record] = [record for record in caplog.records if record.name == "classifier.access.login_forms"]
    assert record.getMessage() == r"Failed login as 'x\ny'."


def test_login_over_the_limit_is_logged(client, ana, few_logins, caplog):
    for _ in range(3):
        log_in(client, password="wrong")
    assert "Too many logins, the last as 'ana'." in caplog.text


def test_admin_is_open_to_staff_only(client, django_user_model):
    django_user_model.objects.create_user("bob", password=PASSWORD)
    assertContains(log_in(client, ADMIN, username="bob"), "staff account")


@pytest.fixture
def change(client, ana):
    """Return a function that changes the password of ana."""
    client.force_login(ana)

    def change(old=PASSWORD, new="another long sentence", again=None):
        fields = {"old_password": old, "new_password1": new, "new_password2": again or new}
        return client.post("/account/password/", fields, follow=True)

    return change


def test_changed_password_ends_other_sessions(client, ana, change):
    other = Client()
    other.force_login(ana)
    response = change()
    assertContains(response, "Your password is changed.")
    assertContains(response, "Logged in as")
    assertNotContains(other.get("/"), "Logged in as")
    assert log_in(Client(), password="another long sentence").status_code == 302


@pytest.mark.parametrize(
    "fields", [{"old": "wrong"}, {"new": "short"}, {"new": "password123"}, {"again": "something else"}]
)
def test_invalid_password_change_is_refused(change, ana, fields):
    assertContains(change(**fields), 'class="problem"', status_code=400)
    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)


def test_guesses_of_the_old_password_are_limited(change, few_logins):
    assert [change(old="wrong").status_code for _ in range(2)] == [400, 400]
    assertNotContains(change(), PASSWORD, status_code=429)


def test_password_form_is_not_cached(client, ana):
    client.force_login(ana)
    assert "no-store" in client.get("/account/password/").headers["Cache-Control"]


@pytest.mark.parametrize("address", [LOGIN, "/account/logout/", "/account/password/"])
def test_forms_of_other_sites_are_refused(strict_client, address):
    assert strict_client.post(address).status_code == 403
