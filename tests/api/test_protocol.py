"""What every address of the API does with requests that are no good: a problem document, never a page."""

import io
import json

import pytest
from django.db import OperationalError

from classifier.models import Prediction
from classifier.services import identify as services
from classifier.services import registry
from langid_site.wsgi import application

PREDICTIONS = "/api/v1/predictions"
PREDICTION = "/api/v1/predictions/0199f3c2-0000-7000-8000-000000000000"
ALLOWED = {
    "/api/simple": "GET",
    "/api/schema": "GET, HEAD",
    "/api/v1/identify": "GET",
    PREDICTIONS: "GET, HEAD, POST, DELETE",
    f"{PREDICTIONS}/batch": "POST",
    f"{PREDICTIONS}/export": "GET, HEAD",
    PREDICTION: "GET, HEAD, DELETE",
    f"{PREDICTION}/feedback": "GET, HEAD, PUT, DELETE",
    "/api/v1/models": "GET, HEAD",
    "/api/v1/models/Ngram": "GET, HEAD",
    "/api/v1/languages": "GET, HEAD",
    "/api/v1/me": "GET, HEAD",
}
SECRET = "chevreuil"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def answer_crashes(client):
    client.raise_request_exception = False


def post(client, body, content_type="application/json", **options):
    if isinstance(body, dict):
        body = json.dumps(body)
    # Not client.post, which encodes the body as the content type says.
    return client.generic("POST", PREDICTIONS, body, content_type, **options)


def assert_problem(response, status):
    problem = response.json()
    assert response.status_code == problem["status"] == status
    assert response["Content-Type"] == "application/problem+json"
    assert set(problem) >= {"type", "title", "status", "detail", "instance"}
    assert problem["detail"]
    assert SECRET not in response.content.decode()
    assert not Prediction.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"word": "chevreuil"',
        b'{"word": "chevreuil"} {}',
        b'{"word": "chevreuil"}chevreuil',
        b'{"word": "chevreuil", "word": "orignal"}',
        b"{'word': 'chevreuil'}",
        b'{"word": "chevreuil", "private": NaN}',
        b'{"word": "chevreuil", "private": -Infinity}',
        b'{"word": 1e999}',
        b'{"word": %s}' % (b"1" * 5000),
        b'{"word": "\\ud800"}',
        b'{"\\udc00": "chevreuil"}',
        b'{"word": "chevreuil\xff"}',
        b'{"word": "\xed\xa0\x80"}',
        b'\xef\xbb\xbf{"word": "chevreuil"}',
        '{"word": "chevreuil"}'.encode("utf-16"),
        b"[" * 100_000,
        b'{"word": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"word":' * 100_000,
    ],
    ids=lambda body: body[:30],
)
def test_a_body_that_is_no_strict_json_is_refused(client, body):
    assert_problem(post(client, body), 400)


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json; charset=utf-7",
        "application/json; charset=utf-16",
        "application/json; charset=latin-1",
        "application/json; charset=unknown",
        "application/jsonx",
        "x" * 300,
    ],
)
def test_a_body_that_is_not_called_json_in_utf8_is_refused(client, content_type):
    assert_problem(post(client, b'{"word": "chevreuil"}', content_type), 415)


@pytest.mark.parametrize("content_type", ["application/json; charset*=x'en'y", "x; charset*=utf-8'en'y"])
def test_a_content_type_that_django_fails_on_is_refused(content_type):
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": PREDICTIONS, "CONTENT_TYPE": content_type, "CONTENT_LENGTH": "2"}
    server = {
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(b"{}"),
    }
    statuses = []

    application({**environ, **server}, lambda status, _headers: statuses.append(status))
    assert statuses == ["415 Unsupported Media Type"]


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "application/json;charset=UTF-8"])
def test_json_in_utf8_may_say_so(client, content_type):
    assert post(client, '{"word": "École"}'.encode(), content_type).status_code == 201


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "x"])
def test_a_compressed_body_is_refused(client, encoding):
    assert_problem(post(client, b'{"word": "chevreuil"}', headers={"content-encoding": encoding}), 415)


@pytest.mark.parametrize("address", ALLOWED)
def test_a_large_body_is_refused_unread(client, settings, address):
    body = b"x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)

    assert_problem(client.post(address, body, content_type="application/json"), 413)


@pytest.mark.parametrize(("length", "status"), [("9" * 5000, 413), ("-1", 400), ("1_0", 400), ("x", 400), ("٣", 400)])
def test_a_strange_length_is_refused(client, length, status):
    assert_problem(post(client, b"{}", CONTENT_LENGTH=length), status)


def test_a_body_without_length_is_refused_and_not_taken_for_empty(client):
    response = post(client, b"{}", CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked")

    assert_problem(response, 411)


@pytest.mark.parametrize("address", ALLOWED)
@pytest.mark.parametrize("accept", ["application/xml", "text/html", "image/*", "text/html; x*=y'en'z"])
def test_an_answer_in_another_format_is_refused(client, address, accept):
    assert_problem(client.get(address, headers={"accept": accept}), 406)


@pytest.mark.parametrize("address", ALLOWED)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "chevreuil"])
def test_a_wrong_method_is_refused_with_those_allowed(client, address, method):
    if method in ALLOWED[address]:
        method = "LOCK"
    response = client.generic(method, address)

    assert_problem(response, 405)
    assert response["Allow"] == ALLOWED[address]


@pytest.mark.parametrize("address", ["/api", "/api/", "/api/simple/", "/api/v2/models", "/api/%00", "/api/%ff"])
def test_an_unknown_address_is_not_found(client, address):
    response = client.get(address, headers={"accept-language": "fr"})

    assert_problem(response, 404)
    assert response["Content-Language"] == "en"


def test_a_bad_host_is_refused(client):
    assert_problem(client.get("/api/simple", headers={"host": "evil.example"}), 400)


def test_a_crash_is_a_problem_too(client, monkeypatch):
    monkeypatch.setattr(services, "compare", lambda **_: 1 / 0)

    assert_problem(post(client, {"word": SECRET}), 500)


@pytest.mark.parametrize("error", [OperationalError("locked"), registry.ModelUnavailable("no files")])
def test_what_is_not_available_for_now_says_when_to_try_again(client, monkeypatch, error):
    def fail(**_):
        raise error

    monkeypatch.setattr(services, "compare", fail)

    response = post(client, {"word": SECRET})
    assert_problem(response, 503)
    assert int(response["Retry-After"]) > 0


def test_no_log_line_holds_the_word(client, caplog):
    client.get("/api/simple", {"word": f"{SECRET}1 2"})
    post(client, {"word": SECRET, "private": True, "model": SECRET})

    assert SECRET not in caplog.text


@pytest.mark.parametrize("length", ["1", "9999999"])
def test_problems_carry_the_security_headers(client, length):
    response = post(client, b"{", CONTENT_LENGTH=length)

    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["Content-Length"] == str(len(response.content))


def test_web_pages_keep_their_own_errors(client):
    response = client.get("/nothing/here/")

    assert (response.status_code, response["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_in_development_errors_are_problems_too(client, settings):
    settings.DEBUG = True

    assert_problem(client.get("/api/nothing"), 404)
