import gzip
import http.client
import json
import re
import shutil
import subprocess
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlencode

import pytest

from tests.deploy.conftest import free_port
from tests.deploy.nginx import HOST, PROGRAM, Nginx

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PROGRAM, reason="needs nginx (Debian: apt-get install nginx-light)"),
    pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl (Debian: apt-get install openssl)"),
]
FORM = "application/x-www-form-urlencoded"
REPEATABLE = {"Idempotency-Key": "order-66"}


@pytest.fixture(scope="module")
def start_nginx(tmp_path_factory):
    """Return a function that starts nginx in front of ports."""
    with ExitStack() as stack:
        yield lambda *ports: stack.enter_context(Nginx(tmp_path_factory.mktemp("nginx"), ports).running())


@pytest.fixture(scope="module")
def nginx(start_nginx, service):
    _folder, port = service
    return start_nginx(port)


def test_configuration_has_no_warnings(nginx):
    check = subprocess.run(nginx.command("-t"), capture_output=True, text=True, check=True)
    assert "[warn]" not in check.stderr


def test_page_passes_with_its_headers(nginx):
    page = nginx.ask("GET", "/")
    assert page.status == 200
    assert "max-age" in page.headers["Strict-Transport-Security"]
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def cookies_of(response):
    return "; ".join(cookie.partition(";")[0] for cookie in response.headers.get_all("Set-Cookie"))


def test_form_passes(nginx):
    page = nginx.ask("GET", "/")
    [token] = set(re.findall(rb'name="csrfmiddlewaretoken" value="(\w+)"', page.body))
    form = urlencode({"word": "orignal", "csrfmiddlewaretoken": token.decode()})
    headers = {"Content-Type": FORM, "Referer": f"https://{HOST}/", "Cookie": cookies_of(page)}
    answer = nginx.ask("POST", "/", form, headers)
    assert answer.status == 303
    assert nginx.ask("GET", answer.headers["Location"], headers={"Cookie": cookies_of(answer)}).status == 200


def test_api_answers_compressed(nginx):
    answer = nginx.ask("GET", "/api/v1/models", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.body))["models"]


def test_static_file_is_cached_for_long(nginx):
    [style] = re.findall(r'href="(/static/site[^"]*\.css)"', nginx.ask("GET", "/").body.decode())
    answer = nginx.ask("GET", style)
    assert answer.status == 200
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("more", [{}, REPEATABLE])
@pytest.mark.parametrize("size", [1_000_001, 10_000_000])
def test_large_body_is_refused_with_a_problem(nginx, size, more):
    answer = nginx.ask("POST", "/api/v1/predictions", b" " * size, {"Content-Type": "application/json", **more})
    assert (answer.status, answer.headers["Content-Type"]) == (413, "application/problem+json")
    assert json.loads(answer.body)["type"] == "/problems/too-large/"


