import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.api.parsers import strict_json
from langid_site.wsgi import application
from tests.api.raw_requests import ALLOWED, PREDICTIONS, assert_problem, post

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
documents = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))


@given(documents)
def test_json_documents_are_read(document):
    assert strict_json(json.dumps(document).encode()) == document


@given(st.binary() | st.text('[]{}:,"0123456789.eE+-\\utrfalsn \ud800').map(lambda text: text.encode(errors="ignore")))
def test_other_input_is_a_value_error(body):
    try:
        document = strict_json(body)
    except ValueError:
        return
    assert json.loads(body) == document


@pytest.mark.parametrize("text", ['{"a": 1, "a": 1}', '[{"a": {"b": 1, "c": 2, "b": 3}}]'])
def test_duplicate_name_is_refused_at_any_depth(text):
    with pytest.raises(ValueError, match="duplicate"):
        strict_json(text.encode())


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "Infinity", "-Infinity", "1" * 5000])
def test_number_out_of_range_is_refused_at_any_depth(number):
    with pytest.raises(ValueError, match=r"number|Exceeds"):
        strict_json(f'{{"a": [{number}]}}'.encode())


@pytest.mark.parametrize("text", [r'"\ud800"', r'{"\udfff": 1}', r'["\udc00\ud800"]'])
def test_lone_surrogate_is_refused(text):
    with pytest.raises(UnicodeEncodeError):
        strict_json(text.encode())


def test_surrogate_pair_is_a_letter():
    assert strict_json(rb'"\ud83e\udd8c"') == "🦌"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"word": "chevreuil"',
        b'{"word": "chevreuil"} {}',
        b'{"word": "chevreuil"}chevreuil',
        b'{"word": "chevreuil", "word": "orignal"}',
        b"{'word': 'chevreuil'}",
        b'{"word": "chevreuil", "private": NaN}',
        b'{"word": "chevreuil", "private": -Infinity}',
        b'{"word": 1e999}',
        b'{"word": %s}' % (b"1" * 5000),
        b'{"word": "\\ud800"}',
        b'{"\\udc00": "chevreuil"}',
        b'{"word": "chevreuil\xff"}',
        b'{"word": "\xed\xa0\x80"}',
        b'\xef\xbb\xbf{"word": "chevreuil"}',
        '{"word": "chevreuil"}'.encode("utf-16"),
        b"[" * 100_000,
        b'{"word": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"word":' * 100_000,
    ],
    ids=lambda body: body[:30],
)
def test_body_other_than_strict_json_is_refused(client, body):
    assert_problem(post(client, body), 400)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json; charset=utf-7",
        "application/json; charset=utf-16",
        "application/json; charset=latin-1",
        "application/json; charset=unknown",
        "application/jsonx",
        "x" * 300,
    ],
)
def test_content_type_other_than_json_in_utf8_is_refused(client, content_type):
    assert_problem(post(client, b'{"word": "chevreuil"}', content_type), 415)


@pytest.mark.django_db(transaction=True)  # the server closes connections before a request
@pytest.mark.parametrize("content_type", ["application/json; charset*=x'en'y", "x; charset*=utf-8'en'y"])
def test_content_type_that_django_fails_on_is_refused(content_type):
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": PREDICTIONS, "CONTENT_TYPE": content_type, "CONTENT_LENGTH": "2"}
    server = {
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(b"{}"),
    }
    statuses = []

    application({**environ, **server}, lambda status, _headers: statuses.append(status))
    assert statuses == ["415 Unsupported Media Type"]


@pytest.mark.django_db
@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "application/json;charset=UTF-8"])
def test_json_in_utf8_may_say_so(client, content_type):
    assert post(client, '{"word": "École"}'.encode(), content_type).status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize("address", ALLOWED)
@pytest.mark.parametrize("accept", ["application/xml", "text/html", "image/*", "text/html; x*=y'en'z"])
def test_answer_in_another_format_is_refused(client, address, accept):
    assert_problem(client.get(address, headers={"accept": accept}), 406)
