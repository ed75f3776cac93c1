"""A visitor's browser or program, on one connection."""

import socket
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from benchmarks.server import Server

TOKEN = "x" * 32  # against forged forms, in cookie and header


class Visitor:
    """Keeps cookies and sends forms."""

    def __init__(self, server: Server, **cookies: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", server.port, timeout=600)
        self._cookies = SimpleCookie({"csrftoken": TOKEN, **cookies})

    def request(self, path: str, body: bytes | None = None, content_type: str = "") -> tuple[bytes, str]:
        """Send a request; return body and Location of the answer. Raises RuntimeError for errors."""
        response = self._open(path, body, content_type)
        answer = response.read()
        if response.status >= 400:
            raise RuntimeError(f"{path}: {response.status}")
        return answer, response.headers.get("Location", "")

    def post_form(self, path: str, fields: Mapping[str, str]) -> str:
        """Send a form; return the address of the answer."""
        return self.request(path, urlencode(fields).encode(), "application/x-www-form-urlencoded")[1]

    def disconnect(self) -> None:
        """End the connection, which the server may have closed meanwhile; the next request opens another."""
        self._connection.close()

    def seconds_to_first_byte(self, path: str) -> float:
        """Return the time until the body begins; leave the rest unread."""
        start = time.perf_counter()
        response = self._open(path)
        first = response.read(1)
        seconds = time.perf_counter() - start
        self._connection.close()
        if response.status >= 400 or not first:
            raise RuntimeError(f"{path}: {response.status}")
        return seconds

    def _open(self, path: str, body: bytes | None = None, content_type: str = "") -> HTTPResponse:
        cookie = self._cookies.output(attrs=[], header="", sep=";").strip()
        headers = {"Cookie": cookie, "X-CSRFToken": TOKEN, **({"Content-Type": content_type} if body else {})}
        self._connection.request("POST" if body else "GET", path, body, headers)
        if hasattr(socket, "TCP_QUICKACK") and self._connection.sock:  # else Linux delays the body's packet by 40 ms
            self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        response = self._connection.getresponse()
        for header in response.headers.get_all("Set-Cookie", []):
            self._cookies.load(header)
        return response
