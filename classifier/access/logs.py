"""Log filters: remove query strings, add request ids."""

import logging
import re
from contextvars import ContextVar

request_id = ContextVar("request_id", default="-")
_QUERY = re.compile(r"\?\S*")


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
