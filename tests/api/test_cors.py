"""Pages of other sites may call the API when they are listed, and only then."""

import pytest

from classifier.models import Prediction

pytestmark = pytest.mark.django_db
ORIGIN = "https://words.example"
PREFLIGHT = {"origin": ORIGIN, "access-control-request-method": "POST"}


@pytest.fixture
def listed(settings):
    settings.CORS_ORIGINS = [ORIGIN]


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_unless_listed_no_site_is_allowed(call, method):
    response = call(method, "/models", headers=PREFLIGHT)

    assert not [name for name in response.headers if name.startswith("Access-Control")]
    assert response.status_code == (405 if method == "OPTIONS" else 200)


def test_a_listed_site_may_read_answers_and_errors(call, listed):
    for address in ("/models", "/nothing"):
        response = call("GET", address, headers={"origin": ORIGIN})
        assert response["Access-Control-Allow-Origin"] == ORIGIN
        assert "Origin" in response["Vary"]


def test_a_preflight_of_a_listed_site_is_answered(call, listed):
    response = call("OPTIONS", "/predictions", headers=PREFLIGHT)

    assert response.status_code == 204
    assert "POST" in response["Access-Control-Allow-Methods"]
    assert "Authorization" in response["Access-Control-Allow-Headers"]


def test_a_listed_site_may_post_but_never_with_cookies(call, client, listed, user):
    assert call("POST", "/predictions", {"word": "chat"}, headers={"origin": ORIGIN}).status_code == 201
    client.force_login(user)
    response = call("POST", "/predictions", {"word": "chat"}, headers={"origin": ORIGIN})

    assert response.status_code == 403
    assert "Access-Control-Allow-Credentials" not in response
    assert Prediction.objects.count() == 1


@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{ORIGIN}.evil.example", "http://words.example"])
def test_no_other_site_is_allowed(call, listed, origin):
    response = call("GET", "/models", headers={"origin": origin})
    assert "Access-Control-Allow-Origin" not in response
    assert "Origin" in response["Vary"]


def test_pages_are_not_part_of_it(client, listed):
    assert "Access-Control-Allow-Origin" not in client.get("/", headers={"origin": ORIGIN})
