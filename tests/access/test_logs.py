import io
import json
import logging
import sys

import pytest
from django.db import IntegrityError

from classifier.access.logs import JsonFormatter, RequestId, WithoutQuery


def test_words_in_addresses_are_not_logged():
    record = logging.LogRecord(
        "django.server", 20, "", 1, '"%s" %s', ("GET /api/simple?word=orignal HTTP/1.1", 200), None
    )
    assert WithoutQuery().filter(record)
    assert record.getMessage() == '"GET /api/simple HTTP/1.1" 200'


def test_log_line_without_arguments_is_unchanged():
    record = logging.LogRecord("classifier", 20, "", 1, "Is it so?", None, None)
    assert WithoutQuery().filter(record)
    assert record.getMessage() == "Is it so?"


def test_request_id_is_in_the_problem_and_in_the_log(client, db, monkeypatch):
    [handler] = [handler for handler in logging.getLogger().handlers if any(map(_adds_ids, handler.filters))]
    monkeypatch.setattr(handler, "stream", io.StringIO())
    response = client.get("/api/v1/predictions", headers={"x-request-id": "mine"})

    assert response["X-Request-ID"] == response.json()["request_id"] != "mine"
    assert response["X-Request-ID"] in handler.stream.getvalue()


def _adds_ids(log_filter):
    return isinstance(log_filter, RequestId)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/simple?word=chevreuil", "/chevreuil", "/shared/?word=chevreuil"])
def test_each_request_is_a_line_of_json_without_words_and_addresses(client, caplog, path):
    caplog.set_level(logging.INFO, "classifier.access.headers")
    response = client.get(path, REMOTE_ADDR="192.0.2.77", headers={"authorization": "Bearer lid_chevreuil"})
    [record] = [record for record in caplog.records if record.name == "classifier.access.headers"]
    line = JsonFormatter().format(record)
    fields = json.loads(line)
    assert (fields["method"], fields["status"]) == ("GET", response.status_code)
    assert fields["request_id"] == response.headers["X-Request-ID"]
    assert fields["ms"] >= 0
    assert "chevreuil" not in line
    assert "192.0.2.77" not in line


def test_line_of_an_error_has_its_traceback():
    try:
        raise KeyError("a")
    except KeyError:
        record = logging.LogRecord("classifier", 40, "", 1, "Is it %s?", ("so",), sys.exc_info())
    fields = json.loads(JsonFormatter().format(record))
    assert (fields["message"], fields["exception"].splitlines()[-1]) == ("Is it so?", "KeyError: …")
    assert fields["time"].endswith("+00:00")


@pytest.mark.django_db
def test_traceback_of_a_refused_row_names_the_constraint_and_no_word(make_prediction):
    word = "chevreuil"
    with pytest.raises(IntegrityError) as error:
        make_prediction(word, source="nowhere")
    text = JsonFormatter().formatException((error.type, error.value, error.tb))
    assert word not in text
    assert "IntegrityError: " in text
    assert "prediction_source_known" in text


@pytest.mark.parametrize("message", ["'{}' is no number", 'invalid input: "{}"', "refused\nDETAIL: Row ({})"])
def test_message_of_an_error_quotes_no_word(message):
    error = ValueError(message.format("l'eau"))
    error.__cause__ = KeyError("l'eau")
    assert "eau" not in JsonFormatter().formatException((ValueError, error, None))
