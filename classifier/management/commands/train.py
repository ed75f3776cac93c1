"""`manage.py train`: trains networks on wordfreq's word lists."""

import time
from argparse import ArgumentParser
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from classifier.languages import find_code
from classifier.ml.artifacts import (
    LITERT_FILE,
    TWIN_FILE,
    BadVersion,
    Card,
    VersionConflict,
    read_active,
    verify,
    version_folders,
    write_active,
)
from classifier.ml.encoding import Encoder

if TYPE_CHECKING:
    from classifier.training.batches import Predict
    from classifier.training.lexicon import Lexicon
    from classifier.training.networks import Architecture

LANGUAGES = ("en", "fr", "es")
SECONDS_TO_SWITCH = 5  # until all servers have loaded a new active version


class Command(BaseCommand):
    """Train models, in the order of the table of architectures."""

    help = "Train models on wordfreq's word lists and write each as a new version with a card."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("names", nargs="*", metavar="NAME", help="models to train (default: all)")
        parser.add_argument("--languages", nargs="+", default=LANGUAGES, metavar="CODE", help="default: en fr es")
        parser.add_argument("--passes", type=int, help="passes over the words (default: the architecture's)")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--words", type=int, metavar="N", help="only the N most frequent words of each list")
        parser.add_argument("--resume", action="store_true", help="skip models trained today on the same words")
        parser.add_argument(
            "--ship", action="store_true", help="replace the shipped version and make the new one active"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Build the lexicon, then train and write each model."""
        from classifier.training import lexicon
        from classifier.training.networks import ARCHITECTURES

        names = options["names"] or ARCHITECTURES
        architectures = [self._architecture(name, ARCHITECTURES) for name in names]
        directory = settings.MODEL_DIRS[0 if options["ship"] else -1]
        languages = self._languages(options["languages"], lexicon.wordlists())
        words = lexicon.build(languages, Encoder(), report=self._report, most_words=options["words"])
        for architecture in architectures:
            if options["resume"] and self._trained_today(directory, architecture.name, words.digest):
                continue
            folder = self._train(architecture, words, directory, options)
            if options["ship"]:
                self._ship(architecture.name, folder)

    def _trained_today(self, directory: Path, name: str, digest: str) -> bool:
        folder = next(reversed(version_folders([directory], name).values()), None)
        if folder is None or not folder.name.startswith(f"{datetime.now(UTC):%Y%m%d}"):
            return False
        try:
            if Card.read(folder).data.get("digest") != digest:
                return False
        except BadVersion:
            return False
        self._report(f"{folder}: trained today on these words, left out")
        return True

    def _languages(self, codes: Sequence[str], known: Collection[str]) -> list[str]:
        languages = [find_code(code, known) for code in codes]
        if None in languages:
            raise CommandError(f"The languages with a word list are: {', '.join(sorted(known))}.")
        return list(dict.fromkeys(language for language in languages if language))

    def _architecture(self, name: str, table: dict[str, "Architecture"]) -> "Architecture":
        for architecture in table.values():
            if architecture.name.casefold() == name.casefold():
                return architecture
        raise CommandError(f"There is no network {name}. Choose from: {', '.join(table)}.")

    def _train(self, architecture: "Architecture", words: "Lexicon", directory: Path, options: dict[str, Any]) -> Path:
        from classifier.training import evaluation, export, training

        teachers = training.Teachers(
            *(self._teacher(architecture, words.languages, file) for file in (LITERT_FILE, TWIN_FILE))
        )
        self._report(f"training {architecture.name}: first its twin, to measure, then on all words")
        trained = training.train(architecture, words, seed=options["seed"], teachers=teachers, passes=options["passes"])
        try:
            folder = export.write_version(trained, architecture, words, directory)
        except VersionConflict as error:
            raise CommandError(str(error)) from error
        scores = evaluation.score_version(folder, {"held-out": evaluation.held_out_test_set(words)})
        self._report(f"{folder}: accuracy on held-out words {scores['held-out']['accuracy']:.4f}")
        return folder

    def _teacher(self, architecture: "Architecture", languages: tuple[str, ...], file: str) -> "Predict | None":
        if architecture.teacher is None:
            return None
        from classifier.training import export

        folders = version_folders(settings.MODEL_DIRS, architecture.teacher)
        folder = folders.get(read_active(settings.MODEL_DIRS[0]).get(architecture.teacher, ""))
        folder = folder or next(reversed(folders.values()), None)
        if folder is None:
            raise CommandError(f"{architecture.name} learns from {architecture.teacher}: train that first.")
        try:
            card = verify(folder, [file])
        except BadVersion as error:
            raise CommandError(str(error)) from error
        if card.languages != languages:
            raise CommandError(f"{folder} knows {', '.join(card.languages)}: train {architecture.teacher} first.")
        return export.load_teacher(folder, file)

    def _ship(self, name: str, folder: Path) -> None:
        from classifier.training.export import remove_version

        directory = folder.parent.parent
        others = [other for other in version_folders([directory], name).values() if other != folder]
        write_active(directory, name, folder.name)
        time.sleep(SECONDS_TO_SWITCH if others else 0)
        for other in others:
            remove_version(other)

    def _report(self, line: str) -> None:
        self.stderr.write(line)
