"""Files of a dataset and their partitions."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import fsspec

from classifier.words.columns import Choice

_MARKS = ("ETag", "etag", "md5Hash", "content_md5", "mtime", "LastModified", "updated", "last_modified")


class DatasetError(Exception):
    """A dataset cannot be answered; the message gives the reason."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of a dataset: its address, bytes, and a mark of its content."""

    url: str
    size: int
    mark: str  # ETag, checksum or time of the last change


@dataclass(frozen=True, slots=True)
class Source:
    """A file of a dataset, and how it is read."""

    file: File
    kind: str  # a key of `kinds.KINDS`
    names: tuple[str, ...]  # of its columns
    choice: Choice
    encoding: str = ""
    delimiter: str = ""
    start: int = 0  # bytes before the first row


@dataclass(frozen=True, slots=True)
class Partition:
    """Consecutive rows of a file, answered by one task."""

    number: int  # from 0, among all partitions of the dataset
    source: Source
    start: int  # byte, or row group
    length: int  # bytes, or row groups
    first: int  # number of its first row in the file, from 1
    size: int  # bytes of progress


Cut = tuple[int, int, int, int]  # the last four fields of a Partition


def open_url(url: str) -> tuple[Any, str]:
    """Return the file system of an address, and the path on it.

    Raises DatasetError for an unknown protocol or a missing package.
    """
    try:
        system, path = fsspec.url_to_fs(url)
    except (ValueError, ImportError) as error:
        raise DatasetError(f"{url}: {error}") from error
    return system, str(path)


def find_files(url: str) -> list[File]:
    """Return the file at an address, or all that match its pattern, by name.

    Raises DatasetError when there is none.
    """
    system, path = open_url(url)
    if system.isdir(path):
        raise DatasetError(f"{url} is a folder. Name its files, as in {url.rstrip('/')}/*.csv.")
    found = {path: system.info(path)} if system.isfile(path) else system.glob(path, detail=True)
    files = [
        File(system.unstrip_protocol(name), info["size"] or 0, _mark(info))
        for name, info in sorted(found.items())
        if info["type"] == "file"
    ]
    if not files:
        raise DatasetError(f"There is no file {url}.")
    return files


def _mark(info: dict[str, Any]) -> str:
    return next((str(info[name]) for name in _MARKS if info.get(name)), "")


def number_partitions(sources: Sequence[Source], cut: Callable[[Source], Iterator[Cut]]) -> Iterator[Partition]:
    """Yield the partitions of all files in their order."""
    cuts = ((source, each) for source in sources for each in cut(source))
    for number, (source, each) in enumerate(cuts):
        yield Partition(number, source, *each)
