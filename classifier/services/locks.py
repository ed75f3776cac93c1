"""Locks on names, held until the transaction ends."""

import hashlib

from django.db import connection


def lock(name: str) -> None:
    """Let one transaction at a time hold a name.

    SQLite has one writer anyway. Taken before any row is locked, so that nobody deadlocks.
    """
    if connection.vendor == "postgresql":
        number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [number])
