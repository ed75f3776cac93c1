"""Keeps what people look up out of the logs."""

import logging
import re

_QUERY = re.compile(r"\?\S*")


class WithoutQuery(logging.Filter):
    """Cuts the query string, where words travel, out of the development server's request lines."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_QUERY.sub("", part) if isinstance(part, str) else part for part in record.args)
        return True
