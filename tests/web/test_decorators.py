import pytest
from django.http import HttpResponse

from classifier.access.limits import LimitExceeded
from classifier.web.decorators import body_limit, rate_limit, redirect_back


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
