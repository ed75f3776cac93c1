"""Parquet: how a file is read, its partitions, and its answered parts."""

import io
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from classifier.datasets.sources import Cut, DatasetError, File, Partition, Source, open_url
from classifier.datasets.text import Entry, Types
from classifier.ml.columns import Cell
from classifier.words.columns import choose_column

PARQUET = "parquet"
_BATCH = 4096  # rows


def describe(file: File, _ending: str, column: str) -> Source:
    """Return how a Parquet file is read, by its schema."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    system, path = open_url(file.url)
    try:
        with system.open(path, "rb") as opened:
            schema = pq.read_schema(opened)
    except pa.ArrowInvalid as error:
        raise DatasetError(f"{file.url}: {error}") from error
    choice = choose_column([(1, schema.names)], column, has_names=True)
    kind = schema.types[choice.place]
    value_type = kind.value_type if pa.types.is_dictionary(kind) else kind
    if not (pa.types.is_string(value_type) or pa.types.is_large_string(value_type)):
        raise DatasetError(f"{file.url}: the column {schema.names[choice.place]} holds {kind}, no text.")
    return Source(file, PARQUET, tuple(schema.names), choice)


def cut(source: Source, size: int) -> Iterator[Cut]:
    """Yield pieces of whole row groups: about `size` bytes, or one larger group."""
    metadata = _read_metadata(source)
    start, first, rows, held = 0, 1, 0, 0
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        rows, held = rows + group.num_rows, held + group.total_byte_size
        if held >= size or number == metadata.num_row_groups - 1:
            yield start, number + 1 - start, first, source.file.size * rows // max(1, metadata.num_rows)
            start, first, rows, held = number + 1, first + rows, 0, 0


def _read_metadata(source: Source) -> Any:
    import pyarrow.parquet as pq

    system, path = open_url(source.file.url)
    with system.open(path, "rb") as file:
        return pq.read_metadata(file)


class ParquetPart:
    """Answered rows of a Parquet file; columns keep their types."""

    def __init__(self, partition: Partition, types: Types) -> None:
        self._partition, self._types = partition, types
        self._batches: list[Any] = []
        self._schema: Any = None

    def entries(self) -> Iterator[Entry]:
        """Yield the rows of the partition, each as its batch and its place there."""
        import pyarrow.parquet as pq

        partition = self._partition
        system, path = open_url(partition.source.file.url)
        groups = list(range(partition.start, partition.start + partition.length))
        number = partition.first
        with system.open(path, "rb") as opened:
            file = pq.ParquetFile(opened)
            self._schema = self._with_answers(file.schema_arrow)
            for batch in file.iter_batches(_BATCH, row_groups=groups):
                for place, cell in enumerate(batch.column(partition.source.choice.place).to_pylist()):
                    yield number + place, (batch, place), cell or ""
                number += len(batch)

    def _with_answers(self, schema: Any) -> Any:
        import pyarrow as pa

        for name, kind in self._types.items():
            schema = schema.append(pa.field(name, pa.string() if kind is str else pa.float64()))
        return schema

    def add(self, rows: Sequence[tuple[Any, int]], answers: Sequence[Sequence[Cell]]) -> None:
        """Write rows with the cells of their answers."""
        import pyarrow as pa

        remaining = iter(answers)
        for _batch, together in groupby(rows, key=lambda row: id(row[0])):
            kept = list(together)
            taken = kept[0][0].take(pa.array([place for _batch, place in kept]))
            cells = zip(*(next(remaining) for _row in kept), strict=True)
            fields = list(self._schema)[-len(self._types) :]
            arrays = [pa.array(values, field.type) for values, field in zip(cells, fields, strict=True)]
            self._batches.append(pa.RecordBatch.from_arrays([*taken.columns, *arrays], schema=self._schema))

    def content(self) -> bytes:
        """Return the file."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        output = io.BytesIO()
        pq.write_table(pa.Table.from_batches(self._batches, self._schema), output)
        return output.getvalue()
