import json
from io import BytesIO
from random import randrange
from uuid import uuid4

import pytest
from django.db import DataError, OperationalError
from django.test import RequestFactory

from classifier.access import counters, headers
from classifier.access.allowances import LimitsUnavailable
from classifier.api import plain_requests, views
from classifier.models import Prediction
from classifier.services import identify
from langid_site import wsgi

pytestmark = pytest.mark.django_db
OWN = {"Content-Length", "Location", "RateLimit", "X-Request-ID"}  # of each response
OF_VIEW = {"Allow", "Vary"}
VALID = [
    {"word": "orignal"},
    {"word": " Piano! "},
    {"word": "l’eau de la école"},
    {"word": "piano", "model": "all"},
    {"word": "piano", "model": "ff"},
    {"word": "piano", "languages": ["fr", "EN"]},
    {"word": "piano", "languages": ["ALL"], "confidence": 0.95},
    {"word": "piano", "private": True},
]
INVALID = [
    {},
    [],
    None,
    "piano",
    {"word": ""},
    {"word": None},
    {"word": 12},
    {"word": "piano", "model": "GPT"},
    {"word": "piano", "languages": ["de"]},
    {"word": "piano", "confidence": 2},
    {"word": "piano", "lang": "fr"},
]


@pytest.fixture
def send(client, fake_models):
    """Return a function that sends a body, plain or with a header that only the view reads."""

    def send(body, headers=None, **environment):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return client.post("/api/v1/predictions", data, "application/json", headers=headers, **environment)

    return send


@pytest.fixture
def send_both(send):
    """Return a function that sends a body plain, then to the view."""
    return lambda body: (send(body), send(body, {"Accept": "application/json, text/html;q=0.1"}))


def comparable(response):
    headers = {name: value for name, value in response.items() if name not in OWN | OF_VIEW}
    document = response.json()
    return response.status_code, headers, {**document, "id": None, "created_at": None, "request_id": None}


@pytest.mark.parametrize("body", VALID, ids=str)
def test_plain_answer_is_that_of_the_view(send_both, body):
    plain, full = send_both(body)
    assert plain.status_code == 201
    assert comparable(plain) == comparable(full)
    assert ("Location" in plain) == ("Location" in full)


@pytest.mark.parametrize("body", [*INVALID, b"", b"{", b'{"word": "a", "word": "b"}', b'"\\ud800"', b"\xff"], ids=str)
def test_invalid_request_is_refused_by_the_view(send_both, body):
    plain, full = send_both(body)
    assert plain.status_code == 400
    assert comparable(plain) == comparable(full)


@pytest.mark.parametrize("body", VALID, ids=str)
def test_stored_row_is_that_of_the_view(send_both, body):
    send_both(body)
    columns = [field.name for field in Prediction._meta.fields if field.name not in {"id", "public_id", "created"}]
    plain, full = Prediction.objects.values(*columns)
    assert plain == full


def test_plain_request_does_without_the_view(send, monkeypatch):
    monkeypatch.delattr(views.Predictions, "post")
    assert send({"word": "piano"}).status_code == 201
    assert send({"word": "piano"}, {"Idempotency-Key": "a"}).status_code == 405


@pytest.mark.parametrize(
    "headers",
    [{"Cookie": "a=b"}, {"Origin": "https://a.example"}, {"Authorization": "Bearer lid_a_b"}, {"Idempotency-Key": "a"}],
    ids=str,
)
def test_request_with_another_header_is_left_to_the_view(send, monkeypatch, headers):
    monkeypatch.setattr(plain_requests, "answer", None)
    assert send({"word": "piano"}, headers).status_code in {201, 401}


def test_closed_service_answers_no_plain_request(send, settings):
    settings.API_ANONYMOUS = False
    assert send({"word": "piano"}).status_code == 401


def test_plain_words_are_charged_as_in_the_view(send_both):
    left = [response["RateLimit"].partition("r=")[2].partition(";")[0] for response in send_both({"word": "le moi"})]
    assert int(left[0]) - int(left[1]) == 2


