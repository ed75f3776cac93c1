import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "a moose once bit my sister"


@pytest.fixture
def ana(django_user_model):
    return django_user_model.objects.create_user("ana", password=PASSWORD)


def log_in(page, password=PASSWORD):
    page.get_by_role("link", name="Log in").click()
    page.get_by_label("Username").fill("ana")
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("javascript", [False, True])
def test_history_follows_the_visitor_through_login_and_logout(visit, ana, width, javascript):
    page = visit(width=width, javascript=javascript)
    page.get_by_role("button", name="piano").click()
    page.wait_for_url("**/predictions/*/")
    log_in(page)
    page.get_by_text("Logged in as ana").wait_for()
    page.get_by_role("link", name="History").click()
    page.get_by_role("link", name="piano").wait_for()
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("link", name="History").click()
    page.get_by_role("heading", name="Nothing here yet").wait_for()


def test_password_is_changed(visit, ana):
    page = visit()
    log_in(page)
    page.get_by_role("link", name="Change password").click()
    page.get_by_label("Old password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill("another long sentence")
    page.get_by_label("New password confirmation").fill("another long sentence")
    page.get_by_role("button", name="Change the password").click()
    page.get_by_role("status").get_by_text("Your password is changed.").wait_for()
    ana.refresh_from_db()
    assert ana.check_password("another long sentence")


@pytest.mark.any_database
def test_pages_of_accounts_are_accessible(visit, ana, check):
    page = visit(javascript=True)
    page.get_by_role("link", name="Log in").click()
    check(page)
    log_in(page, "wrong")
    page.get_by_role("alert").get_by_text("do not match").wait_for()
    check(page)
    log_in(page)
    page.get_by_role("link", name="Change password").click()
    check(page)
    for label in ("Old password", "New password", "New password confirmation"):
        page.get_by_label(label, exact=True).fill("short")
    page.keyboard.press("Enter")
    page.get_by_text("too short").wait_for()
    check(page)


@pytest.mark.any_database
def test_page_on_privacy_is_accessible_and_its_controls_work(visit, check):
    page = visit("/privacy/", javascript=True)
    check(page)
    page.get_by_role("switch", name="Keep my history").click()
    page.get_by_role("status").get_by_text("nothing that you ask is kept").wait_for()
    assert page.url.endswith("/privacy/")
    page.get_by_role("link", name="Delete all").click()
    page.get_by_role("heading", name="There is nothing to delete").wait_for()
    check(page)
