"""What a worker does: load a model, and answer the rows of a partition."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings

from classifier.datasets.destination import Destination
from classifier.datasets.kinds import KINDS, Part
from classifier.datasets.sources import Partition
from classifier.datasets.text import Entry
from classifier.ml.artifacts import CALIBRATION_FILE, CARD_FILE, LITERT_FILE, Card
from classifier.ml.columns import answer_readers, column_types
from classifier.ml.identifier import Identifier
from classifier.words.lists import Row, clean_rows

CHUNK = 4096  # words asked for at once


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The files of a version, to be sent to workers."""

    name: str
    version: str
    files: Mapping[str, bytes]

    @classmethod
    def read(cls, folder: Path) -> "ModelFiles":
        """Read the version in a folder; raise OSError and BadVersion."""
        names = [CARD_FILE, LITERT_FILE, *{CALIBRATION_FILE}.intersection(Card.read(folder).sha256)]
        files = {name: (folder / name).read_bytes() for name in names}
        return cls(folder.parent.name, folder.name, files)

    def load(self) -> Identifier:
        """Return the verified model; raise BadVersion."""
        with TemporaryDirectory() as directory:
            folder = Path(directory, self.name, self.version)
            folder.mkdir(parents=True)
            for name, content in self.files.items():
                (folder / name).write_bytes(content)
            return Identifier(folder)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about each row of a dataset."""

    destination: str
    languages: tuple[str, ...]  # the candidates
    confidence: float
    taken: tuple[str, ...]  # names of the dataset's own columns

    @property
    def columns(self) -> dict[str, type[str] | type[float]]:
        """The types of the answer's columns; `answer_` begins a name that the dataset has itself."""
        return {self._free(name): kind for name, kind in column_types(self.languages).items()}

    def _free(self, name: str) -> str:
        while name in self.taken:
            name = f"answer_{name}"
        return name


@dataclass(frozen=True, slots=True)
class Result:
    """Numbers of a partition that was answered."""

    rows: int
    bad_rows: int


def use_plain_messages() -> None:
    """Let words be refused in English where Django has no settings."""
    if not settings.configured:
        settings.configure(USE_I18N=False)


def answer_partition(partition: Partition, question: Question, identifier: Identifier) -> Result:
    """Write the answered part of a partition, and its bad rows before."""
    part = KINDS[partition.source.kind].part(partition, question.columns)
    rows, bad = 0, []
    for chunk in _chunks(part.entries()):
        cleaned = list(clean_rows((number, cell) for number, _row, cell in chunk))
        rows += _answer(part, chunk, cleaned, question, identifier)
        bad += [row for row in cleaned if row.value is None]
    destination = Destination(question.destination)
    destination.write_bad_rows(partition, _describe(partition, bad))
    destination.write_part(partition, part.content())
    return Result(rows, len(bad))


def _chunks(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    entries = iter(entries)
    while chunk := list(islice(entries, CHUNK)):
        yield chunk


def _answer(
    part: Part, chunk: Sequence[Entry], cleaned: Sequence[Row[str]], question: Question, identifier: Identifier
) -> int:
    """Add the answered rows to a part; return their number."""
    good = [(entry[1], row.value) for entry, row in zip(chunk, cleaned, strict=True) if row.value is not None]
    if good:
        answers = identifier.identify([word for _row, word in good], question.languages, question.confidence)
        readers = answer_readers(question.languages).values()
        part.add([row for row, _word in good], [[read(answer) for read in readers] for answer in answers])
    return len(good)


def _describe(partition: Partition, bad: Sequence[Row[str]]) -> str:
    """Return bad rows as JSON lines, without what they hold."""
    url = partition.source.file.url
    fields = ({"file": url, "row": row.number, "code": row.code, "error": str(row.detail)} for row in bad)
    return "".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in fields)
