import io

import pytest
from django.db import OperationalError, connection
from django.template.loader import render_to_string
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from classifier.access.owners import owner_of
from classifier.models import Prediction
from classifier.services import batches
from classifier.services import identify as services
from classifier.services.registry import ModelUnavailable
from classifier.web.urls import urlpatterns

pytestmark = pytest.mark.django_db


def test_missing_page_gives_advice_without_the_address(client):
    response = client.get("/nothing-here-<b>/")
    assertContains(response, "Check the address", status_code=404)
    assertNotContains(response, "nothing-here", status_code=404)


def test_bad_request_gives_advice(client):
    assertContains(client.get("/history/?cursor=forged"), "Start again", status_code=400)


def test_refusal_of_a_form_without_csrf_token_gives_advice(strict_client):
    assertContains(strict_client.post("/", {"word": "a"}), "Allow cookies", status_code=403)


def test_server_error_gives_advice_without_internals(client, monkeypatch):
    def fail(**_):
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr(services, "compare", fail)
    client.raise_request_exception = False
    response = client.post("/", {"word": "orignal"})
    assertContains(response, "Wait a minute", status_code=500)
    assertNotContains(response, "secret", status_code=500)


@pytest.mark.parametrize("body", [b"word=%ff%fe", b"word=caf\xe9"])
def test_bytes_that_are_not_utf8_are_refused(client, body):
    response = client.generic("POST", "/", body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 400


def test_another_charset_is_refused(client):
    kind = "application/x-www-form-urlencoded; charset=utf-7"
    assert client.generic("POST", "/", b"word=orignal", content_type=kind).status_code == 400


SAMPLES = {"public_id": "0199f3c2-5c1e-7a63-9d8a-0f6e2a5b7c91", "name": "csv"}
ADDRESSES = [
    reverse(each.name, kwargs={name: SAMPLES[name] for name in each.pattern.converters}) for each in urlpatterns
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_a_page_would_ignore_is_refused(client, make_prediction, address):
    owner = assigned_owner(client)
    make_prediction(owner=owner)
    refused = [
        client.post(address, {"word": "secret", "privat": "on"}),
        client.post(f"{address}?private=on", {}),
        client.post(address, {"privat": io.BytesIO(b"on")}),
        client.post(address, {"word": "secret"}, "application/json"),
        client.post(address, "word=secret", "text/plain"),
    ]
    assert {response.status_code for response in refused} <= {400, 405}
    assert [row.word for row in Prediction.objects.of(owner)] == ["orignal"]
    assert not Prediction.objects.filter(word="secret").exists()


def assigned_owner(client):
    request = client.post("/", {"word": "piano"}).wsgi_request
    Prediction.objects.all().delete()
    return owner_of(request)


@pytest.mark.parametrize("sent", [{"path": "/?private=on"}, {"path": "/", "privat": "on"}, {"path": "/", "next": "/"}])
def test_refusal_of_an_unknown_field_says_what_to_do(client, sent):
    page = client.post(sent.pop("path"), {"word": "orignal", **sent})
    assertContains(page, "has a part that this page does not know", status_code=400)
    assertContains(page, "Nothing was stored or deleted. Start again", status_code=400)
    assert not Prediction.objects.exists()


@pytest.mark.parametrize("body", [{"word": "orignal"}, {"language": "fr"}, {"all": "true"}])
def test_filter_in_the_body_of_a_deletion_deletes_nothing(client, body):
    client.post("/", {"word": "piano"})
    for kind in ("application/json", None):
        sent = {"content_type": kind} if kind else {}
        assert client.post("/history/delete/", body, **sent).status_code == 400
    assert Prediction.objects.exists()


@pytest.mark.parametrize("path", ["/", "/batches/", "/models/", "/privacy/", "/account/password/"])
def test_page_without_parameters_ignores_those_of_other_sites(client, path):
    assert client.get(f"{path}?utm_source=a&fbclid=b").status_code in {200, 302}


@pytest.mark.parametrize("path", ["/", "/history/", "/nowhere/", "/history/?cursor=x"])
def test_pages_have_landmarks_a_skip_link_and_one_h1(client, path):
    page = client.get(path).content.decode()
    for part in ("<header", "<nav", '<main id="main"', "<footer", 'href="#main"'):
        assert part in page
    assert page.count("<h1>") == 1
    assert '<html lang="en" dir="ltr">' in page


@pytest.mark.parametrize("path", ["/", "/batches/", "/nowhere/", "/language/"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "application/json"])
def test_large_body_is_refused_unread_with_a_page(client, settings, path, kind):
    size = 10**9 if path == "/batches/" else settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1
    response = client.generic("POST", path, b"x" * min(size, 2_000_000), content_type=kind, CONTENT_LENGTH=str(size))
    status = 404 if path == "/nowhere/" else 413
    assertContains(
        response, "Check the address" if status == 404 else "larger than this site reads", status_code=status
    )


def test_form_with_too_many_fields_is_refused_with_a_page(client, settings):
    fields = {f"field{number}": "" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
    assertContains(client.post("/", fields), "Go back", status_code=413)


def test_form_with_too_many_files_is_refused_with_a_page(client, settings):
    files = {f"file{number}": io.BytesIO(b"x") for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FILES + 1)}
    assertContains(client.post("/batches/", files), "Go back", status_code=413)


@pytest.mark.parametrize(("length", "status"), [("9" * 5000, 413), ("-1", 400), ("x", 400), ("٣", 400)])
def test_invalid_content_length_is_refused_with_a_page(client, length, status):
    kind = "application/x-www-form-urlencoded"
    response = client.generic("POST", "/", b"word=a", content_type=kind, CONTENT_LENGTH=length)
    assertContains(response, "<h1>", status_code=status)


def test_body_without_length_is_refused(client):
    kind = "application/x-www-form-urlencoded"
    chunked = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}
    assertContains(client.generic("POST", "/", b"word=a", content_type=kind, **chunked), "<h1>", status_code=411)


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (ModelUnavailable("no files"), "no language model could be loaded"),
        (OperationalError("database is locked"), "The database is busy"),
    ],
)
def test_transient_error_names_the_time_to_retry(client, monkeypatch, error, advice):
    def fail(**_):
        raise error

    monkeypatch.setattr(services, "compare", fail)
    for path, fields in (("/", {"word": "orignal"}), ("/batches/", {"words": "orignal"})):
        response = client.post(path, fields)
        assertContains(response, advice, status_code=503)
        assert int(response["Retry-After"]) > 0


