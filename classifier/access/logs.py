"""Logs: lines of JSON, without words, with request ids."""

import json
import logging
import re
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

request_id = ContextVar("request_id", default="-")
_QUERY = re.compile(r"\?\S*")
_QUOTED = re.compile(r"""(?<!\w)['"].*['"]""")


class WithoutQuery(logging.Filter):
    """Removes query strings, since they hold words."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_QUERY.sub("", part) if isinstance(part, str) else part for part in record.args)
        return True


class RequestId(logging.Filter):
    """Adds the request's id."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON, with the fields of its `extra={"fields": …}`."""

    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": request_id.get(),
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """Return the traceback, with messages that quote no input."""
        parts = [
            f"{''.join(traceback.format_tb(error.__traceback__))}{type(error).__name__}: {_without_values(error)}"
            for error in _causes(ei[1])
        ]
        return "\n\n".join(reversed(parts))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error, and those that led to it."""
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _without_values(error: BaseException) -> str:
    """Return a message without quoted parts and PostgreSQL's details, which hold words; name the constraint."""
    message = _QUOTED.sub("…", str(error).partition("\n")[0])
    constraint = getattr(getattr(error, "diag", None), "constraint_name", None)
    return f"{message} ({constraint})" if constraint else message
