"""`manage.py create_api_key`: creates an API key and prints it once."""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from classifier.api.models import SCOPES, ApiKey


class Command(BaseCommand):
    """Create a key; only the key goes to standard output."""

    help = "Create an API key and print it. Only its digest is stored: copy the key now, it cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("name", help="name of the program that uses the key")
        parser.add_argument("--scopes", help=f"permissions, as in single,batch (default: {','.join(SCOPES)})")
        parser.add_argument(
            *("--limit", "-l"),
            action="append",
            default=[],
            metavar="SCOPE=NUMBER",
            help="a minute: words for single and batch, else calls (default: the server's limits)",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Store the key's digest and print the key.

        Raises CommandError for an invalid option.
        """
        key = ApiKey(name=options["name"])
        if options["scopes"] is not None:
            key.scopes = options["scopes"].split(",")
        secret = key.set_secret()
        try:
            limits = (limit.split("=") for limit in options["limit"])
            key.limits = {scope: int(number) for scope, number in limits}
            key.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except ValueError as error:
            raise CommandError("A limit is written as single=100.") from error
        key.save()
        self.stdout.write(secret)
