import pytest
from django.db import DatabaseError, IntegrityError, InterfaceError, InternalError, OperationalError, ProgrammingError

from classifier.services.errors import describe, is_unavailable
from classifier.services.registry import ModelUnavailable


def caused(error, sqlstate):
    """Return the error as Django raises it for one of psycopg."""
    error.__cause__ = type("PsycopgError", (Exception,), {"sqlstate": sqlstate})()
    return error


@pytest.mark.parametrize(
    "error",
    [
        ModelUnavailable("no files"),
        OperationalError("database is locked"),
        InterfaceError("the connection is closed"),
        DatabaseError("file is not a database"),
        caused(InternalError("cannot execute INSERT in a read-only transaction"), "25006"),
        caused(InternalError("invalid page in block 7 of relation base/16384/16385"), "XX001"),
        caused(InternalError('could not read block 0 in file "base/16384/16385"'), "XX000"),
        caused(ProgrammingError('relation "classifier_prediction" does not exist'), "42P01"),
    ],
)
def test_unusable_database_or_model_is_no_failure_of_the_program(error):
    assert is_unavailable(error)


@pytest.mark.parametrize(
    "error",
    [
        IntegrityError("NOT NULL constraint failed"),
        ProgrammingError("wrong number of bindings"),
        caused(ProgrammingError('syntax error at or near "SELEC"'), "42601"),
        caused(InternalError("current transaction is aborted"), "25P02"),
        ValueError("wrong"),
    ],
)
def test_other_errors_are_failures(error):
    assert not is_unavailable(error)


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("no such table: classifier_prediction"),
        caused(ProgrammingError("relation does not exist"), "42P01"),
    ],
)
def test_missing_tables_are_described_with_advice(error):
    assert describe(error).endswith("Run `manage.py migrate`.")
