"""Limits of callers, and the headers that report them."""

import pytest

from classifier.access.allowances import STEP, WINDOW
from classifier.models import Prediction
from tests.api.raw_requests import ALLOWED

pytestmark = pytest.mark.django_db


def test_call_over_the_limit_is_refused_with_retry_after(call, limits):
    limits(single=2)
    responses = [call("POST", "/predictions", {"word": "chat"}) for _ in range(3)]

    assert [response.status_code for response in responses] == [201, 201, 429]
    assert responses[2].json()["type"] == "/problems/limit-exceeded/"
    assert 0 < int(responses[2]["Retry-After"]) <= WINDOW + STEP


def test_answers_report_the_remaining_calls(call, limits):
    limits(single=2)
    response = call("GET", "/identify?word=chat")

    assert response["RateLimit-Policy"] == '"single";q=2;w=60'
    assert response["RateLimit"].startswith('"single";r=1;t=')


def test_batch_is_counted_by_its_words(call, limits):
    limits(batch=5)
    statuses = [
        call("POST", "/predictions/batch", {"items": [{"word": word} for word in words]}).status_code
        for words in (["a", "b"], ["two words", "c", "d"], ["e", ""], ["f"])
    ]
    assert statuses == [200, 429, 200, 429]  # the refused one counts as a call


@pytest.mark.parametrize("address", ["/predictions", "/predictions/batch"])
def test_text_is_counted_by_its_words_for_each_model(call, limits, address):
    limits(single=7, batch=7)
    body = {"word": "un gâteau"} if address == "/predictions" else {"items": [{"word": "un gâteau"}]}
    remaining = [call("POST", address, {**body, "model": model})["RateLimit"].split(";")[1] for model in ("FF", "all")]
    assert remaining == ["r=5", "r=1"]
    assert call("POST", address, body).status_code == 429


@pytest.mark.parametrize("address", ["/api/v1/identify", "/api/simple"])
def test_text_in_an_address_is_counted_by_its_words(client, limits, address):
    limits(single=3)
    assert [client.get(address, {"word": "un gâteau"}).status_code for _ in range(2)] == [200, 429]


def test_body_is_counted_by_its_size_also_if_it_is_refused(call, limits):
    limits(single=10)
    statuses = [call("POST", "/predictions", {"x": "x" * 6000}).status_code for _ in range(2)]
    assert statuses == [400, 429]


def test_scopes_are_limited_apart(call, limits, api_key):
    limits(single=0, history=1, export=1, feedback=1, batch=1)

    assert call("GET", "/identify?word=chat", key=api_key).status_code == 429
    assert call("GET", "/predictions", key=api_key).status_code == 200
    assert call("GET", "/predictions/export", key=api_key).status_code == 200
    assert call("GET", "/predictions", key=api_key).status_code == 429


def test_key_has_its_own_limits(call, limits, make_key):
    limits(single=1)
    key = make_key(limits={"single": 3})
    answers = [call("GET", "/identify?word=chat", key=key).status_code for _ in range(4)]

    assert answers == [200, 200, 200, 429]
    assert call("GET", "/identify?word=chat").status_code == 200


def test_refused_calls_are_counted_too(call, limits):
    limits(single=1)
    assert [call("POST", "/predictions", {}).status_code for _ in range(2)] == [400, 429]


def test_refused_call_is_not_stored(call, limits):
    limits(single=0)
    call("POST", "/predictions", {"word": "chat"})
    assert not Prediction.objects.exists()


@pytest.mark.parametrize("address", ALLOWED)
def test_input_that_a_method_does_not_take_is_refused(client, errors, api_key, address):
    for method in ALLOWED[address].split(", "):
        query = "" if method in {"GET", "DELETE"} and "identify" in address else "?private=true"
        body = "{}" if method in {"POST", "PUT"} else ""
        response = client.generic(method, address + query, body, "application/json", headers=api_key.headers)
        assert response.status_code == (415 if method == "POST" and "ndjson" in address else 400)
        if method in {"GET", "DELETE"}:
            response = client.generic(
                method, address, '{"language": "fr"}', "application/json", headers=api_key.headers
            )
            assert errors(response) == [("", "unexpected_body")]


