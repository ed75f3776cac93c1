import io
import logging

from classifier.access.logs import RequestId, WithoutQuery


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
