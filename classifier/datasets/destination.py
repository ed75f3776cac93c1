"""The folder of a dataset's answers."""

import json
import os
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, Self
from uuid import uuid4

from fsspec.implementations.local import LocalFileSystem

from classifier.datasets.sources import DatasetError, Partition, open_url

QUESTION, BAD_ROWS, TEMPORARY = "question.json", "bad_rows", ".unfinished"


@dataclass(frozen=True)
class Destination:
    """A folder on a file system or object store, with a file a partition."""

    url: str

    @classmethod
    def at(cls, url: str) -> Self:
        """Return the folder at an address or a path, which workers may read in another folder."""
        system, path = open_url(url)
        return cls(system.unstrip_protocol(path).rstrip("/"))

    def begin(self, question: dict[str, Any]) -> None:
        """Write down the question, or check that it is the one begun before.

        Raises DatasetError when the folder holds something else.
        """
        begun = self.read_question()
        if begun is None:
            if self._names():
                raise DatasetError(f"{self.url} is not empty. Choose a new folder.")
            self._write(QUESTION, json.dumps(question, ensure_ascii=False, indent=1).encode())
        elif different := [name for name in question if question[name] != begun.get(name)]:
            raise DatasetError(
                f"{self.url} holds the answers to another question: other {', '.join(different)}, "
                f"see {QUESTION} there. Choose a new folder, or ask the same again."
            )

    def read_question(self) -> dict[str, Any] | None:
        """Return the question begun before, if any."""
        system, path = open_url(f"{self.url}/{QUESTION}")
        if not system.isfile(path):
            return None
        try:
            question: dict[str, Any] = json.loads(system.cat_file(path))
        except ValueError as error:
            raise DatasetError(f"{self.url}/{QUESTION} cannot be read.") from error
        return question

    def finished(self) -> frozenset[str]:
        """Return the names of the parts that are there."""
        return frozenset(name for name in self._names() if name.startswith("part-"))

    def holds(self, partition: Partition) -> bool:
        """Return whether the part of a partition is there, seen from this process."""
        system, path = open_url(f"{self.url}/{part_name(partition)}")
        return bool(system.exists(path))

    def has_bad_rows(self) -> bool:
        """Return whether any row could not be answered."""
        return bool(self._names(f"/{BAD_ROWS}"))

    def write_part(self, partition: Partition, content: bytes) -> None:
        """Write the answers of a partition, which is finished then."""
        self._write(part_name(partition), content)

    def write_bad_rows(self, partition: Partition, text: str) -> None:
        """Write the reasons why rows have no answer, if there are such."""
        if text:
            self._write(f"{BAD_ROWS}/{PurePath(part_name(partition)).stem}.jsonl", text.encode())

    def tidy(self) -> None:
        """Remove what killed workers left behind."""
        system, path = open_url(self.url)
        if system.isdir(f"{path}/{TEMPORARY}"):
            system.rm(f"{path}/{TEMPORARY}", recursive=True)

    def _names(self, below: str = "") -> list[str]:
        """Return the names of the files in the folder, or in one below it."""
        system, path = open_url(f"{self.url}{below}")
        return [PurePath(each).name for each in system.ls(path, detail=False)] if system.isdir(path) else []

    def _write(self, name: str, content: bytes) -> None:
        """Write a file in one step: all of it is there, or nothing."""
        system, path = open_url(f"{self.url}/{name}")
        if not isinstance(system, LocalFileSystem):
            system.pipe_file(path, content)  # object stores show an object when it is complete
            return
        temporary = Path(open_url(self.url)[1], TEMPORARY, f"{PurePath(name).name}.{uuid4()}")
        for folder in (temporary.parent, Path(path).parent):
            folder.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)


def part_name(partition: Partition) -> str:
    """Return the name of the file with a partition's answers."""
    return f"part-{partition.number:06}{PurePath(partition.source.file.url).suffix.lower()}"