REFUSED = {
    "long address": ("GET {path}?word=" + "a" * 20_000 + " HTTP/1.1\r\nHost: {host}\r\n\r\n", 414),
    "long header": ("GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: " + "a" * 20_000 + "\r\n\r\n", 431),
    "two lengths": (
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n",
        400,
    ),
    "bad chunk": ("POST {path} HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
    "trace": ("TRACE {path} HTTP/1.1\r\nHost: {host}\r\n\r\n", 405),
}


@pytest.mark.parametrize("name", REFUSED)
def test_request_that_nginx_refuses_is_a_problem_of_the_api_and_a_page_elsewhere(nginx, name):
    request, status = REFUSED[name]
    problem = nginx.send(request.format(path="/api/v1/predictions", host=HOST))
    assert (problem.status, problem.headers["Content-Type"]) == (status, "application/problem+json")
    assert json.loads(problem.body)["status"] == status
    page = nginx.send(request.format(path="/batches/", host=HOST))
    assert (page.status, page.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert b"Which language?" in page.body


@pytest.mark.parametrize("length", range(8100, 8200, 3))
def test_address_of_any_length_is_answered_by_a_problem_of_the_api(nginx, length):
    answer = nginx.ask("GET", f"/api/v1/{'a' * length}")
    assert answer.status in {404, 414}
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_page_of_many_words_accepts_larger_bodies(nginx):
    assert nginx.ask("POST", "/batches/", b" " * 1_000_001).status == 400  # by the service: it is no form
    refusal = nginx.ask("POST", "/batches/", b" " * 21_000_000)
    assert refusal.status == 413
    assert "trop à la fois" in refusal.body.decode()


def test_http_is_redirected_to_https(nginx):
    answer = nginx.ask("GET", "/models/", tls=False)
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{HOST}/models/")


def test_api_is_refused_over_http(nginx):
    answer = nginx.ask("GET", "/api/v1/me", tls=False, headers={"Authorization": "Bearer lid_secret"})
    assert (answer.status, answer.headers["Content-Type"]) == (403, "application/problem+json")


def test_other_hosts_get_no_answer(nginx):
    with pytest.raises(http.client.RemoteDisconnected):
        nginx.ask("GET", "/", tls=False, host="evil.example")


def test_forged_addresses_share_the_limit_of_the_real_one(nginx):
    address = "/api/v1/predictions/0199f3c2-0000-7000-8000-000000000000/feedback"
    forged = [{"X-Forwarded-For": "192.0.2.1"}, {"X_Forwarded_For": "192.0.2.2"}, {"Forwarded": "for=192.0.2.3"}]
    assert [nginx.ask("GET", address, headers=header).status for header in forged] == [404, 404, 429]


def test_forged_protocol_is_replaced(nginx):
    assert nginx.ask("GET", "/", headers={"X-Forwarded-Proto": "http"}).status == 200


def test_no_log_has_a_word_or_an_address(nginx, service):
    folder, _port = service
    assert nginx.ask("GET", "/api/v1/identify?word=geheimnis").status == 200
    assert nginx.ask("GET", "/shared/?word=geheimnis&model=FF").status == 200
    assert nginx.ask("GET", "/?word=geheimnis", tls=False).status == 301
    assert '"/api/v1/identify" 200' in nginx.logs()
    logs = nginx.logs() + (folder / "log").read_text()
    assert "geheimnis" not in logs
    assert "127.0.0.1 " not in nginx.logs()


@pytest.mark.parametrize("headers", [{}, REPEATABLE])
def test_word_with_and_without_a_key_is_answered(nginx, headers):
    headers = {"Content-Type": "application/json", **headers}
    answers = [nginx.ask("POST", "/api/v1/predictions", '{"word": "orignal"}', headers) for _ in range(2)]
    assert [answer.status for answer in answers] == [201, 201]
    assert len({json.loads(answer.body)["id"] for answer in answers}) == (1 if "Idempotency-Key" in headers else 2)


@pytest.fixture
def lost_node(start_nginx):
    """Return nginx in front of two nodes, of which one is lost with its first request, and what they received."""
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(self.rfile.read(int(self.headers["Content-Length"] or 0)))
            self.close_connection = True
            if len(received) > 1:
                self.send_response(200)
                self.end_headers()

        do_GET = do_PUT = do_POST  # noqa: N815 - the names of http.server

        def log_message(self, *_):
            pass

    with ExitStack() as stack:
        nodes = [stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) for _ in range(2)]
        for node in nodes:
            Thread(target=node.serve_forever).start()
            stack.callback(node.shutdown)
        yield start_nginx(*(node.server_port for node in nodes)), received


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/", {}, 200),
        ("GET", "/api/v1/me", {}, 200),
        ("PUT", "/api/v1/predictions/1/feedback", {}, 200),
        ("POST", "/api/v1/predictions", REPEATABLE, 200),
        ("POST", "/api/v1/predictions", {}, 503),
        ("POST", "/", {}, 503),
        ("POST", "/batches/", REPEATABLE, 503),
    ],
)
def test_request_of_a_lost_node_is_repeated_only_if_it_may_be(lost_node, method, path, headers, status):
    nginx, received = lost_node
    body = b"" if method == "GET" else b'{"word": "orignal"}'
    assert nginx.ask(method, path, body, headers).status == status
    assert received == [body] * (2 if status == 200 else 1)


def test_stopped_service_is_a_problem_or_a_page_without_a_word_in_the_logs(start_nginx):
    nginx = start_nginx(free_port())
    for headers in ({}, REPEATABLE):
        answer = nginx.ask("GET", "/api/v1/identify?word=geheimnis", headers=headers)
        assert (answer.status, answer.headers["Content-Type"]) == (503, "application/problem+json")
        assert answer.headers["Retry-After"] == "5"
    for path in ("/?word=geheimnis", "/batches/", "/static/site.css"):
        page = nginx.ask("GET", path)
        assert (page.status, page.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
        assert page.headers["Retry-After"] == "5"
        assert "<h1>We cannot answer right now</h1>" in page.body.decode()
        assert "<title>503" in page.body.decode()
    assert "geheimnis" not in nginx.logs()
