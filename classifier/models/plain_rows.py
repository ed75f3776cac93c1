"""Make and insert rows of a table without Django's constructor and statements.

Django adapts every value anew for each row, which takes longer than the database needs.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import orjson
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.base import ModelState

Row = TypeVar("Row", bound=models.Model)
Write = Callable[[Any], str]


class _Columns(NamedTuple):
    """Columns of a table, and how their values are stored."""

    table: str
    key: str
    names: str
    placeholders: str
    # Names of the values, each with the function that writes it, if it is not stored as it is.
    attributes: Sequence[tuple[str, Write | None]]


def new_row(model: type[Row], columns: Mapping[str, Any]) -> Row:
    """Return an unsaved row with these columns, and the defaults of the others.

    Values have the types of their fields: none is checked.
    """
    constants, factories = _defaults(model)
    row = model.__new__(model)
    row._state = ModelState()  # noqa: SLF001 - as Django does
    made = {name: make() for name, make in factories if name not in columns}
    vars(row).update({**constants, **made, **columns})
    return row


@cache
def _defaults(model: type[models.Model]) -> tuple[Mapping[str, Any], Sequence[tuple[str, Callable[[], Any]]]]:
    """Return the defaults of columns, and functions that make those which differ from row to row."""
    fields = model._meta.concrete_fields  # noqa: SLF001 - documented by Django
    made = [(field.attname, field.default) for field in fields if callable(field.default) and field.has_default()]
    names = {name for name, _ in made}
    return {field.attname: field.get_default() for field in fields if field.attname not in names}, made


def insert(rows: Sequence[models.Model], using: str) -> None:
    """Insert new rows of one model; of several, the new keys stay unknown.

    Values have the types of their fields: none is checked.
    """
    with_key, without_key = ([row for row in rows if (row.pk is None) is none] for none in (False, True))
    for chosen in filter(None, (with_key, without_key)):
        _insert(connections[using], chosen, has_key=chosen is with_key)
    for row in rows:
        row._state.adding, row._state.db = False, using  # noqa: SLF001 - as Django does


def _insert(connection: BaseDatabaseWrapper, rows: Sequence[models.Model], *, has_key: bool) -> None:
    columns = _columns(type(rows[0]), connection.vendor, has_key=has_key)
    table = f'"{columns.table}" ({columns.names})'
    values = [
        [write(row[name]) if write and row[name] is not None else row[name] for name, write in columns.attributes]
        for row in map(vars, rows)
    ]
    insert = f"INSERT INTO {table} VALUES ({columns.placeholders})"  # noqa: S608 - no input
    with connection.cursor() as cursor:
        if len(rows) == 1:
            cursor.execute(f'{insert} RETURNING "{columns.key}"', values[0])
            [[rows[0].pk]] = cursor.fetchall()
        elif connection.vendor == "postgresql":
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for row in values:
                    copy.write_row(row)
        else:
            cursor.executemany(insert, values)


@cache
def _columns(model: type[models.Model], vendor: str, *, has_key: bool) -> _Columns:
    options = model._meta  # noqa: SLF001 - documented by Django
    fields = [field for field in options.concrete_fields if has_key or not field.primary_key]
    return _Columns(
        options.db_table,
        options.pk.column,
        ", ".join(f'"{field.column}"' for field in fields),
        ", ".join(["%s"] * len(fields)),
        [(field.attname, _writer(field, vendor)) for field in fields],
    )


def _writer(field: "models.Field[Any, Any]", vendor: str) -> Write | None:
    """Return the function that writes a field's values as Django does."""
    match field:
        case models.JSONField():
            return _write_json
        case models.UUIDField() if vendor == "sqlite":
            return _write_uuid
        case models.DateTimeField() if vendor == "sqlite":
            return _write_moment
    return None


def _write_json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _write_uuid(value: UUID) -> str:
    return value.hex


@lru_cache(maxsize=1)  # the rows of a batch have the same
def _write_moment(value: datetime) -> str:
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
