import gzip
import http.client
import json
import re
import shutil
import socket
import subprocess
import time
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


@pytest.fixture(scope="module")
def start_nginx(tmp_path_factory):
    """Return a function that starts nginx in front of a port."""
    processes = []

    def start(upstream):
        nginx = Nginx(tmp_path_factory.mktemp("nginx"), upstream)
        nginx.configure()
        nginx.make_certificate()
        processes.append(subprocess.Popen(nginx.command("-g", "daemon off;")))
        while processes[-1].poll() is None:
            try:
                socket.create_connection(("127.0.0.1", nginx.https)).close()
            except ConnectionRefusedError:
                time.sleep(0.05)
            else:
                return nginx
        raise AssertionError(nginx.logs())

    yield start
    for process in processes:
        process.terminate()
        process.wait()


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


@pytest.mark.parametrize("size", [1_000_001, 10_000_000])
def test_large_body_is_refused_with_a_problem(nginx, size):
    answer = nginx.ask("POST", "/api/v1/predictions", b" " * size, {"Content-Type": "application/json"})
    assert (answer.status, answer.headers["Content-Type"]) == (413, "application/problem+json")
    assert json.loads(answer.body)["type"] == "/problems/too-large/"


def test_page_of_many_words_accepts_larger_bodies(nginx):
    assert nginx.ask("POST", "/batches/", b" " * 1_000_001).status == 403  # by the service, without a token
    assert nginx.ask("POST", "/batches/", b" " * 21_000_000).status == 413


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


def test_stopped_service_is_a_problem_without_a_word_in_the_logs(start_nginx):
    nginx = start_nginx(free_port())
    answer = nginx.ask("GET", "/api/v1/identify?word=geheimnis")
    assert (answer.status, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert answer.headers["Retry-After"] == "5"
    assert "geheimnis" not in nginx.logs()
