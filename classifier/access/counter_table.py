"""Sliding-minute counters in a table of PostgreSQL, shared by all nodes.

A caller's row has the numbers of its last steps, newest first. The table is unlogged: counting waits for no disk, and a
crash of the database resets all counters. Time is the database's, since the clocks of nodes differ.
"""

import random

from django.db import connection

from classifier.access.allowances import COUNTERS, STEP, Allowance, digest_of, seconds_until_free

PURGE_EVERY = 1000  # callers who begin a minute, by chance
MOST_PURGED = 10_000  # rows at a time

_NOW = "extract(epoch FROM statement_timestamp())"  # the transaction's time stands still
_STEP = f"floor({_NOW} / {STEP})::integer"
# Steps since the row's latest. A clock set back a little counts on there; one set back further resets, as it would keep
# the counts for too long.
_AGE = f"""CASE WHEN excluded.step - counter.step > -{COUNTERS}
    THEN least(greatest(excluded.step - counter.step, 0), {COUNTERS}) ELSE {COUNTERS} END"""
_LIVE = f"counter.counts[:{COUNTERS} - {_AGE}]"

# Waits for a row that another call changes, and then sees the changed one. Returns no row if the cost does not fit.
_ADD = f"""
INSERT INTO classifier_counter AS counter (name, step, counts)
SELECT %(name)s, {_STEP}, ARRAY[%(cost)s::bigint] WHERE %(cost)s <= %(limit)s
ON CONFLICT (name) DO UPDATE SET
    step = CASE WHEN {_AGE} = 0 THEN counter.step ELSE excluded.step END,
    counts = CASE WHEN {_AGE} = 0 THEN (counter.counts[1] + %(cost)s::bigint) || counter.counts[2:]
        ELSE %(cost)s::bigint || array_fill(0::bigint, ARRAY[{_AGE} - 1]) || {_LIVE} END
WHERE (SELECT coalesce(sum(number), 0) FROM unnest({_LIVE}) AS number) + %(cost)s <= %(limit)s
RETURNING step, counts, {_NOW}::double precision
"""  # noqa: S608 - made of constants, as the next ones
_READ = f"SELECT step, counts, {_NOW}::double precision FROM classifier_counter WHERE name = %(name)s"  # noqa: S608
_PURGE = f"""
DELETE FROM classifier_counter WHERE name IN (
    SELECT name FROM classifier_counter WHERE abs({_STEP} - step) > {COUNTERS}
    LIMIT {MOST_PURGED} FOR UPDATE SKIP LOCKED
)
"""  # noqa: S608


def consume(name: str, limit: int, cost: int) -> Allowance:
    """Add `cost` to the count of `name` if `limit` allows; 0 only reports.

    Within a transaction, other calls of the name wait for its end.
    """
    values: dict[str, bytes | int] = {"name": digest_of(name), "limit": limit, "cost": cost}
    with connection.cursor() as cursor:
        row = cursor.execute(_ADD, values).fetchone() if cost else None
        is_added = row is not None
        if not is_added:
            row = cursor.execute(_READ, values).fetchone()
        latest, counts, now = row or (0, [], 0.0)
        counts = _live(counts, latest, now)
        used = sum(counts)
        granted = is_added or (not cost and used <= limit)
        if is_added and used == cost and random.randrange(PURGE_EVERY) == 0:  # noqa: S311 - not for secrets
            cursor.execute(_PURGE)
    seconds = seconds_until_free(counts, latest, now, 1 if granted else used + cost - limit)
    return Allowance(limit, max(limit - used, 0), seconds, granted)


def purge() -> None:
    """Delete the rows of all who have not called for a minute."""
    with connection.cursor() as cursor:
        cursor.execute(_PURGE)
        while cursor.rowcount == MOST_PURGED:
            cursor.execute(_PURGE)


def _live(counts: list[int], latest: int, now: float) -> list[int]:
    """Return the counts that have not expired."""
    age = int(now // STEP) - latest
    return counts[: COUNTERS - max(age, 0)] if abs(age) < COUNTERS else []
