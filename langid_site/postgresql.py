"""Connection to PostgreSQL that waits no longer than a request may."""

from typing import Any

import psycopg

SECONDS = 6  # a little more than the server's own time limits, which end a statement in good order


class BoundedConnection(psycopg.Connection[Any]):
    """Connection that gives up on a server that is stopped or cut off; the pool then replaces it."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = SECONDS) -> Any:
        """Wait for an answer; raise OperationalError after `timeout` seconds."""
        return super().wait(gen, interval, timeout)
