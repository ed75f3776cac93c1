"""`manage.py train`: trains networks on word lists and reviewed words."""

import shutil
import time
from argparse import ArgumentParser
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
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
    version_folders,
    write_active,
)
from classifier.ml.encoding import Encoder
from classifier.services import promotion
from classifier.words.reviewed import BadTable

if TYPE_CHECKING:
    from classifier.training.batches import Predict
    from classifier.training.everyday import Frequencies
    from classifier.training.lexicon import Lexicon
    from classifier.training.networks import Architecture
    from classifier.training.reviewed import Reviewed
    from classifier.training.sparse_lexicon import SparseLexicon
    from classifier.training.test_sets import LabelledTexts
    from classifier.training.training import Trained

LANGUAGES = ("en", "fr", "es")  # of the article's networks; Ngram learns all
UNFINISHED = ".unfinished"  # folder of the states of an interrupted training
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
        parser.add_argument(
            "--languages", nargs="+", metavar="CODE", help="default: all that have words for Ngram, else en fr es"
        )
        parser.add_argument("--passes", type=float, help="passes over the words (default: the architecture's)")
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
            "--resume",
            action="store_true",
            help="skip models trained today on the same words, and go on with an interrupted training of Ngram",
        )
        parser.add_argument(
            "--ship", action="store_true", help="replace the shipped version and make the new one active"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Build the lexicon, then train and write each model."""
        from classifier.training.networks import ARCHITECTURES

        names = options["names"] or ARCHITECTURES
        architectures = [self._architecture(name, ARCHITECTURES) for name in names]
        directory = settings.MODEL_DIRS[0 if options["ship"] else -1]
        for architecture in architectures:
            train = self._train_ngrams if architecture.build is None else self._train
            try:
                folder = train(architecture, directory, options)
            except VersionConflict as error:
                raise CommandError(str(error)) from error
            if folder is None:
                continue
            self.stdout.write(f"{architecture.name} {folder.name}")
            if options["ship"]:
                self._ship(architecture.name, folder)

    def _train_ngrams(self, architecture: "Architecture", directory: Path, options: Mapping[str, Any]) -> Path | None:
        """Train and write a version of Ngram; return its folder, or None if `resume` leaves it out."""
        from classifier.training import ngram_export, ngram_training

        if options["feedback"]:
            return self._fine_tune(architecture, directory, options)
        lexicon = self._sparse_lexicon(options)
        if options["resume"] and self._trained_today(directory, architecture.name, lexicon.digest):
            return None
        saved = directory / UNFINISHED
        if not options["resume"]:
            shutil.rmtree(saved, ignore_errors=True)
        self._report(f"training {architecture.name}: first its twin, to measure, then on all words")
        passes = options["passes"] or architecture.passes
        trained = ngram_training.train_both(lexicon, passes=passes, seed=options["seed"], saved=saved)
        folder = ngram_export.write_version(ngram_export.Trained(*trained), lexicon, directory)
        shutil.rmtree(saved, ignore_errors=True)
        self._score(folder, lambda: ngram_export.held_out_test_set(lexicon))
        return folder

    def _fine_tune(self, architecture: "Architecture", directory: Path, options: Mapping[str, Any]) -> Path:
        """Teach reviewed words to a version of Ngram; return the folder of the new one."""
        from classifier.training import fine_tuning, gate, ngram_export
        from classifier.training.remembered import TooManyWords

        try:
            base = promotion.base_folder(architecture.name)
            card = Card.read(base)
            reviewed = self._reviewed(options["feedback"], card.languages, card.encoder)
            self._report(f"fine-tuning {architecture.name} {base.name}")
            trained = fine_tuning.fine_tune(base, reviewed)
        except (promotion.MissingVersion, BadVersion) as error:
            raise CommandError(f"{error}. Train {architecture.name} without --feedback first.") from error
        except TooManyWords as error:
            raise CommandError(f"{options['feedback']}: {error}.") from error
        as_reviewed = trained.training["answered_as_reviewed"]
        self._report(f"{as_reviewed} of {len(reviewed.examples)} words are answered as reviewed")
        folder = ngram_export.write_fine_tuned(trained, base, reviewed, directory)
        self._score(folder, lambda: gate.held_out_words(self._lists(card, options)))
        return folder

    def _lists(self, card: Card, options: Mapping[str, Any]) -> "Frequencies":
        """Return the frequencies of words by language: of a file, else of public lists."""
        from classifier.training import gate, word_lists

        if not options["words"]:
            return gate.read_words(card, card.languages)
        with self._bad_words(options["words"]):
            return word_lists.read_word_list(_read(options["words"]).decode("utf-8-sig"))

    def _score(self, folder: Path, held_out: "Callable[[], LabelledTexts]") -> None:
        """Measure a version on held-out words: those of wordfreq for its default languages, if it has any."""
        from classifier.training import evaluation

        defaults = Card.read(folder).default_languages
        test = evaluation.read_held_out(defaults, Encoder()) if defaults else held_out()
        scores = evaluation.score_version(folder, {"held-out": test})
        self._report(f"{folder}: accuracy on held-out words {scores['held-out']['accuracy']:.4f}")

    def _sparse_lexicon(self, options: Mapping[str, Any]) -> "SparseLexicon":
        from classifier.training import sparse_lexicon, word_lists
        from classifier.training.languages import all_languages

        limits = {"report": self._report, "most_words": options["most_words"]}
        if options["words"]:
            with self._bad_words(options["words"]):
                return word_lists.build_sparse(_read(options["words"]).decode("utf-8-sig"), **limits)
        if options["languages"]:
            return sparse_lexicon.build_some(self._languages(options["languages"], all_languages()), **limits)
        return sparse_lexicon.build_all(**limits)

    @contextmanager
    def _bad_words(self, path: Path) -> Iterator[None]:
        try:
            yield
        except (BadTable, UnicodeDecodeError) as error:
            raise CommandError(f"{path}: {error}") from error

    def _lexicon(self, options: Mapping[str, Any]) -> "Lexicon":
        from classifier.training import lexicon, word_lists

        limits = {"report": self._report, "most_words": options["most_words"]}
        if options["words"]:
            with self._bad_words(options["words"]):
                return word_lists.build_own(_read(options["words"]).decode("utf-8-sig"), **limits)
        languages = self._languages(options["languages"] or LANGUAGES, lexicon.wordlists())
        return lexicon.build(languages, Encoder(), **limits)

    def _reviewed(self, path: Path, languages: Sequence[str], encoder: Encoder) -> "Reviewed":
        from classifier.training.reviewed import read_reviewed

        with self._bad_words(path):
            reviewed = read_reviewed(_read(path), languages, encoder)
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

    def _train(self, architecture: "Architecture", directory: Path, options: Mapping[str, Any]) -> Path | None:
        """Train and write a version of a Keras network; return its folder, or None if `resume` leaves it out."""
        from classifier.training import evaluation, export
        from classifier.training.reviewed import with_reviewed

        words = self._lexicon(options)
        if options["feedback"]:
            words = with_reviewed(words, self._reviewed(options["feedback"], words.languages, words.encoder))
        if options["resume"] and self._trained_today(directory, architecture.name, words.digest):
            return None
        folder = export.write_version(self._trained(architecture, words, options), architecture, words, directory)
        self._score(folder, lambda: evaluation.held_out_test_set(words))
        return folder

    def _trained(self, architecture: "Architecture", words: "Lexicon", options: Mapping[str, Any]) -> "Trained":
        from classifier.training import training

        active = promotion.active_version if words.reviewed else self._shipped_version
        teachers = training.Teachers(
            *(self._teacher(architecture, words, file, active) for file in (LITERT_FILE, TWIN_FILE))
        )
        self._report(f"training {architecture.name}: first its twin, to measure, then on all words")
        passes = options["passes"] and max(1, round(options["passes"]))
        return training.train(architecture, words, seed=options["seed"], teachers=teachers, passes=passes)

    def _shipped_version(self, name: str) -> str:
        return read_active(settings.MODEL_DIRS[0]).get(name, "")

    def _teacher(
        self, architecture: "Architecture", words: "Lexicon", file: str, active: Callable[[str], str]
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
            return export.load_teacher(folder, file, words.languages, words.encoder)
        except BadVersion as error:
            raise CommandError(f"{error}: train {architecture.teacher} first.") from error

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
