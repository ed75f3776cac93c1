"""Makes an API key and prints it, this once."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from classifier.api.models import SCOPES, ApiKey


class Command(BaseCommand):
    """Makes a key; only the key itself goes to standard output."""

    help = "Makes an API key and prints it. It is stored nowhere: keep it now, or make another."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("name", help="which program uses it")
        parser.add_argument("--scopes", help=f"what it may do, as in single,batch; default: {','.join(SCOPES)}")
        parser.add_argument(
            *("--limit", "-l"),
            action="append",
            default=[],
            metavar="SCOPE=NUMBER",
            help="calls (batch: words) a minute",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Store the key's digest; raise CommandError when an option is no good."""
        key = ApiKey(name=options["name"])
        if options["scopes"] is not None:
            key.scopes = options["scopes"].split(",")
        secret = key.set_secret()
        try:
            key.limits = {scope: int(number) for scope, number in (each.split("=") for each in options["limit"])}
            key.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except ValueError as error:
            raise CommandError("A limit is written as single=100.") from error
        key.save()
        self.stdout.write(secret)
