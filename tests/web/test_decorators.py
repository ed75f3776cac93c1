import io

import pytest
from django.core.exceptions import BadRequest
from django.http import HttpResponse

from classifier.access.limits import LimitExceeded
from classifier.web.decorators import body_limit, rate_limit, redirect_back, takes


def view(_request):
    return HttpResponse()


@pytest.mark.parametrize(("method", "counted"), [("GET", True), ("HEAD", True), ("POST", False), ("OPTIONS", False)])
def test_rate_limit_counts_one_method_and_head_as_get(rf, limits, method, counted):
    limits(history=0)
    request = rf.generic(method, "/")
    limited_view = rate_limit("history", "GET")(view)
    if counted:
        with pytest.raises(LimitExceeded):
            limited_view(request)
    else:
        assert limited_view(request).status_code == 200


def test_rate_limit_of_post_is_an_attribute_of_the_view():
    assert rate_limit("feedback")(view).post_scope == "feedback"


def test_known_fields_are_taken(rf):
    fields = {"word": "chat", "csrfmiddlewaretoken": "x"}
    assert takes("word")(view)(rf.post("/", fields)).status_code == 200
    assert takes("word", query=("next",))(view)(rf.post("/?next=/", fields)).status_code == 200


@pytest.mark.parametrize(("address", "fields"), [("/", {"wrod": "a"}), ("/?word=a", {}), ("/?next=/", {"word": "a"})])
def test_unknown_fields_and_parameters_of_a_post_are_refused(rf, address, fields):
    with pytest.raises(BadRequest):
        takes("word")(view)(rf.post(address, fields))


def test_unknown_file_is_refused(rf):
    with pytest.raises(BadRequest):
        takes("word")(view)(rf.post("/", {"file": io.BytesIO(b"x")}))


@pytest.mark.parametrize(
    ("query", "taken"),
    [("", True), ("from=1", True), ("form=1", False), ("from=1&x=2", False), ("from=1&from=2", False)],
)
def test_parameters_of_a_get_are_checked_if_it_has_any(rf, query, taken):
    assert takes()(view)(rf.get(f"/?{query}")).status_code == 200
    checked_view = takes(query=("from",))(view)
    if taken:
        assert checked_view(rf.get(f"/?{query}")).status_code == 200
    else:
        with pytest.raises(BadRequest):
            checked_view(rf.get(f"/?{query}"))


def test_body_limit_is_an_attribute_of_the_view():
    assert body_limit(5)(view).body_limit == 5


@pytest.mark.parametrize(
    ("address", "location"),
    [
        ("/privacy/", "/privacy/"),
        ("http://testserver/privacy/", "http://testserver/privacy/"),
        ("", "/history/"),
        ("https://evil.example/", "/history/"),
        ("//evil.example/", "/history/"),
        ("javascript:alert(1)", "/history/"),
    ],
)
def test_redirect_goes_back_but_never_to_another_site(rf, address, location):
    response = redirect_back(rf.post("/", {"next": address}), "history")
    assert (response.status_code, response.headers["Location"]) == (303, location)
