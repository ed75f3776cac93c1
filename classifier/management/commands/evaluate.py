"""`manage.py evaluate`: measures models on labelled texts."""

import os
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from classifier.languages import language_name
from classifier.ml.artifacts import CARD_FILE, BadVersion, Card
from classifier.ml.encoding import Encoder
from classifier.ml.identifier import Identifier
from classifier.scores import HELD_OUT, KINDS, has_accuracy
from classifier.services import loading, registry
from classifier.training import evaluation, everyday, figures, score_tables, test_sets
from classifier.training.score_tables import ScoresByModel
from classifier.training.test_sets import BadTestSet, LabelledTexts

TESTDATA = "LINGUA_TESTDATA"  # the environment variable with a folder in lingua's layout
FOREIGN_LANGUAGES = ("de", "pl")  # no default candidates; the article's networks never saw Polish
RANDOM = "random strings"
EVERYDAY = "everyday"  # common words, elisions and compounds
NEEDS_WORDFREQ = "The {} words need wordfreq: install requirements.txt, or use --data."


class Command(BaseCommand):
    """Print a table of scores for each test set."""

    help = (
        "Measure the models on labelled texts and print their scores. Without --data these are held-out and "
        f"everyday words, which need wordfreq, and the folder in the environment variable {TESTDATA}, if it is set."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument(
            "names", nargs="*", metavar="NAME", help="models, or NAME/VERSION (default: all serving models)"
        )
        parser.add_argument(
            "--data",
            nargs="+",
            metavar="PATH",
            help=f"texts: {HELD_OUT}, {EVERYDAY}, a folder in lingua's layout or a file of lines text<TAB>language",
        )
        parser.add_argument("--kind", nargs="+", choices=KINDS, help="kinds of text of a folder (default: all)")
        parser.add_argument("--saved", action="store_true", help="use the scores in the cards, measure nothing")
        parser.add_argument("--save", action="store_true", help="write the scores into the cards")
        parser.add_argument(
            "--pictures", action="store_true", help="draw charts of each model beside its card, and comparisons"
        )
        parser.add_argument(
            "--images", type=Path, default=settings.BASE_DIR / "docs/images", help="folder for the comparisons"
        )
        parser.add_argument(
            "--tables", type=Path, nargs="+", default=(), metavar="PAGE", help="Markdown pages to write tables into"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Measure or read scores; print, save and draw them."""
        if options["saved"] and (options["data"] or options["kind"] or options["save"]):
            raise CommandError("--saved measures nothing: leave out --data, --kind and --save.")
        serving = registry.current()
        identifiers = {name: self._identifier(serving, name) for name in options["names"] or serving.names}
        if not identifiers:
            raise CommandError("There are no models to measure: train some first.")
        cards = {name: identifier.card for name, identifier in identifiers.items()}
        scores: dict[str, ScoresByModel] = {}
        for key, by_model in saved_scores(cards) if options["saved"] else self._measure(identifiers, options):
            scores[key] = by_model
            self.stdout.write("\n".join(score_tables.text_table(key, by_model)) + "\n")
        if options["save"]:
            self._save(cards, scores)
        if options["pictures"]:
            self._draw(cards, scores, options["images"])
        for page in options["tables"]:
            score_tables.fill_page(page, cards, scores)
            self.stderr.write(f"{page}: tables written")

    def _identifier(self, serving: registry.Serving, name: str) -> Identifier:
        model, _, version = name.partition("/")
        try:
            if not version:
                return serving.get(model)
            return Identifier(_folder(serving.resolve(model), version))
        except (registry.UnknownModel, registry.ModelUnavailable, BadVersion) as error:
            raise CommandError(str(error)) from error

    def _measure(
        self, identifiers: Mapping[str, Identifier], options: Mapping[str, Any]
    ) -> Iterator[tuple[str, ScoresByModel]]:
        languages = next(iter(identifiers.values())).card.candidates()
        try:
            for test, foreign in read_test_sets(options["data"] or default_data(), languages, options["kind"]):
                measured = {name: _identifier_for(test.name, one) for name, one in identifiers.items()}
                yield test.name, {name: evaluation.evaluate(one, test, foreign) for name, one in measured.items()}
        except (BadTestSet, BadVersion) as error:
            raise CommandError(str(error)) from error

    def _save(self, cards: Mapping[str, Card], scores: Mapping[str, ScoresByModel]) -> None:
        for name, card in cards.items():
            folder = _folder(card.name, card.version)
            evaluation.save_scores(folder, {test: by_model[name] for test, by_model in scores.items()})
            self.stderr.write(f"{folder / CARD_FILE}: scores written")

    def _draw(self, cards: Mapping[str, Card], scores: Mapping[str, ScoresByModel], images: Path) -> None:
        folders = {name: _folder(card.name, card.version) for name, card in cards.items()}
        for path in figures.draw(cards, scores, folders, images):
            self.stderr.write(f"{path}: drawn")


def _identifier_for(test_set: str, identifier: Identifier) -> Identifier:
    folders = loading.folders(identifier.card.name, identifier.card.version)
    return evaluation.identifier_for(test_set, identifier, folders)


def _folder(name: str, version: str) -> Path:
    for folder in loading.folders(name, version):
        if (folder / CARD_FILE).is_file():
            return folder
    raise CommandError(f"There is no version {version} of {name} on disk.")


def saved_scores(cards: Mapping[str, Card]) -> Iterator[tuple[str, ScoresByModel]]:
    """Yield the scores in the cards by test set.

    Test sets without scores of all models are left out. Raises CommandError when none remains.
    """
    first = next(iter(cards.values()))
    keys = [key for key in first.scores if all(has_accuracy(card.scores.get(key, {})) for card in cards.values())]
    if not keys:
        raise CommandError("The cards of these models hold no scores on the same texts: leave out --saved.")
    for key in keys:
        yield key, {name: card.scores[key] for name, card in cards.items()}


def default_data() -> list[str]:
    """Return the data to measure on without --data."""
    testdata = os.environ.get(TESTDATA)
    return [HELD_OUT, EVERYDAY, *([testdata] if testdata else [])]


def read_test_sets(
    data: Sequence[str], languages: Sequence[str], kinds: Sequence[str] | None
) -> Iterator[tuple[LabelledTexts, dict[str, list[str]]]]:
    """Yield test sets in these languages, each with foreign texts by name.

    Foreign texts are in none of them. Raises BadTestSet.
    """
    strings = {RANDOM: test_sets.random_strings()}
    for source in data:
        path = Path(source)
        if path.is_dir():
            for kind in kinds or test_sets.list_kinds(path):
                others = [code for code in FOREIGN_LANGUAGES if (path / kind / f"{code}.txt").is_file()]
                foreign = {language_name(code): test_sets.read_test_set(path, [code], kind).texts for code in others}
                yield test_sets.read_test_set(path, languages, kind), {**foreign, **strings}
        elif source == HELD_OUT:
            words = _read_held_out(languages)
            yield words, strings
            yield test_sets.short_texts(words), {}
        elif source == EVERYDAY:
            yield from ((test, {}) for test in _read_everyday(languages))
        else:
            yield test_sets.read_tsv(path), strings


def _read_held_out(languages: Sequence[str]) -> LabelledTexts:
    try:
        return evaluation.read_held_out(languages, Encoder())
    except ImportError as error:
        raise CommandError(NEEDS_WORDFREQ.format(HELD_OUT)) from error


def _read_everyday(languages: Sequence[str]) -> list[LabelledTexts]:
    try:
        return list(everyday.read_everyday(languages, Encoder()))
    except ImportError as error:
        raise CommandError(NEEDS_WORDFREQ.format(EVERYDAY)) from error
