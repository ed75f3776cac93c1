"""`manage.py benchmark_accuracy`: compares our models with other identifiers."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from classifier.ml.artifacts import BadVersion
from classifier.ml.identifier import Identifier
from classifier.training import test_sets
from classifier.training.test_sets import BadTestSet


class Command(BaseCommand):
    """Measure into a JSON file, write its report, or both."""

    help = (
        "Compare the shipped models with other language identifiers (requirements-benchmark.txt) on texts in lingua's "
        "layout, and write the report. Without --data the report is written from the figures of an earlier run."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--data", type=Path, metavar="FOLDER", help="labelled texts, as lingua's language-testdata")
        parser.add_argument("--output", type=Path, required=True, metavar="FILE", help="JSON file of the figures")
        parser.add_argument(
            "--report", type=Path, metavar="FILE", help="Markdown page to write; its picture goes to images/ beside it"
        )
        parser.add_argument("--systems", nargs="+", default=(), metavar="NAME", help="systems (default: all)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Measure with --data, write the page with --report."""
        from benchmarks import accuracy_report

        if options["data"]:
            self._write(options["output"], self._measure(options["data"], options["systems"]))
        if options["report"]:
            try:
                results = json.loads(options["output"].read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                raise CommandError(f"{options['output']}: no figures of an earlier run; give --data.") from error
            accuracy_report.write(results, options["report"], options["report"].parent / "images" / "accuracy.svg")
            self.stderr.write(f"{options['report']}: written")

    def _measure(self, folder: Path, names: list[str]) -> dict[str, Any]:
        from benchmarks import accuracy, sceptic, systems

        try:
            shipped = {name: Identifier(version) for name, version in systems.shipped_models().items()}
            best = next(iter(shipped.values()))
            languages = best.card.languages
            compared = systems.systems(languages, names)
            ours = {system.name: shipped[system.name] for system in compared if system.ours}
            results = accuracy.measure(compared, folder, languages, self.stderr.write)
            results["everyday"] = accuracy.measure_everyday(compared, ours, languages)
            results["sceptic"] = sceptic.answers(ours)
            lingua = next((system for system in compared if system.name == systems.LINGUA), None)
            if lingua and best.card.name in ours:
                words = test_sets.read_test_set(folder, languages)
                results["lost_words"] = accuracy.lost_words(best, lingua, words)
        except ImportError as error:
            message = f"{error}. Install requirements-benchmark.txt, or use other --systems."
            raise CommandError(message) from error
        except (BadVersion, BadTestSet, StopIteration, ValueError) as error:
            raise CommandError(str(error) or "There are no shipped models.") from error
        return results

    def _write(self, path: Path, results: dict[str, Any]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        self.stderr.write(f"{path}: written")
