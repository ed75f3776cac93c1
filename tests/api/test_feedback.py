"""PUT, GET and DELETE /api/v1/predictions/{id}/feedback."""

import pytest

from classifier.models import Feedback
from tests.reviews import review_feedback

pytestmark = pytest.mark.django_db
FRENCH = {"label": "fr", "languages": [], "comment": "moose"}


@pytest.fixture
def address(make_prediction, api_key):
    return f"/predictions/{make_prediction('orignal', owner=api_key.owner).public_id}/feedback"


@pytest.fixture
def decision(call, address, api_key, admin_user):
    call("PUT", address, {"label": "en"}, key=api_key)
    return review_feedback(feedback=Feedback.objects.get(), reviewer=admin_user, status="rejected", reason="No.")


def test_confirmation_is_stored_and_read_back(call, address, api_key):
    put = call("PUT", address, FRENCH, key=api_key)

    assert put.status_code == 200
    assert put.json() == call("GET", address, key=api_key).json()
    undecided = {
        "kind": "confirmation",
        "status": "pending",
        "decided_label": "",
        "decided_languages": [],
        "decided_at": None,
        "reason": "",
        "reopened": False,
        "overturned": False,
        "reviewed": None,
    }
    assert put.json() == {**FRENCH, **undecided, "created_at": put.json()["created_at"]}


def test_feedback_is_not_found_before_it_is_given(call, address, api_key):
    assert call("GET", address, key=api_key).status_code == 404


def test_second_label_is_a_correction_and_replaces_the_first(call, address, api_key):
    call("PUT", address, FRENCH, key=api_key)
    call("PUT", address, {"label": "mul", "languages": ["fr", "en"]}, key=api_key)

    row = Feedback.objects.get()
    assert (row.kind, row.label, row.languages, row.comment) == ("correction", "mul", ["en", "fr"], "")


@pytest.mark.parametrize(
    ("body", "result"),
    [
        ({"label": "EN"}, ("en", [], "correction")),
        ({"label": "fra"}, ("fr", [], "confirmation")),
        ({"label": "en-GB"}, ("en", [], "correction")),
        ({"label": "MUL", "languages": ["FR-ca", "eng"]}, ("mul", ["en", "fr"], "correction")),
    ],
)
def test_codes_are_stored_in_canonical_form(call, address, api_key, body, result):
    answer = call("PUT", address, body, key=api_key).json()
    assert (answer["label"], answer["languages"], answer["kind"]) == result


@pytest.mark.parametrize(("label", "advice"), [("qqq", "such as en or pt"), ("mul-Latn", "or mul, mis, zxx or und")])
def test_refused_label_comes_with_advice(call, address, api_key, label, advice):
    [error] = call("PUT", address, {"label": label}, key=api_key).json()["errors"]
    assert advice in error["detail"]
    assert label not in error["detail"].split()


@pytest.mark.parametrize(("languages", "kind"), [(["en", "es", "fr"], "confirmation"), (["en", "fr"], "correction")])
def test_other_languages_of_a_shared_word_are_a_correction(call, make_prediction, api_key, languages, kind):
    address = f"/predictions/{make_prediction('piano', owner=api_key.owner).public_id}/feedback"
    assert call("PUT", address, {"label": "mul", "languages": languages}, key=api_key).json()["kind"] == kind


def test_feedback_is_withdrawn_while_it_is_pending(call, address, api_key):
    call("PUT", address, FRENCH, key=api_key)

    assert call("DELETE", address, key=api_key).status_code == 204
    assert call("DELETE", address, key=api_key).status_code == 204
    assert call("GET", address, key=api_key).status_code == 404


def test_decision_is_readable_and_final(call, address, api_key, decision):
    assert call("PUT", address, FRENCH, key=api_key).status_code == 409
    assert call("DELETE", address, key=api_key).status_code == 409
    answer = call("GET", address, key=api_key).json()
    assert (answer["label"], answer["status"], answer["reason"]) == ("en", "rejected", "No.")


def test_row_without_owner_can_be_corrected_by_its_id(call, make_prediction):
    address = f"/predictions/{make_prediction('orignal').public_id}/feedback"

    assert call("PUT", address, FRENCH).status_code == 200
    assert Feedback.objects.get().owner == ""


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_prediction_of_another_caller_is_not_found(call, address, api_key, other_key, method):
    call("PUT", address, FRENCH, key=api_key)

    body = {"label": "es"} if method == "PUT" else None
    assert call(method, address, body, key=other_key).status_code == 404
    assert Feedback.objects.get().label == "fr"


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "/label"),
        ({"label": ""}, "/label"),
        ({"label": "French"}, "/label"),
        ({"label": "fr\n"}, "/label"),
        ({"label": "qqq"}, "/label"),
        ({"label": "mul-Latn"}, "/label"),
        ({"label": "en" + "-GB" * 12}, "/label"),
        ({"label": 1}, "/label"),
        ({"label": None}, "/label"),
        ({"label": "fr", "languages": ["en"]}, "/languages"),
        ({"label": "mul"}, "/languages"),
        ({"label": "mul", "languages": ["en", "en"]}, "/languages"),
        ({"label": "mul", "languages": ["en", "eng"]}, "/languages"),
        ({"label": "mul", "languages": ["en", "French"]}, "/languages/1"),
        ({"label": "mul", "languages": ["en", "qqq"]}, "/languages/1"),
        ({"label": "mul", "languages": ["en", "zxx"]}, "/languages/1"),
        ({"label": "mul", "languages": "en,fr"}, "/languages"),
        ({"label": "fr", "comment": 5}, "/comment"),
        ({"label": "fr", "comment": "x" * 501}, "/comment"),
        ({"label": "fr", "comment": "a\0b"}, "/comment"),
        ({"label": "fr", "status": "accepted"}, ""),
    ],
)
def test_invalid_body_is_refused_and_not_stored(call, errors, make_prediction, body, place):
    address = f"/predictions/{make_prediction().public_id}/feedback"

    assert [pointer for pointer, _code in errors(call("PUT", address, body))] == [place]
    assert not Feedback.objects.exists()


def test_wrong_method_is_refused(call, address, api_key):
    assert call("POST", address, FRENCH, key=api_key)["Allow"] == "GET, HEAD, PUT, DELETE, OPTIONS"


@pytest.mark.django_db(transaction=True)
def test_fifty_simultaneous_corrections_are_one(client, make_prediction, api_key, at_once):
    address = f"/api/v1/predictions/{make_prediction('orignal', owner=api_key.owner).public_id}/feedback"

    def put(label):
        body = {"label": label}
        return client.put(address, body, content_type="application/json", headers=api_key.headers).status_code

    statuses = set(at_once(put, [("en",), ("es",)] * 25))
    assert 200 in statuses
    assert statuses <= {200, 503}  # a busy machine refuses some
    assert Feedback.objects.count() == 1
