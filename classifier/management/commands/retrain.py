"""`manage.py retrain`: export, train, gate and promote in one run, for cron."""

import fcntl
import io
import logging
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import Error as DatabaseFailure

from classifier.management.commands.promote import Refused
from classifier.ml.artifacts import BadVersion, Card, read_active
from classifier.services import promotion
from classifier.words.reviewed import BadTable

REFUSED, NOTHING_NEW, RUNNING, FAILED = 1, 2, 3, 4  # exit codes; 0: promoted
LOCK_FILE = "retrain.lock"
FAILURES = (
    promotion.MissingVersion,
    BadVersion,
    BadTable,
    DatabaseFailure,
    OSError,
    ValueError,
    RuntimeError,
    MemoryError,
)

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Teach a model what reviewers have decided, if the gate lets it pass."""

    help = (
        "Export the reviewed words, train a version on them, and promote it if the gate lets it pass. Exit codes: 0 "
        "promoted, 1 refused by the gate, 2 nothing new to learn, 3 another run is at work, 4 failed."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("name", nargs="?", metavar="NAME", help="default: the best model")

    def handle(self, *_args: Any, name: str | None, **_options: Any) -> None:
        """Run all steps; raise CommandError with the exit code unless promoted."""
        with _lock():
            try:
                _retrain(name or next(iter(read_active(settings.MODEL_DIRS[0])), "Ngram"))
            except Refused as error:
                logger.warning("%s", error)
                raise CommandError(str(error), returncode=REFUSED) from error
            except CommandError as error:
                if error.returncode == NOTHING_NEW:
                    raise
                logger.error("%s", error)
                raise CommandError(str(error), returncode=FAILED) from error
            except FAILURES as error:
                logger.exception("Retraining failed.")
                raise CommandError(f"{type(error).__name__}: {error}", returncode=FAILED) from error


@contextmanager
def _lock() -> Iterator[None]:
    """Exclude other runs; the lock ends with the process, however that ends."""
    path: Path = settings.MODEL_DIRS[-1] / LOCK_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CommandError("Another run of retrain is at work.", returncode=RUNNING) from error
        yield


def _retrain(name: str) -> None:
    active = promotion.active_version(name)
    card = Card.read(promotion.folder_of(name, active))
    outcomes = {row.outcome for row in promotion.reviewed_rows() if row.trains}
    logger.info("%s %s is active; %d reviewed words train.", name, active, len(outcomes))
    for version in filter(None, (active, promotion.rolled_back(name))):
        if outcomes == promotion.learnt(name, version):
            logger.info("Nothing new to learn: %s %s was trained on the same words.", name, version)
            raise CommandError(f"{name} {version} was trained on the same reviewed words.", returncode=NOTHING_NEW)
    version = _train(name, card)
    logger.info("%s %s is trained.", name, version)
    comparison = io.StringIO()
    try:
        call_command("promote", name, version, stdout=comparison)
    finally:
        logger.info("Compared with %s:\n%s", active, comparison.getvalue().rstrip())
    logger.info("%s %s is active in place of %s.", name, version, active)


def _train(name: str, card: Card) -> str:
    """Train on an export of this moment; return the version."""
    with tempfile.TemporaryDirectory() as folder:
        export, version = Path(folder) / "reviewed.tsv", io.StringIO()
        call_command("export_feedback", str(export), stderr=io.StringIO())
        call_command("train", name, feedback=export, languages=card.languages, stdout=version, stderr=io.StringIO())
    return version.getvalue().split()[-1]
