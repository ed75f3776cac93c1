import io

import pytest
from django.http import HttpResponse

from classifier.access.bodies import MOST_DRAINED, drain_bodies, is_api, refuse_body


@pytest.mark.parametrize(
    ("path", "api"),
    [
        ("/api", True),
        ("/api/", True),
        ("/api/v1/models", True),
        ("/", False),
        ("/api-tour/", False),
        ("/x/api/", False),
    ],
)
def test_api_addresses_are_told_from_pages(rf, path, api):
    assert is_api(rf.get(path)) is api


@pytest.mark.parametrize(
    ("length", "status"),
    [
        ("", 0),
        ("0", 0),
        ("100", 0),
        ("101", 413),
        ("9" * 5000, 413),
        ("-1", 400),
        ("1_0", 400),
        ("x", 400),
        ("٣", 400),
    ],
)
def test_body_is_refused_by_its_length(rf, length, status):
    assert refuse_body(rf.post("/", CONTENT_LENGTH=length), limit=100) == status


def test_body_without_length_is_refused(rf):
    request = rf.post("/", CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked")
    assert refuse_body(request, limit=100) == 411


@pytest.mark.parametrize(("length", "left"), [(10**6, 0), (MOST_DRAINED + 1, 10**6)])
def test_unread_body_is_drained_up_to_a_limit(rf, length, left):
    stream = io.BytesIO(b"x" * 10**6)
    request = rf.generic("POST", "/", **{"wsgi.input": stream, "CONTENT_LENGTH": str(length)})
    assert drain_bodies(lambda _request: HttpResponse(status=413))(request).status_code == 413
    assert len(stream.read()) == left


def test_body_of_a_client_that_went_away_is_left(rf):
    class Broken(io.RawIOBase):
        def read(self, *_size):
            raise ConnectionResetError

    request = rf.generic("POST", "/", **{"wsgi.input": Broken(), "CONTENT_LENGTH": "9"})
    assert drain_bodies(lambda _request: HttpResponse())(request).status_code == 200
