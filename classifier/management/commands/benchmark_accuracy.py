"""`manage.py benchmark_accuracy`: compares our models with other identifiers."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from classifier.ml.artifacts import BadVersion
from classifier.training.test_sets import BadTestSet


class Command(BaseCommand):
    """Measure into a JSON file, write its report, or both."""

    help = (
        "Compare the shipped models with other language identifiers (requirements-benchmark.txt) on texts in lingua's "
        "layout, and write the report. Figures of the same version on the same texts stay; those of --systems are "
        "measured anew. Without --data the report is written from the figures of earlier runs."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--data", type=Path, metavar="FOLDER", help="labelled texts, as lingua's language-testdata")
        parser.add_argument("--output", type=Path, required=True, metavar="FILE", help="JSON file of the figures")
        parser.add_argument(
            "--report", type=Path, metavar="FILE", help="Markdown page to write; its picture goes to images/ beside it"
        )
        parser.add_argument(
            "--systems", nargs="+", default=(), metavar="NAME", help="measure these only (default: what is missing)"
        )
        parser.add_argument(
            "--quick", action="store_true", help="measure a few texts of each language only, for trials"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Measure with --data, write the page with --report."""
        if options["data"]:
            self._measure(options["data"], options["output"], options["systems"], quick=options["quick"])
        if options["report"]:
            from benchmarks import accuracy_report

            results = self._read(options["output"])
            if not results:
                raise CommandError(f"{options['output']}: no figures of an earlier run; give --data.")
            accuracy_report.write(results, options["report"], options["report"].parent / "images" / "accuracy.svg")
            self.stderr.write(f"{options['report']}: written")

    def _measure(self, folder: Path, output: Path, names: list[str], *, quick: bool) -> None:
        from benchmarks import comparison

        results = self._read(output)
        try:
            for _ in comparison.update(results, folder, names, self.stderr.write, quick=quick):
                self._write(output, results)
        except ImportError as error:
            message = f"{error}. Install requirements-benchmark.txt, or use other --systems."
            raise CommandError(message) from error
        except comparison.OtherTexts as error:
            raise CommandError(f"{output}: {error} Choose another --output, or delete the file.") from error
        except (BadVersion, BadTestSet, ValueError) as error:
            raise CommandError(str(error)) from error
        self.stderr.write(f"{output}: written")

    def _read(self, path: Path) -> dict[str, Any]:
        """Return the figures of earlier runs; empty without a file."""
        try:
            results: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise CommandError(f"{path}: cannot be read ({error}). Delete it and give --data.") from error
        return results

    def _write(self, path: Path, results: dict[str, Any]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