def test_error_page_needs_no_database(client, user, monkeypatch):
    client.force_login(user)

    def gone(*_, **__):
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", gone)
    assertContains(client.get("/history/"), "The database is busy", status_code=503)
    assertContains(client.get("/nowhere/"), "Check the address", status_code=404)


def test_page_after_a_failed_batch_sends_the_same_words_again(strict_client, monkeypatch):
    def full(_rows):
        raise OperationalError("database or disk is full")

    strict_client.get("/batches/")
    token = strict_client.cookies["csrftoken"].value
    words = {"words": "un\n<b>deux</b>", "csrfmiddlewaretoken": token}
    with monkeypatch.context() as patch:
        patch.setattr(batches, "store", full)
        page = strict_client.post("/batches/", words)
    assertContains(page, '<input type="hidden" name="words" value="un\n&lt;b&gt;deux&lt;/b&gt;">', status_code=503)
    assertContains(page, '<form method="post" action="/batches/">', status_code=503)
    assertContains(page, 'name="csrfmiddlewaretoken"', status_code=503)
    assert strict_client.post("/batches/", words).status_code == 303


@pytest.mark.parametrize("length", ["6", "99999999"])
def test_error_pages_have_the_security_headers(client, length):
    kind = "application/x-www-form-urlencoded"
    response = client.generic("POST", "/", b"word=1", content_type=kind, CONTENT_LENGTH=length)

    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["X-Request-ID"]


def test_error_pages_are_localised(client):
    page = client.post(
        "/", b"x", content_type="text/plain", CONTENT_LENGTH="99999999", headers={"accept-language": "fr"}
    )
    assertContains(page, '<html lang="fr"', status_code=413)


@pytest.mark.parametrize("status", ["400", "403", "403_csrf", "404", "413", "429", "500", "503"])
def test_error_pages_need_no_request_and_have_one_link(status):
    page = render_to_string(f"{status}.html", {"seconds": 2})
    assert page.count("<h1>") == 1
    assert page.count('<a class="button" href="') == 1
