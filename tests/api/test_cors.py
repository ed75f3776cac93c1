"""Cross-origin calls below /api/, from the sites of CORS_ORIGINS."""

import pytest
from django.core.checks import Tags, run_checks

from classifier.models import Prediction
from classifier.services import identify as services

pytestmark = pytest.mark.django_db
ORIGIN = "https://words.example"
PREFLIGHT = {"origin": ORIGIN, "access-control-request-method": "POST"}


@pytest.fixture
def listed_site(settings):
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]


def cors_headers(response):
    return {name: value for name, value in response.headers.items() if name.lower().startswith("access-control")}


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
def test_sites_are_not_allowed_by_default(call, method):
    assert not cors_headers(call(method, "/models", headers=PREFLIGHT))


def test_listed_site_may_read_answers(call, listed_site):
    response = call("GET", "/models", headers={"origin": ORIGIN})

    assert cors_headers(response) == {
        "access-control-allow-origin": ORIGIN,
        "access-control-expose-headers": "Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-ID",
    }
    assert "origin" in response["Vary"]


@pytest.mark.parametrize(
    ("route", "options", "status"),
    [
        ("GET /nothing", {}, 404),
        ("GET /predictions", {}, 401),
        ("PATCH /predictions", {}, 405),
        ("POST /predictions", {"CONTENT_LENGTH": "99999999"}, 413),
        ("GET /models", {"HTTP_HOST": "evil.example"}, 400),
    ],
)
def test_listed_site_may_read_refusals(call, listed_site, route, options, status):
    response = call(*route.split(), headers={"origin": ORIGIN}, **options)

    assert response.status_code == status
    assert response["Access-Control-Allow-Origin"] == ORIGIN


def test_listed_site_may_read_failures(call, client, listed_site, monkeypatch):
    monkeypatch.setattr(services, "compare", lambda **_: 1 / 0)
    client.raise_request_exception = False
    response = call("GET", "/identify?word=chat", headers={"origin": ORIGIN})

    assert response.status_code == 500
    assert response["Access-Control-Allow-Origin"] == ORIGIN


def test_preflight_of_a_listed_site_is_answered(call, listed_site):
    response = call("OPTIONS", "/predictions", headers=PREFLIGHT)

    assert response.status_code == 200
    assert cors_headers(response) == {
        "access-control-allow-origin": ORIGIN,
        "access-control-allow-methods": "GET, HEAD, POST, PUT, DELETE",
        "access-control-allow-headers": "Authorization, Content-Type, Idempotency-Key",
        "access-control-expose-headers": "Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-ID",
        "access-control-max-age": "3600",
    }


def test_listed_site_may_post_but_never_with_cookies(call, client, listed_site, user):
    assert call("POST", "/predictions", {"word": "chat"}, headers={"origin": ORIGIN}).status_code == 201
    client.force_login(user)
    response = call("POST", "/predictions", {"word": "chat"}, headers={"origin": ORIGIN})

    assert response.status_code == 403
    assert "Access-Control-Allow-Credentials" not in response
    assert Prediction.objects.count() == 1


@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
@pytest.mark.parametrize("origin", ["https://evil.example", "null", f"{ORIGIN}.evil.example", "http://words.example"])
def test_other_sites_are_not_allowed(call, listed_site, method, origin):
    response = call(method, "/models", headers={**PREFLIGHT, "origin": origin})

    assert not cors_headers(response)
    assert "origin" in response["Vary"]


def test_pages_are_never_allowed(client, listed_site):
    assert not cors_headers(client.get("/", headers={"origin": ORIGIN}))


@pytest.mark.parametrize("origin", [f"{ORIGIN}/", "words.example", "*", f"{ORIGIN}/path"])
def test_origin_that_cannot_match_fails_the_check(settings, origin):
    settings.CORS_ALLOWED_ORIGINS = [origin]
    [error] = run_checks(tags=[Tags.security])

    assert error.is_serious()
    assert repr(origin) in error.msg


def test_well_formed_origins_pass_the_check(settings, listed_site):
    assert run_checks(tags=[Tags.security]) == []
