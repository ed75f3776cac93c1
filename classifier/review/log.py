"""Entries of the admin's log: decisions as they became, and activations."""

from collections.abc import Iterable

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType

from classifier.models import Activation, Decision

# In Django's form, which it translates.
_MADE = ADDITION, '[{"added": {}}]'
_UNDONE = CHANGE, '[{"changed": {"fields": ["undone"]}}]'


def log_decisions(user: User, decisions: Iterable[Decision]) -> None:
    """Log that decisions were made or undone, without their words.

    A word must not outlive the history of its senders.
    """
    LogEntry.objects.bulk_create(
        _entry(user, decision, decision.outcome_name, *(_UNDONE if decision.undone_at else _MADE))
        for decision in decisions
    )


def log_activation(user: User, activation: Activation) -> None:
    """Log that a version was made active."""
    _entry(user, activation, str(activation), *_MADE).save()


def _entry(user: User, row: Decision | Activation, name: str, flag: int, message: str) -> LogEntry:
    return LogEntry(
        user_id=user.pk,
        content_type_id=ContentType.objects.get_for_model(row).pk,
        object_id=str(row.pk),
        object_repr=name[:200],
        action_flag=flag,
        change_message=message,
    )
