import pytest
from django.conf import settings as django_settings
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains

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
    return [prediction.word for prediction in client.get("/history/").context["page"].rows]


def test_who_logs_in_is_told_so_and_can_log_out(client, ana):
    assert log_in(client).headers["Location"] == "/"
    assertContains(client.get("/"), "Logged in as <strong>ana</strong>")
    client.post("/account/logout/")
    assertNotContains(client.get("/"), "Logged in as")


def test_a_wrong_password_is_said_without_saying_what_is_wrong(client, ana):
    for fields in ({"password": "wrong"}, {"username": "bob"}):
        assertContains(log_in(client, **fields), "do not belong together", status_code=400)


def test_a_refused_form_does_not_repeat_the_password(client, ana):
    assertNotContains(log_in(client, password="hunter2"), "hunter2", status_code=400)


def test_an_account_that_is_switched_off_does_not_get_in(client, ana):
    ana.is_active = False
    ana.save()
    assert log_in(client).status_code == 400


def test_nobody_registers_here_and_the_page_says_so(client):
    assertContains(client.get(LOGIN), "None is needed")


def test_the_reader_goes_on_where_the_login_was_asked_for(client, ana):
    assert client.get("/account/password/").headers["Location"] == "/account/login/?next=/account/password/"
    assertContains(client.get("/account/login/?next=/account/password/"), 'name="next" value="/account/password/"')
    assert log_in(client, next="/account/password/").headers["Location"] == "/account/password/"


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_site(client, ana, address):
    assert log_in(client, next=address).headers["Location"] == "/"


def test_who_is_logged_in_needs_no_form(client, ana):
    client.force_login(ana)
    assert client.get(LOGIN).headers["Location"] == "/"


def test_the_session_changes_at_login_and_ends_at_logout(client, ana):
    client.session["before"] = 1
    client.session.save()
    log_in(client)
    first = client.session.session_key
    client.post("/account/logout/")
    log_in(client)
    assert first != client.session.session_key
    assert not client.session.exists(first)


def test_history_made_before_goes_to_that_user_only(client, ask, ana, django_user_model):
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


def test_what_is_asked_after_the_logout_is_the_visitors(client, ask, ana):
    log_in(client)
    ask("piano")
    client.post("/account/logout/")
    ask("orignal")
    assert words(client) == ["orignal"]


@pytest.mark.parametrize("address", [LOGIN, ADMIN])
def test_guessing_is_slowed(client, ana, few_logins, address):
    statuses = [log_in(client, address, password="wrong").status_code for _ in range(2)]
    response = log_in(client, address)  # even the right one
    assert (200 in statuses or 400 in statuses, response.status_code) == (True, 429)
    assert int(response.headers["Retry-After"]) > 0
    assertNotContains(response, PASSWORD, status_code=429)


def test_both_logins_count_together_and_each_name_and_address_apart(client, ana, few_logins):
    log_in(client, LOGIN, password="wrong")
    log_in(client, ADMIN, username="ANA", password="wrong")
    assert log_in(client).status_code == 429
    assert log_in(client, username="bob").status_code == 400
    assert client.post(LOGIN, {"username": "ana", "password": PASSWORD}, REMOTE_ADDR="192.0.2.1").status_code == 302


def test_logins_of_ipv4_callers_of_a_dual_stack_server_count_apart(client, ana, few_logins, caplog):
    for _ in range(3):
        client.post(LOGIN, {"username": "ana", "password": "wrong"}, REMOTE_ADDR="::ffff:192.0.2.1")
    assert "Too many logins as 'ana' from 192.0.2.1." in caplog.text
    fields = {"username": "ana", "password": PASSWORD}
    assert client.post(LOGIN, fields, REMOTE_ADDR="::ffff:192.0.2.2").status_code == 302


@pytest.mark.parametrize("address", [LOGIN, ADMIN])
def test_failures_are_logged_without_the_password(client, ana, caplog, address):
    log_in(client, address, username="x\ny", password="hunter2")
    [record] = [record for record in caplog.records if record.name == "classifier.access.login_forms"]
    assert record.getMessage() == r"Failed login as 'x\ny' from 127.0.0.1."


def test_a_slowed_login_is_logged(client, ana, few_logins, caplog):
    for _ in range(3):
        log_in(client, password="wrong")
    assert "Too many logins as 'ana' from 127.0.0.1." in caplog.text


def test_only_staff_enters_the_admin(client, django_user_model):
    django_user_model.objects.create_user("bob", password=PASSWORD)
    assertContains(log_in(client, ADMIN, username="bob"), "staff account")


@pytest.fixture
def change(client, ana):
    """Return a function that sends the form for another password, as ana."""
    client.force_login(ana)

    def change(old=PASSWORD, new="another long sentence", again=None):
        fields = {"old_password": old, "new_password1": new, "new_password2": again or new}
        return client.post("/account/password/", fields, follow=True)

    return change


def test_a_password_is_changed_and_other_sessions_end(client, ana, change):
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
def test_a_bad_change_is_refused_and_changes_nothing(change, ana, fields):
    assertContains(change(**fields), 'class="problem"', status_code=400)
    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)


def test_guessing_the_old_password_is_slowed_and_no_password_comes_back(change, few_logins):
    assert [change(old="wrong").status_code for _ in range(2)] == [400, 400]
    assertNotContains(change(), PASSWORD, status_code=429)


def test_the_form_for_another_password_is_not_cached(client, ana):
    client.force_login(ana)
    assert "no-store" in client.get("/account/password/").headers["Cache-Control"]


@pytest.mark.parametrize("address", [LOGIN, "/account/logout/", "/account/password/"])
def test_forms_of_other_sites_are_refused(strict_client, address):
    assert strict_client.post(address).status_code == 403
