"""Authentication by keys and logins, and permission by scopes."""

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from classifier.api.models import SCOPES, ApiKey
from classifier.models import Prediction

pytestmark = pytest.mark.django_db


def test_key_owns_its_rows(call, api_key):
    response = call("POST", "/predictions", {"word": "orignal"}, key=api_key)

    assert Prediction.objects.get().owner == f"key:{api_key.pk}"
    assert call("GET", response["Location"].removeprefix("/api/v1"), key=api_key).status_code == 200


@pytest.mark.parametrize(
    "change", [lambda text: text[:-1], lambda text: text + "x", str.upper, lambda text: text[:17], lambda _text: ""]
)
def test_wrong_key_is_refused_and_not_ignored(call, api_key, change):
    secret = api_key.headers["authorization"].removeprefix("Bearer ")
    response = call("GET", "/models", headers={"authorization": f"Bearer {change(secret)}"})

    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert response.json()["type"] == "/problems/not-authenticated/"


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Basic YTpi", "Token x", "Bearer lid__", "Bearer é", "Bearer lid_\0_"]
)
def test_other_authorization_is_refused(call, api_key, header):
    assert call("GET", "/models", headers={"authorization": header}).status_code == 401


def test_revoked_key_is_refused_at_once(call, api_key):
    ApiKey.objects.update(revoked=timezone.now())
    assert call("GET", "/me", key=api_key).status_code == 401


@pytest.mark.parametrize(
    ("scope", "method", "address"),
    [
        ("single", "POST", "/predictions"),
        ("single", "GET", "/identify?word=chat"),
        ("batch", "POST", "/predictions/batch"),
        ("history", "GET", "/predictions"),
        ("history", "DELETE", "/predictions"),
        ("export", "GET", "/predictions/export"),
        ("feedback", "GET", "/predictions/0199f3c2-0000-7000-8000-000000000000/feedback"),
    ],
)
def test_key_is_limited_to_its_scopes(call, make_key, scope, method, address):
    without = make_key(scopes=[other for other in SCOPES if other != scope])
    only = make_key(scopes=[scope])

    body = {} if method == "POST" else None
    assert call(method, address, body, key=without).json()["type"] == "/problems/forbidden/"
    assert call(method, address, body, key=only).status_code not in {401, 403}


def test_models_languages_and_me_need_no_scope(call, make_key):
    key = make_key(scopes=["feedback"])
    assert {call("GET", address, key=key).status_code for address in ("/models", "/languages", "/me")} == {200}


@pytest.mark.parametrize("address", ["/me", "/models", "/identify?word=chat"])
def test_closed_api_refuses_anonymous_callers(call, api_key, settings, address):
    settings.API_ANONYMOUS = False

    assert call("GET", address).status_code == 401
    assert call("GET", address, key=api_key).status_code == 200


def test_closed_api_answers_logged_in_users(call, client, user, settings):
    settings.API_ANONYMOUS = False
    client.force_login(user)

    assert call("GET", "/me").json()["caller"] == "user"


def test_calls_make_no_session_rows(call, api_key):
    for key in (None, api_key):
        response = call("POST", "/predictions", {"word": "chat"}, key=key)
        assert not response.cookies
    assert not Session.objects.exists()
