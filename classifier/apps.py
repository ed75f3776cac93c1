"""Django application: checks and signals."""

from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _

REVIEWERS_MAY = ["add_decision", "view_decision", "view_feedback", "view_prediction", "view_reviewedword"]


def restrict_database_file(using: str, **_options: Any) -> None:
    """Let only its owner read SQLite's file, before migrations write rows.

    SQLite gives its log the same mode.
    """
    connection = connections[using]
    path = Path(str(connection.settings_dict["NAME"]))
    if connection.vendor == "sqlite" and path.is_file():
        path.chmod(0o600)


def use_write_ahead_log(using: str, **_options: Any) -> None:
    """Switch SQLite to its write-ahead log after migrations.

    The database file keeps the mode; switching on each connection would race.
    """
    if connections[using].vendor == "sqlite":
        with connections[using].cursor() as cursor:
            cursor.execute("PRAGMA journal_mode=WAL")


def add_reviewers(using: str, **_options: Any) -> None:
    """Create the group whose members decide about words, unless it is there."""
    from django.contrib.auth.models import Group, Permission

    group, created = Group.objects.using(using).get_or_create(name="Reviewers")
    if created:
        permissions = Permission.objects.using(using).filter(content_type__app_label="classifier")
        group.permissions.set(permissions.filter(codename__in=REVIEWERS_MAY))


class ClassifierConfig(AppConfig):
    """Application that identifies languages."""

    name = "classifier"
    verbose_name = _("Answers and reviews")

    def ready(self) -> None:
        from classifier import checks  # noqa: F401 - registers itself
        from classifier.access import owners  # noqa: F401 - connects its signal

        pre_migrate.connect(restrict_database_file, sender=self)
        post_migrate.connect(use_write_ahead_log, sender=self)
        post_migrate.connect(add_reviewers, sender=self)
