"""`manage.py rollback`: makes the version before the active one active again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from classifier.ml.artifacts import BadVersion, verify
from classifier.services import promotion


class Command(BaseCommand):
    """Return to the version that was active before."""

    help = "Make the version before the active one active again: all servers switch within 5 seconds."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--reason", default="", metavar="TEXT", help="kept with the activation")

    def handle(self, *_args: Any, name: str, reason: str, **_options: Any) -> None:
        """Activate the version before; raise CommandError without sound files of one."""
        try:
            verify(promotion.folder_of(name, promotion.version_before(name)))
            activation = promotion.roll_back(name, reason=reason.strip())
        except (promotion.NothingToRollBack, promotion.MissingVersion, BadVersion) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{name} {activation.version} is active again in place of {activation.previous}; "
            "servers switch within 5 seconds."
        )
