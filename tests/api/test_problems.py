import pytest
from django.db import OperationalError
from django.http import UnreadablePostError
from rest_framework.exceptions import ErrorDetail

from classifier.api.problems import CONTENT_TYPE, answer_error, field_errors
from classifier.services import identify as services
from classifier.services import registry
from tests.api.raw_requests import ALLOWED, SECRET, assert_problem, post

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def answer_crashes(client):
    client.raise_request_exception = False


@pytest.mark.parametrize("address", ALLOWED)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "chevreuil"])
def test_wrong_method_is_refused_with_the_allowed_ones(client, address, method):
    if method in ALLOWED[address]:
        method = "LOCK"
    response = client.generic(method, address)

    assert_problem(response, 405)
    assert response["Allow"] == ALLOWED[address]


def test_crash_is_a_problem(client, monkeypatch):
    monkeypatch.setattr(services, "compare", lambda **_: 1 / 0)

    assert_problem(post(client, {"word": SECRET}), 500)


@pytest.mark.parametrize("error", [OperationalError("locked"), registry.ModelUnavailable("no files")])
def test_unavailable_service_answers_with_retry_after(client, monkeypatch, error):
    def fail(**_):
        raise error

    monkeypatch.setattr(services, "compare", fail)

    response = post(client, {"word": SECRET})
    assert_problem(response, 503)
    assert int(response["Retry-After"]) > 0


def test_log_does_not_hold_the_word(client, caplog):
    client.get("/api/simple", {"word": f"{SECRET}1 2"})
    post(client, {"word": SECRET, "private": True, "model": SECRET})

    assert SECRET not in caplog.text


@pytest.mark.parametrize(("member", "places"), [("pointer", ["/word", "/items/1"]), ("parameter", ["word", "items"])])
def test_nested_errors_are_flattened_with_their_places(member, places):
    detail = {"message": ErrorDetail("Wrong."), "code": "invalid"}
    errors = list(field_errors({"word": [detail], "items": {"1": [detail]}}, member))

    assert errors == [{member: place, "detail": "Wrong.", "code": "invalid"} for place in places]


def test_errors_of_the_whole_body_point_at_nothing():
    details = {"non_field_errors": [{"message": "Wrong.", "code": "unknown_field"}]}
    assert list(field_errors(details, "pointer")) == [{"pointer": "", "detail": "Wrong.", "code": "unknown_field"}]


def test_body_that_breaks_off_is_a_bad_request(rf):
    response = answer_error(UnreadablePostError("broken off"), {"request": rf.post("/api/v1/predictions")})
    assert (response.status_code, response["Content-Type"]) == (400, CONTENT_TYPE)
