import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from classifier.datasets import kinds
from classifier.datasets.sources import DatasetError, find_files, number_partitions

TYPES = {"answer_word": str, "en": float}
WORDS = ["chat", None, "", "dog", "été"]


@pytest.fixture
def describe(tmp_path):
    """Return a function that describes a file of a table, with two rows a group."""

    def describe(column="word", **columns):
        pq.write_table(pa.table(columns), tmp_path / "words.parquet", row_group_size=2)
        [source] = kinds.describe(find_files(str(tmp_path / "words.parquet")), column)
        return source

    return describe


def partitions_of(source, size=1):
    return list(number_partitions([source], lambda each: kinds.cut(each, size)))


def test_partition_is_a_row_group(describe):
    partitions = partitions_of(describe(word=WORDS))

    assert [(each.start, each.length, each.first) for each in partitions] == [(0, 1, 1), (1, 1, 3), (2, 1, 5)]


def test_small_row_groups_are_one_partition(describe):
    [partition] = partitions_of(describe(word=WORDS), 1 << 20)

    assert (partition.length, partition.size) == (3, partition.source.file.size)


def test_rows_have_their_numbers_in_the_file(describe):
    partitions = partitions_of(describe(word=WORDS))

    entries = [entry for each in partitions for entry in kinds.KINDS["parquet"].part(each, TYPES).entries()]
    assert [(number, cell) for number, _row, cell in entries] == list(enumerate(["chat", "", "", "dog", "été"], 1))


def test_columns_keep_their_types(describe):
    words = pa.array(WORDS).dictionary_encode()
    source = describe(n=pa.array([1, 2, 3, None, 5], pa.int8()), word=words)
    part = kinds.KINDS["parquet"].part(partitions_of(source, 1 << 20)[0], TYPES)

    rows = [row for _number, row, cell in part.entries() if cell]
    part.add(rows, [["x", 1.0], [None, 0.5], ["z", 0.0]])
    table = pq.read_table(io.BytesIO(part.content()))
    assert table.schema.types == [pa.int8(), words.type, pa.string(), pa.float64()]
    assert table.to_pydict() == {
        "n": [1, None, 5],
        "word": ["chat", "dog", "été"],
        "answer_word": ["x", None, "z"],
        "en": [1.0, 0.5, 0.0],
    }


def test_partition_without_good_rows_has_an_empty_part(describe):
    part = kinds.KINDS["parquet"].part(partitions_of(describe(word=["", None]))[0], TYPES)
    list(part.entries())

    assert pq.read_table(io.BytesIO(part.content())).schema.names == ["word", "answer_word", "en"]


def test_column_of_numbers_is_refused(describe):
    with pytest.raises(DatasetError, match="holds int64"):
        describe("n", n=[1], word=["chat"])


def test_other_file_is_refused(tmp_path):
    (tmp_path / "words.parquet").write_bytes(b"n,word\n")

    with pytest.raises(DatasetError, match="words.parquet"):
        kinds.describe(find_files(str(tmp_path / "words.parquet")), "word")