def test_query_of_a_post_is_refused(call, errors):
    response = call("POST", "/predictions?private=true", {"word": "chat"})
    assert errors(response) == [("", "unexpected_query")]
    assert "parameter" in response.json()["errors"][0]
    assert not Prediction.objects.exists()


@pytest.mark.parametrize("address", ["/me", "/models", "/languages", "/models/FF"])
def test_descriptions_of_the_service_are_exempt(call, limits, address):
    limits(single=0, batch=0, history=0, feedback=0, export=0)
    assert call("GET", address).status_code == 200


@pytest.mark.parametrize("address", ["/api/schema", "/api/docs", "/livez", "/readyz"])
def test_documentation_and_health_are_exempt(client, limits, address):
    limits(single=0, batch=0, history=0, feedback=0, export=0)
    assert client.get(address).status_code == 200


def status_of(call, address, forwarded="", proxies=0, cookies=""):
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    return call("GET", "/identify?word=chat", headers=headers, REMOTE_ADDR=address, HTTP_COOKIE=cookies).status_code


def test_forwarded_header_is_ignored_without_proxies(call, limits):
    limits(single=1)
    assert [status_of(call, "192.0.2.1", forwarded) for forwarded in ("198.51.100.1", "198.51.100.2")] == [200, 429]


def test_forwarded_header_counts_from_trusted_proxies_only(call, limits, settings):
    limits(single=1)
    settings.NUM_PROXIES = 2
    headers = ["6.6.6.6, 198.51.100.1, 10.0.0.1", "7.7.7.7, 198.51.100.1, 10.0.0.1", "6.6.6.6, 198.51.100.2, 10.0.0.1"]

    assert [status_of(call, "192.0.2.1", forwarded) for forwarded in headers] == [200, 429, 200]


@pytest.mark.parametrize("forwarded", ["x", "198.51.100.1", "'; --, 10.0.0.1"])
def test_malformed_forwarded_header_counts_for_the_proxy(call, limits, settings, forwarded):
    limits(single=1)
    settings.NUM_PROXIES = 2
    assert [status_of(call, "192.0.2.1", forwarded) for _ in range(2)] == [200, 429]


def test_ipv6_network_is_one_caller(call, limits):
    limits(single=1)
    addresses = ["2001:db8::1", "2001:db8::ffff", "2001:db8:0:1::1"]
    assert [status_of(call, address) for address in addresses] == [200, 429, 200]


def test_ipv4_callers_of_a_dual_stack_server_count_apart(call, limits):
    limits(single=1)
    addresses = ["::ffff:192.0.2.1", "::ffff:192.0.2.2", "192.0.2.1", "::ffff:c000:202"]
    assert [status_of(call, address) for address in addresses] == [200, 200, 429, 429]


def test_ipv4_callers_written_as_ipv6_by_a_proxy_count_apart(call, limits, settings):
    limits(single=1)
    settings.NUM_PROXIES = 1
    forwarded = ["::ffff:192.0.2.1", "::ffff:192.0.2.2", "192.0.2.1"]
    assert [status_of(call, "::ffff:10.0.0.1", address) for address in forwarded] == [200, 200, 429]


def test_proxy_counts_once_in_ipv4_and_mapped_form(call, limits, settings):
    limits(single=1)
    settings.NUM_PROXIES = 1
    assert [status_of(call, address, "x") for address in ("10.0.0.1", "::ffff:10.0.0.1")] == [200, 429]


def test_caller_without_cookie_keeps_the_same_limit(call, client, limits):
    limits(single=2)  # the page's form takes one, too
    client.post("/", {"word": "chat"})
    assert call("GET", "/identify?word=chat").status_code == 200
    client.cookies.clear()
    assert call("GET", "/identify?word=chat").status_code == 429


def test_nothing_is_answered_while_limits_cannot_be_counted(call, break_limits, caplog):
    message = break_limits()
    response = call("GET", "/identify?word=chat")
    assert (response.status_code, response.json()["type"]) == (503, "/problems/unavailable/")
    assert message in caplog.text
