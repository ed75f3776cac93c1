"""Security headers and cookies of every address."""

from http.cookies import SimpleCookie

import pytest

from tests.test_access import ROUTES, address, callers  # noqa: F401 - fixtures

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.mark.django_db
@pytest.mark.any_database
def test_every_answer_has_the_security_headers_and_safe_cookies(callers, address, subtests, settings):  # noqa: F811
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = settings.LANGUAGE_COOKIE_SECURE = True
    clients, _ana = callers
    for route in ROUTES:
        method, _space, pattern = route.partition(" ")
        with subtests.test(route):
            for name in ("A", "superuser"):
                response = clients[name].generic(method, address(pattern))
                check_headers(response)
                check_cookies(response.cookies)


def check_headers(response):
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
    assert "camera=()" in response.headers["Permissions-Policy"]
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert response.headers["X-Request-ID"]


def check_cookies(cookies: SimpleCookie):
    for name, cookie in cookies.items():
        assert (name, cookie["secure"], cookie["path"], cookie["domain"]) == (name, True, "/", "")
        assert (name, cookie["httponly"], cookie["samesite"]) == (name, True, "Lax")
