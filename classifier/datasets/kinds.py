"""The kinds of files that a dataset may have, by the end of their names."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePath
from typing import NamedTuple

from classifier.datasets import parquet, text
from classifier.datasets.sources import Cut, DatasetError, File, Source

Part = text.CsvPart | text.JsonLinesPart | parquet.ParquetPart


class Kind(NamedTuple):
    """How files of a kind are described, cut and answered."""

    describe: Callable[[File, str, str], Source]  # a file, its ending, the name of the column
    cut: Callable[[Source, int], Iterator[Cut]]
    part: type[Part]


KINDS = {
    text.CSV: Kind(text.describe_csv, text.cut, text.CsvPart),
    text.JSON_LINES: Kind(text.describe_json_lines, text.cut, text.JsonLinesPart),
    parquet.PARQUET: Kind(parquet.describe, parquet.cut, parquet.ParquetPart),
}
ENDINGS = {
    **dict.fromkeys((".csv", ".tsv", ".tab"), text.CSV),
    **dict.fromkeys((".jsonl", ".ndjson"), text.JSON_LINES),
    ".parquet": parquet.PARQUET,
}


def ending_of(files: Sequence[File]) -> str:
    """Return the end of the files' names; raise DatasetError unless all have the same."""
    endings = {PurePath(file.url).suffix.lower() for file in files}
    if not endings <= ENDINGS.keys():
        raise DatasetError(f"Files must end in one of: {', '.join(ENDINGS)}. Packed files cannot be cut: unpack them.")
    if len(endings) > 1:
        raise DatasetError(f"All files must be of one kind, not {' and '.join(sorted(endings))}.")
    return endings.pop()


def describe(files: Sequence[File], column: str) -> list[Source]:
    """Return how each file is read.

    Raises DatasetError unless all have the same columns.
    """
    ending = ending_of(files)
    sources = [KINDS[ENDINGS[ending]].describe(file, ending, column) for file in files]
    if ENDINGS[ending] != text.JSON_LINES:  # whose objects may differ
        for source in sources:
            if source.names != sources[0].names:
                raise DatasetError(f"{source.file.url} has other columns than {sources[0].file.url}.")
    return sources


def cut(source: Source, size: int) -> Iterator[Cut]:
    """Yield the pieces of a file."""
    return KINDS[source.kind].cut(source, size)
