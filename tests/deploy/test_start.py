"""The service as `deploy/start` starts it, without nginx."""

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