def test_exceeded_limit_is_refused_alike(send, settings):
    settings.LIMITS = {**settings.LIMITS, "single": 1}
    address = f"2001:db8:0:{randrange(2**16):x}::1"  # that nobody has used in the last minute
    answered, refused = (send({"word": "piano"}, REMOTE_ADDR=address) for _ in range(2))
    assert answered.status_code == 201
    assert (refused.status_code, refused["RateLimit-Policy"]) == (429, '"single";q=1;w=60')
    assert Prediction.objects.count() == 1


def test_fault_is_a_problem(client, send, monkeypatch):
    def fail(*_arguments):
        raise KeyError("word")

    client.raise_request_exception = False
    monkeypatch.setattr(plain_requests, "prediction_fields", fail)
    response = send({"word": "piano"})
    assert (response.status_code, response["Content-Type"]) == (500, "application/problem+json")
    assert response.json()["request_id"] == response["X-Request-ID"]


def test_plain_request_over_http_is_redirected_to_https(send, settings):
    settings.SECURE_SSL_REDIRECT = True
    response = send({"word": "piano"})
    assert (response.status_code, response["Location"]) == (301, "https://testserver/api/v1/predictions")
    assert not Prediction.objects.exists()


def test_answer_over_https_has_the_headers_of_the_view(client, settings, monkeypatch):
    settings.SECURE_HSTS_SECONDS = 60
    monkeypatch.setattr(headers, "_security_headers", {})
    accepted = ("application/json", "application/json, text/html;q=0.1")
    plain, full = (
        client.post("/api/v1/predictions", {"word": "a"}, "application/json", secure=True, headers={"Accept": each})
        for each in accepted
    )
    assert plain["Strict-Transport-Security"].startswith("max-age=60")
    assert comparable(plain) == comparable(full)


def test_server_answers_plain_requests_before_django(fake_models, monkeypatch):
    monkeypatch.setattr(wsgi, "django", None)
    body = b'{"word": "piano"}'
    request = RequestFactory().post("/api/v1/predictions", body, "application/json")
    started = []
    content = wsgi.application(request.environ, lambda *start: started.append(start))
    [(status, lines)] = started
    assert (status, json.loads(b"".join(content))["word"]) == ("201 Created", "piano")
    assert {"Content-Type", "Content-Length", "Location", "X-Request-ID"} <= dict(lines).keys()


def test_unknown_host_is_refused(send):
    assert send({"word": "piano"}, HTTP_HOST="other.example").status_code == 400
    assert not Prediction.objects.exists()


@pytest.mark.parametrize("error", [OperationalError("no such table"), LimitsUnavailable("no file")])
def test_uncountable_limit_is_answered_once(send, monkeypatch, error):
    calls = []

    def fail(*_arguments, **_options):
        calls.append(1)
        raise error

    monkeypatch.setattr(plain_requests, "consume_together", fail)
    monkeypatch.setattr("classifier.api.base.consume", fail)
    response = send({"word": "piano"})
    assert (response.status_code, response["Retry-After"], len(calls)) == (503, "5", 1)


def test_failed_storage_is_answered_once(send, monkeypatch):
    calls = []

    def fail(*_arguments, **_options):
        calls.append(1)
        raise OperationalError("disk full")

    monkeypatch.setattr(identify, "store", fail)
    response = send({"word": "piano"})
    assert (response.status_code, response["Retry-After"], len(calls)) == (503, "5", 1)
    assert response["RateLimit"].startswith('"single";r=')


def test_database_lost_after_the_storage_is_unavailable(send, monkeypatch):
    def fail(*_arguments):
        raise OperationalError("connection closed")

    monkeypatch.setattr(plain_requests, "prediction_fields", fail)
    assert send({"word": "piano"}).status_code == 503


