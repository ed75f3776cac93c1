import pytest

from classifier.access.bodies import is_api, refuse_body


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
