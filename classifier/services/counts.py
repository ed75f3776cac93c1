"""Counts and choices that take the same time for any number of rows."""

from typing import Any, cast

from django.core.paginator import Paginator
from django.db import connection
from django.db.models import Model, QuerySet
from django.utils.formats import number_format
from django.utils.functional import cached_property

MOST_COUNTED = 10_000  # rows
MOST_VALUES = 200  # of a column, as choices of a filter


class AtLeast(int):
    """A number of rows, of which not all were counted; shown as 10,000+."""

    def __str__(self) -> str:
        return f"{number_format(int(self), force_grouping=True)}+"


def count_capped(rows: QuerySet[Any]) -> int:
    """Count rows, at most MOST_COUNTED."""
    count = rows.order_by().values("pk")[: MOST_COUNTED + 1].count()
    return AtLeast(MOST_COUNTED) if count > MOST_COUNTED else count


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of the first MOST_COUNTED rows; filters find the others."""

    @cached_property
    def count(self) -> int:
        """The number of rows, counted up to MOST_COUNTED."""
        return count_capped(cast("QuerySet[Any]", self.object_list))


def distinct_values(model: type[Model], column: str) -> list[str]:
    """Return the values of an indexed column, in order, at most MOST_VALUES; reads an entry of the index for each."""
    table, name = (connection.ops.quote_name(part) for part in (model._meta.db_table, column))  # noqa: SLF001 - documented
    statement = f"""
        WITH RECURSIVE found(value) AS (
            SELECT MIN({name}) FROM {table}
            UNION ALL
            SELECT (SELECT MIN({name}) FROM {table} WHERE {name} > found.value) FROM found
            WHERE found.value IS NOT NULL
        )
        SELECT value FROM found WHERE value IS NOT NULL LIMIT {MOST_VALUES}
    """  # noqa: S608 - names of the program, quoted
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [value for [value] in cursor.fetchall()]
