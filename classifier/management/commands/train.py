"""`manage.py train`: trains networks on word lists and reviewed words."""

import time
from argparse import ArgumentParser
from collections.abc import Callable, Collection, Mapping, Sequence
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
from classifier.services import promotion
from classifier.words.reviewed import BadTable

if TYPE_CHECKING:
    from classifier.training.batches import Predict
    from classifier.training.lexicon import Lexicon
    from classifier.training.networks import Architecture
    from classifier.training.reviewed import Reviewed
    from classifier.training.training import Trained

LANGUAGES = ("en", "fr", "es")
SECONDS_TO_SWITCH = 5  # until all servers have loaded a new active version


class Command(BaseCommand):
    """Train models, in the order of the table of architectures."""

    help = (
        "Train models on wordfreq's word lists, or your own, and write each as a new version with a card. It serves "
        "after `promote`."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("names", nargs="*", metavar="NAME", help="models to train (default: all)")
        parser.add_argument("--languages", nargs="+", default=LANGUAGES, metavar="CODE", help="default: en fr es")
        parser.add_argument("--passes", type=int, help="passes over the words (default: the architecture's)")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--most-words", type=int, metavar="N", help="only the N most frequent words of each list")
        parser.add_argument(
            "--words",
            type=Path,
            metavar="FILE",
            help="your own words in place of wordfreq's, and their languages: lines word<TAB>language[<TAB>weight]",
        )
        parser.add_argument(
            "--feedback", type=Path, metavar="FILE", help="learn reviewed words, too: a file of export_feedback"
        )
        parser.add_argument(
            "--scratch", action="store_true", help="train Ngram from scratch on reviewed words, do not fine-tune it"
        )
        parser.add_argument("--resume", action="store_true", help="skip models trained today on the same words")
        parser.add_argument(
            "--ship", action="store_true", help="replace the shipped version and make the new one active"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Build the lexicon, then train and write each model."""
        from classifier.training.networks import ARCHITECTURES

        names = options["names"] or ARCHITECTURES
        architectures = [self._architecture(name, ARCHITECTURES) for name in names]
        directory = settings.MODEL_DIRS[0 if options["ship"] else -1]
        words = self._lexicon(options)
        reviewed = self._reviewed(options["feedback"], words) if options["feedback"] else None
        for architecture in architectures:
            folder = self._train(architecture, words, reviewed, directory, options)
            if folder is None:
                continue
            self.stdout.write(f"{architecture.name} {folder.name}")
            if options["ship"]:
                self._ship(architecture.name, folder)

    def _lexicon(self, options: Mapping[str, Any]) -> "Lexicon":
        from classifier.training import lexicon, word_lists

        limits = {"report": self._report, "most_words": options["most_words"]}
        if options["words"]:
            try:
                return word_lists.build_own(_read(options["words"]).decode("utf-8-sig"), **limits)
            except (BadTable, UnicodeDecodeError) as error:
                raise CommandError(f"{options['words']}: {error}") from error
        languages = self._languages(options["languages"], lexicon.wordlists())
        return lexicon.build(languages, Encoder(), **limits)

    def _reviewed(self, path: Path, words: "Lexicon") -> "Reviewed":
        from classifier.training.reviewed import read_reviewed

        try:
            reviewed = read_reviewed(_read(path), words.languages, words.encoder)
        except (BadTable, UnicodeDecodeError) as error:
            raise CommandError(f"{path}: {error}") from error
        self._report(f"{path}: {len(reviewed.examples)} of {reviewed.exported} reviewed words train")
        return reviewed

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

    def _train(
        self,
        architecture: "Architecture",
        words: "Lexicon",
        reviewed: "Reviewed | None",
        directory: Path,
        options: Mapping[str, Any],
    ) -> Path | None:
        """Train and write one version; return its folder, or None if `resume` leaves it out."""
        from classifier.training import evaluation, export
        from classifier.training.reviewed import with_reviewed

        all_words = with_reviewed(words, reviewed) if reviewed else words
        if options["resume"] and self._trained_today(directory, architecture.name, all_words.digest):
            return None
        if reviewed and architecture.linear and not options["scratch"]:
            trained = self._fine_tuned(architecture, words, reviewed)
        else:
            trained = self._trained(architecture, all_words, options)
        try:
            folder = export.write_version(trained, architecture, all_words, directory)
        except VersionConflict as error:
            raise CommandError(str(error)) from error
        scores = evaluation.score_version(folder, {"held-out": evaluation.held_out_test_set(all_words)})
        self._report(f"{folder}: accuracy on held-out words {scores['held-out']['accuracy']:.4f}")
        return folder

    def _trained(self, architecture: "Architecture", words: "Lexicon", options: Mapping[str, Any]) -> "Trained":
        from classifier.training import training

        active = promotion.active_version if words.reviewed else self._shipped_version
        teachers = training.Teachers(
            *(self._teacher(architecture, words.languages, file, active) for file in (LITERT_FILE, TWIN_FILE))
        )
        self._report(f"training {architecture.name}: first its twin, to measure, then on all words")
        return training.train(architecture, words, seed=options["seed"], teachers=teachers, passes=options["passes"])

    def _fine_tuned(self, architecture: "Architecture", words: "Lexicon", reviewed: "Reviewed") -> "Trained":
        from classifier.training.fine_tuning import fine_tune

        try:
            base = promotion.base_folder(architecture.name)
            self._report(f"fine-tuning {architecture.name} {base.name}")
            return fine_tune(architecture, words, reviewed, base)
        except (promotion.MissingVersion, BadVersion) as error:
            raise CommandError(f"{error}. `--scratch` trains without it.") from error

    def _shipped_version(self, name: str) -> str:
        return read_active(settings.MODEL_DIRS[0]).get(name, "")

    def _teacher(
        self,
        architecture: "Architecture",
        languages: tuple[str, ...],
        file: str,
        active: Callable[[str], str],
    ) -> "Predict | None":
        if architecture.teacher is None:
            return None
        from classifier.training import export

        folders = version_folders(settings.MODEL_DIRS, architecture.teacher)
        folder = folders.get(active(architecture.teacher))
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


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path}: cannot be read ({error.strerror})") from error
