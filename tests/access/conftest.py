"""A clock of counters that tests can set."""

import pytest
from django.db import connection

from classifier.access import counter_file

# A schema before PostgreSQL's own, so that its clock can be set.
CLOCK = """
CREATE SCHEMA fake;
CREATE FUNCTION fake.statement_timestamp() RETURNS timestamptz LANGUAGE sql
    AS $$ SELECT to_timestamp(current_setting('fake.now')::float8) $$;
SET LOCAL search_path = fake, pg_catalog, public;
"""


@pytest.fixture
def clock(monkeypatch):
    """Return a clock that tests can set."""

    class Clock:
        @property
        def now(self):
            return self._now

        @now.setter
        def now(self, now):
            self._now = now
            if connection.vendor == "postgresql":
                connection.cursor().execute("SELECT set_config('fake.now', %s, true)", [str(now)])

        def time(self):
            return self._now

    if connection.vendor == "postgresql":
        connection.cursor().execute(CLOCK)
    clock = Clock()
    clock.now = 1_800_000_000.0
    monkeypatch.setattr(counter_file, "time", clock)
    return clock