def test_body_that_breaks_off_is_refused_and_logged_with_its_route(client, caplog):
    class Broken(BytesIO):
        def read(self, *_size):
            raise ConnectionResetError

    caplog.set_level("INFO", "classifier.access.headers")
    request = RequestFactory().post("/api/v1/predictions", b'{"word": "a"}', "application/json")
    response = client.handler({**request.environ, "wsgi.input": Broken()})
    assert response.status_code == 400
    assert [record.fields["route"] for record in caplog.records if hasattr(record, "fields")] == ["api/v1/predictions"]


def test_route_of_a_plain_request_is_known(send, caplog):
    caplog.set_level("INFO", "classifier.access.headers")
    send({"word": "piano"})
    assert [record.fields["route"] for record in caplog.records if hasattr(record, "fields")] == ["api/v1/predictions"]


def calls_of_one_caller(limit, *words):
    name = str(uuid4())  # counters outlive a test
    return [plain_requests._Call(name, limit, 1, {"words": [word], "source": "api"}) for word in words]


def answer_together(calls):
    """Return the words that are answered, and the errors of the others."""
    outcomes = plain_requests._consume_and_identify_together(calls)
    return [getattr(outcome, "word", None) or type(outcome).__name__ for outcome in outcomes]


def test_calls_of_a_group_are_charged_together(fake_models):
    calls = calls_of_one_caller(3, "piano", "eau", "casa", "house")
    assert answer_together(calls) == ["piano", "eau", "casa", "LimitExceeded"]
    assert [call.error is None for call in calls] == [True, True, True, False]
    assert Prediction.objects.count() == 3


def test_callers_share_a_group_but_not_their_limits(fake_models, monkeypatch):
    one, other = calls_of_one_caller(1, "piano", "eau"), calls_of_one_caller(2, "casa", "house")
    calls = [one[0], other[0], one[1], other[1]]
    inferred, whole = [], plain_requests.identify_together
    monkeypatch.setattr(plain_requests, "identify_together", lambda group: inferred.append(group) or whole(group))
    assert answer_together(calls) == ["piano", "casa", "LimitExceeded", "house"]
    assert [call.allowance.remaining for call in calls] == [0, 0, 0, 0]
    assert [len(group) for group in inferred] == [3]


def test_limit_that_cannot_be_counted_fails_its_caller_alone(fake_models, monkeypatch):
    broken, sound = calls_of_one_caller(9, "piano"), calls_of_one_caller(9, "eau")

    def consume(calls):
        if calls[0][0] == broken[0].name:
            raise LimitsUnavailable("no file")
        return counters.consume_together(calls)

    monkeypatch.setattr(plain_requests, "consume_together", consume)
    assert answer_together([*broken, *sound]) == ["LimitsUnavailable", "eau"]


def test_word_that_cannot_be_stored_is_charged_once(fake_models, monkeypatch):
    def refuse(rows):
        if any(row.word == "eau" for row in rows):
            raise DataError("eau")

    monkeypatch.setattr(identify, "store", refuse)
    calls = calls_of_one_caller(9, "piano", "eau")
    assert answer_together(calls) == ["piano", "DataError"]
    assert calls[0].allowance.remaining == 7


@pytest.mark.django_db(transaction=True)
def test_unusable_connections_are_closed_before_and_after_a_group(fake_models, monkeypatch):
    closed = []
    monkeypatch.setattr(plain_requests, "close_old_connections", lambda: closed.append(Prediction.objects.count()))
    answer_together(calls_of_one_caller(9, "piano", "eau"))
    assert closed == [0, 2]


@pytest.mark.django_db(transaction=True)
def test_plain_requests_of_several_threads_get_their_own_answers(send, at_once):
    words = [f"word{number}" for number in range(12)]
    responses = at_once(lambda word: send({"word": word}), [[word] for word in words])
    assert [response.json()["word"] for response in responses] == words
    assert {row.word: str(row.public_id) for row in Prediction.objects.all()} == {
        response.json()["word"]: response.json()["id"] for response in responses
    }
