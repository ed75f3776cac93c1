"""`manage.py identify_dataset`: answers files too large for one machine."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, OutputWrapper

from classifier.management.options import FAILURE, Interruptible, add_question, choose_languages
from classifier.ml.artifacts import BadVersion, verify
from classifier.services import loading, registry

if TYPE_CHECKING:
    from classifier.datasets.answering import ModelFiles, Question, Result
    from classifier.datasets.destination import Destination
    from classifier.datasets.sources import Partition, Source

PARTITION = 4 << 20  # bytes
MOST_FAILURES = 10  # after which a run stops
BAD_ROWS = 1  # exit code
INSTALL = f"{sys.executable} -m pip install --constraint requirements-lock.txt --requirement requirements-cluster.txt"


class Command(BaseCommand):
    """Identify the words of a dataset on all cores or on a cluster."""

    help = (
        "Identify the language of the words in CSV, Parquet or JSON lines files of any size, on all cores of this "
        "machine or on a Dask cluster. Repeat an interrupted command to finish it. "
        "Exit code 0: success; 1: some rows are bad, see bad_rows in the destination; 2: failure; 130: interrupted."
    )
    requires_system_checks = ()
    interruptible = Interruptible("Interrupted. Repeat the command to go on.")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("source", help="file, pattern (in quotes), or address of both, as in s3://bucket/*.csv")
        parser.add_argument("destination", help="new folder, or that of the interrupted command")
        parser.add_argument("--column", required=True, help="name or number of the column of the words")
        parser.add_argument("--model", default="", help="model (default: the most accurate)")
        add_question(parser)
        parser.add_argument("--scheduler", default="", help="Dask scheduler, as in tcp://host:8786 (default: none)")
        parser.add_argument("--workers", type=int, help="processes on this machine (default: one a core)")
        parser.add_argument(
            "--partition-bytes", type=int, default=PARTITION, help="size of a task (default: %(default)s)"
        )

    @interruptible
    def handle(self, *_args: Any, **options: Any) -> None:
        """Answer all partitions that are not finished.

        Raises CommandError for bad rows, at the end, and for failures.
        """
        if options["scheduler"] and options["workers"]:
            raise CommandError("--workers is for this machine, --scheduler for others.", returncode=FAILURE)
        if min(options["partition_bytes"], options["workers"] or 1) < 1:
            raise CommandError("--workers and --partition-bytes are at least 1.", returncode=FAILURE)
        try:
            from classifier.datasets.sources import DatasetError
        except ImportError as error:
            raise CommandError(f"{error.name} is missing. Run: {INSTALL}", returncode=FAILURE) from error
        try:
            self._identify(options)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=FAILURE) from error
        except (DatasetError, OSError, BadVersion) as error:
            raise CommandError(str(error), returncode=FAILURE) from error

    def _identify(self, options: dict[str, Any]) -> None:
        """Ask the question, or what is left of it, and report its end."""
        from classifier.datasets.answering import ModelFiles, Question
        from classifier.datasets.destination import Destination
        from classifier.datasets.kinds import describe
        from classifier.datasets.sources import find_files

        sources = describe(find_files(options["source"]), options["column"])
        destination = Destination.at(options["destination"])
        folder = _find_version(options["model"], destination.read_question())
        card = verify(folder)
        asked = choose_languages(options["languages"], card.languages)
        files = ModelFiles.read(folder)
        destination.begin(
            {
                "files": [asdict(source.file) for source in sources],
                "column": sources[0].names[sources[0].choice.place] or str(sources[0].choice.place + 1),
                "model": files.name,
                "model_version": files.version,
                "languages": asked,
                "confidence": options["confidence"],
                "partition_bytes": options["partition_bytes"],
            }
        )
        names = tuple(dict.fromkeys(name for source in sources for name in source.names))
        question = Question(destination.url, card.candidates(asked), options["confidence"], names)
        self._answer(sources, destination, question, files, options)

    def _answer(
        self,
        sources: "Sequence[Source]",
        destination: "Destination",
        question: "Question",
        files: "ModelFiles",
        options: dict[str, Any],
    ) -> None:
        """Answer the partitions that are not finished; raise CommandError for bad rows and failures."""
        from classifier.datasets.cluster import answer_all, connect

        cluster = connect(options["scheduler"], options["workers"])
        check = self.interruptible.check
        with cluster as client, _Progress(sources, destination, self.stderr, check) as progress:
            partitions = progress.unfinished(options["partition_bytes"])
            answer_all(client, partitions, question, files, progress.report)
        destination.tidy()
        self.stdout.write(progress.summary)
        if progress.failures:
            message = f"Failed partitions: {progress.failures}. Repeat the command to try them again."
            raise CommandError(message, returncode=FAILURE)
        if destination.has_bad_rows():
            raise CommandError(f"Some rows are bad: see {destination.url}/bad_rows.", returncode=BAD_ROWS)


class _Progress:
    """Progress bar and numbers of a run."""

    def __init__(
        self,
        sources: "Sequence[Source]",
        destination: "Destination",
        errors: OutputWrapper,
        check: Callable[[], None],
    ) -> None:
        self._sources, self._destination, self._errors, self._check = sources, destination, errors, check
        self._before = self._rows = self._bad_rows = self._partitions = self.failures = 0

    def __enter__(self) -> Self:
        from tqdm import tqdm

        total = sum(source.file.size for source in self._sources)
        self._bar = tqdm(total=total, unit="B", unit_scale=True, disable=None)  # only on a terminal
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def unfinished(self, size: int) -> "Iterator[Partition]":
        """Yield the partitions that are not answered yet."""
        from classifier.datasets.destination import part_name
        from classifier.datasets.kinds import cut
        from classifier.datasets.sources import number_partitions

        finished = self._destination.finished()
        for partition in number_partitions(self._sources, lambda source: cut(source, size)):
            if part_name(partition) in finished:
                self._before += 1
                self._bar.update(partition.size)
            else:
                yield partition

    def report(self, partition: "Partition", outcome: "Result | BaseException") -> None:
        """Count a partition that has ended; raise DatasetError when most fail, or parts are written elsewhere."""
        from classifier.datasets.sources import DatasetError

        self._check()
        if isinstance(outcome, BaseException):
            self.failures += 1
            self._bar.clear()
            place = f"{partition.source.file.url}, from row {partition.first}"
            self._errors.write(f"{place}: {type(outcome).__name__}: {outcome}")
            if self.failures == MOST_FAILURES:
                raise DatasetError(f"Stopped after {MOST_FAILURES} failed partitions. Repeat the command to go on.")
            return
        if not self._destination.holds(partition):
            raise DatasetError(f"The workers do not write to this {self._destination.url}. Choose a shared folder.")
        self._partitions += 1
        self._rows += outcome.rows
        self._bad_rows += outcome.bad_rows
        self._bar.update(partition.size)

    @property
    def summary(self) -> str:
        """The numbers of the run."""
        before = f" {self._before} were finished before." if self._before else ""
        return f"{self._rows} rows answered, {self._bad_rows} bad rows, in {self._partitions} partitions.{before}"


def _find_version(model: str, begun: dict[str, Any] | None) -> Path:
    """Return the folder of the version that answers: for a question that was begun, its version.

    Raises CommandError without sound files.
    """
    try:
        serving = registry.current()
        name = serving.resolve(model)
        same = begun is not None and begun.get("model") == name
        version = begun["model_version"] if begun and same else serving.get(name).card.version
    except (registry.UnknownModel, registry.ModelUnavailable) as error:
        raise CommandError(str(error), returncode=FAILURE) from error
    for folder in loading.folders(name, version):
        if folder.is_dir():
            return folder
    raise CommandError(f"{name} {version}, which began to answer, is not on disk.", returncode=FAILURE)
