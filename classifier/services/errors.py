"""Errors that pages and API answer with 503, and commands with one line."""

from django.db import DatabaseError, InterfaceError, OperationalError

from classifier.services.registry import ModelUnavailable

RETRY_AFTER_SECONDS = 5
# SQLSTATEs that are no fault of the program, though their classes (ProgrammingError, InternalError) say so.
_NOT_MIGRATED, _READ_ONLY = {"42P01", "42703"}, {"25006"}
_CORRUPT = "XX"  # the class of a corrupt table or index


def is_unavailable(error: Exception) -> bool:
    """Return whether the error says that database or models cannot be used at the moment."""
    if isinstance(error, ModelUnavailable | OperationalError | InterfaceError):
        return True
    # SQLite has no class for a corrupt file but the one that all others derive from.
    sqlstate = _sqlstate(error)
    return type(error) is DatabaseError or sqlstate in _NOT_MIGRATED | _READ_ONLY or sqlstate.startswith(_CORRUPT)


def describe(error: Exception) -> str:
    """Return class, message and advice, for the log."""
    not_migrated = "no such table" in str(error) or _sqlstate(error) in _NOT_MIGRATED
    advice = " Run `manage.py migrate`." if not_migrated else ""
    message = str(error).strip().partition("\n")[0]  # PostgreSQL's next lines quote statement and row
    return f"{type(error).__name__}: {message}{advice}"


def _sqlstate(error: Exception) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""
