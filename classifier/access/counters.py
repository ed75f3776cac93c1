"""Counters of calls: a table on PostgreSQL, for all nodes; else a file, for all processes."""

from django.conf import settings
from django.db import connection

from classifier.access import counter_file, counter_table
from classifier.access.allowances import Allowance


def consume(name: str, limit: int, cost: int = 1) -> Allowance:
    """Add `cost` to the count of `name` if `limit` allows; 0 only reports.

    Raises LimitsUnavailable, and the errors of an unusable database.
    """
    if connection.vendor == "postgresql":
        return counter_table.consume(name, limit, cost)
    return counter_file.consume(settings.LIMITS_FILE, name, limit, cost)


def purge() -> None:
    """Delete the table's counters that have expired; the file uses their places again."""
    if connection.vendor == "postgresql":
        counter_table.purge()
