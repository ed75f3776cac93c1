import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpResponse

from classifier.access.owners import COOKIE, assign_visitor, keeps_history, owner_of, set_visitor_cookie
from classifier.models import Prediction


@pytest.fixture
def request_of(rf, db):
    """Return a function that makes a request with cookies."""

    def make(user=None, **cookies):
        request = rf.get("/")
        request.user, request.session = user or AnonymousUser(), SessionStore()
        request.COOKIES.update(cookies)
        return request

    return make


@pytest.fixture
def visitor(request_of):
    """Return the request of a new visitor."""
    request = request_of()
    assign_visitor(request)
    return request


def cookie_for(request):
    response = HttpResponse()
    set_visitor_cookie(request, response)
    return response.cookies[COOKIE]


def test_caller_without_cookie_has_no_owner(request_of):
    assert owner_of(request_of()) == ""


def test_user_is_the_owner(request_of, user):
    assert owner_of(request_of(user)) == f"user:{user.pk}"


def test_user_does_not_become_a_visitor(request_of, user):
    request, response = request_of(user), HttpResponse()
    set_visitor_cookie(request, response)
    assert assign_visitor(request) == f"user:{user.pk}"
    assert not response.cookies


def test_anonymous_caller_becomes_a_visitor(request_of):
    request = request_of()
    assert assign_visitor(request).startswith("visitor:")
    assert owner_of(request) == assign_visitor(request)


def test_visitors_differ(request_of):
    assert assign_visitor(request_of()) != assign_visitor(request_of())


def test_visitor_is_recognised_by_the_cookie(request_of, visitor):
    again = request_of(visitor=cookie_for(visitor).value)
    assert owner_of(again) == owner_of(visitor)


def test_cookie_is_hidden_from_scripts_and_other_sites(visitor):
    cookie = cookie_for(visitor)
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


@pytest.mark.parametrize("secure", [True, False])
def test_cookie_is_as_secure_as_the_session(visitor, settings, secure):
    settings.SESSION_COOKIE_SECURE = secure
    assert bool(cookie_for(visitor)["secure"]) is secure


def test_owner_does_not_reveal_the_cookie(visitor):
    value = cookie_for(visitor).value.split(":")[0]
    assert value not in owner_of(visitor)


def test_owner_fits_its_column(visitor):
    assert len(owner_of(visitor)) <= Prediction._meta.get_field("owner").max_length


@pytest.mark.parametrize("cookie", ["", "abc", "abc:def", ":", "a" * 5000, "\x00", "é:é"])
def test_forged_cookie_has_no_owner(request_of, cookie):
    assert owner_of(request_of(visitor=cookie)) == ""


def test_changed_cookie_has_no_owner(request_of, visitor):
    value = cookie_for(visitor).value
    assert owner_of(request_of(visitor=("y" if value[0] == "x" else "x") + value[1:])) == ""


def test_cookie_of_another_salt_has_no_owner(request_of):
    from django.core.signing import Signer

    assert owner_of(request_of(visitor=Signer(salt="other").sign("abc"))) == ""


def test_forged_cookie_is_replaced(request_of):
    request = request_of(visitor="abc:def")
    assert owner_of(request_of(visitor=cookie_for(request).value)) == owner_of(request)


def test_visitor_has_no_session(visitor):
    cookie_for(visitor)
    assert visitor.session.is_empty()


@pytest.mark.parametrize(("cookies", "keeps"), [({}, True), ({"history": "off"}, False), ({"history": "x"}, True)])
def test_history_is_kept_unless_the_browser_says_off(request_of, cookies, keeps):
    assert keeps_history(request_of(**cookies)) is keeps


def test_cookies_have_the_prefix_of_the_settings(client, db, settings):
    settings.COOKIE_PREFIX, settings.SESSION_COOKIE_SECURE = "__Host-", True
    address = client.post("/", {"word": "chat"}).headers["Location"]
    cookie = client.cookies["__Host-visitor"]
    assert (cookie["secure"], cookie["path"], cookie["domain"], cookie["httponly"]) == (True, "/", "", True)
    assert client.get(address).status_code == 200
    client.post("/history/keep/", {"keep": "off"})
    assert client.cookies["__Host-history"].value == "off"
    assert client.post("/history/keep/", {"keep": "on"}).cookies["__Host-history"]["secure"]
