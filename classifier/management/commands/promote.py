"""`manage.py promote`: makes a version active that passes the gate."""

from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError

from classifier.ml.artifacts import BadVersion, Card
from classifier.services import promotion
from classifier.words.reviewed import BadTable

if TYPE_CHECKING:
    from classifier.training.everyday import Frequencies


class Refused(CommandError):
    """The gate refuses a version."""


class Command(BaseCommand):
    """Verify a version, compare it with the active one, and activate it."""

    help = (
        "Compare a version with the active one and, unless it is worse, make it active: all servers switch within "
        "5 seconds. The exit code is 1 when the gate refuses."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("version", metavar="VERSION")
        parser.add_argument("--override", default="", metavar="REASON", help="activate it though the gate refuses")
        parser.add_argument(
            "--words", type=Path, metavar="FILE", help="measure on the word list that it was trained on"
        )

    def handle(self, *_args: Any, name: str, version: str, override: str, words: Path | None, **_options: Any) -> None:
        """Activate the version; raise CommandError with the reasons against it."""
        try:
            active, folder = self._folders(name, version)
            promotion.verify_files(name, version)
            refusals = self._compare(active, folder, words)
        except (promotion.MissingVersion, BadVersion, BadTable) as error:
            raise CommandError(str(error)) from error
        if refusals and not override.strip():
            raise Refused("\n".join([f"The gate refuses {name} {version}:", *refusals]))
        promotion.activate(name, version, reason=override.strip(), overridden=bool(refusals))
        self.stdout.write(f"{name} {version} is active; servers switch within 5 seconds.")

    def _folders(self, name: str, version: str) -> tuple[Path, Path]:
        active = promotion.active_version(name)
        if not active:
            raise CommandError(f"There is no model {name} to compare with: list it in active.json.")
        if active == version:
            raise CommandError(f"{name} {version} is active already.")
        return promotion.folder_of(name, active), promotion.folder_of(name, version)

    def _compare(self, active: Path, folder: Path, words: Path | None) -> list[str]:
        """Write and print the comparison; return the reasons against the version."""
        from classifier.training import gate

        measuring = promotion.reviewed_rows()
        if words:
            own = _read_list(words)
        else:
            own = gate.read_words(Card.read(folder), gate.compared_languages(folder, measuring))
        comparison = gate.compare(active, folder, own, measuring)
        comparison.write(folder)
        self.stdout.write("\n".join(comparison.table()))
        return comparison.refusals


def _read_list(path: Path) -> "Frequencies":
    """Return frequencies by language of a user's word list."""
    from classifier.training import word_lists

    try:
        return word_lists.read_word_list(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path}: {error}") from error
