import pytest

from tests.api.raw_requests import ALLOWED, assert_problem, post

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "x"])
def test_compressed_body_is_refused(client, encoding):
    assert_problem(post(client, b'{"word": "chevreuil"}', headers={"content-encoding": encoding}), 415)


@pytest.mark.parametrize("address", ALLOWED)
def test_large_body_is_refused_unread(client, settings, address):
    body = b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)

    assert_problem(client.post(address, body, content_type="application/json"), 413)


@pytest.mark.parametrize(("length", "status"), [("9" * 5000, 413), ("-1", 400), ("1_0", 400), ("x", 400), ("٣", 400)])
def test_invalid_length_is_refused(client, length, status):
    assert_problem(post(client, b"{}", CONTENT_LENGTH=length), status)


def test_body_without_length_is_refused_and_not_taken_for_empty(client):
    response = post(client, b"{}", CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked")

    assert_problem(response, 411)


@pytest.mark.parametrize("address", ["/api", "/api/", "/api/simple/", "/api/v2/models", "/api/%00", "/api/%ff"])
def test_unknown_address_is_not_found(client, address):
    response = client.get(address, headers={"accept-language": "fr"})

    assert_problem(response, 404)
    assert response["Content-Language"] == "en"


def test_unknown_host_is_refused(client):
    assert_problem(client.get("/api/simple", headers={"host": "evil.example"}), 400)


@pytest.mark.parametrize("length", ["1", "99999999"])
def test_problems_carry_the_security_headers(client, length):
    response = post(client, b"{", CONTENT_LENGTH=length)

    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["Content-Length"] == str(len(response.content))


def test_web_pages_keep_their_own_errors(client):
    response = client.get("/nothing/here/")

    assert (response.status_code, response["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_errors_are_problems_in_development_too(client, settings):
    settings.DEBUG = True

    assert_problem(client.get("/api/nothing"), 404)
