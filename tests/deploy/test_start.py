"""The service as `deploy/start` starts it, without nginx."""

import http.client
import socket

import pytest

pytestmark = pytest.mark.slow

MALFORMED = (
    "GET /?word=chevreuil\r\n\r\n",
    "chevreuil\r\n\r\n",
    "GET /?word=chevreuil HTTP/1.1\r\nHost: 127.0.0.1\r\nchevreuil it: is\r\n\r\n",
    "POST /batches/ HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nchevreuil\r\n",
)


@pytest.mark.parametrize("request_text", MALFORMED)
def test_malformed_request_leaves_no_word_in_the_log(service, request_text):
    folder, port = service
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request_text.encode())
        assert connection.recv(1000)
    assert "chevreuil" not in (folder / "log").read_text()


REFUSED = {
    "GET /{} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".format("a" * 8190): 414,
    "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {}\r\n\r\n".format("a" * 8190): 431,
    "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n{}\r\n".format("Accept: a\r\n" * 100): 431,
    "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n": 400,
}


@pytest.mark.parametrize(("request_text", "status"), REFUSED.items(), ids=["line", "header", "headers", "lengths"])
def test_unreadable_request_is_refused_by_a_short_page(service, request_text, status):
    """docs/api.md says so; behind nginx, these are problems."""
    _folder, port = service
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(request_text.encode())
        response = http.client.HTTPResponse(connection)
        response.begin()
        assert (response.status, response.headers["Content-Type"]) == (status, "text/html")
