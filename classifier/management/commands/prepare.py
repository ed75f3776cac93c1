"""`manage.py prepare`: migrates, collects static files and checks, before a server starts."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Prepare the start of a server, in one process: Django takes a second to load."""

    help = "Migrate the database, collect static files, and print what `check --deploy` finds."
    requires_system_checks = ()  # each step has its own

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Run all steps; raise the error of the first that fails."""
        call_command("migrate", interactive=False, verbosity=0, skip_checks=False)
        call_command("collectstatic", interactive=False, verbosity=0, skip_checks=False)
        call_command("check", deploy=True)
