import io
import json

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from classifier.datasets import kinds, text
from classifier.datasets.sources import DatasetError, File, find_files, number_partitions
from classifier.words.files import open_words

LINES = [
    "1,chat",
    '2,"a ""quoted"" word"',
    '3,"two\nlines"',
    '4,"never closed',
    '5,8" screen',
    "",
    "6,été",
    '7,"x"y',
    "8",
]
TYPES = {"answer_word": str, "en": float}


@pytest.fixture
def describe(tmp_path):
    """Return a function that describes a file with a content."""

    def describe(content, name="words.csv", column="word"):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        [source] = kinds.describe(find_files(str(tmp_path / name)), column)
        return source

    return describe


def partitions_of(source, size):
    return list(number_partitions([source], lambda each: kinds.cut(each, size)))


def rows_of(source, size):
    """Return the numbers and cells of all partitions."""
    parts = [kinds.KINDS[source.kind].part(each, TYPES) for each in partitions_of(source, size)]
    return [(number, as_text(cell)) for part in parts for number, _row, cell in part.entries()]


def as_text(cell):
    return cell.code if isinstance(cell, ValidationError) else cell


def rows_of_command(content, name="words.csv"):
    """Return what `manage.py identify` reads."""
    return [(number, as_text(cell)) for number, cell in open_words(io.BytesIO(content), name, "word").cells]


@given(
    st.lists(st.sampled_from(LINES), max_size=12),
    st.sampled_from(["\n", "\r\n"]),
    st.integers(1, 60),
    st.booleans(),
)
def test_partitions_hold_the_rows_that_the_command_reads(lines, line_end, size, ended):
    content = line_end.join(["n,word", *["0,mot"] * 20, *lines, *[""] * ended]).encode()
    source = describe_in_memory(content)

    assert rows_of(source, size) == rows_of_command(content)


def describe_in_memory(content, name="words.csv"):
    import fsspec

    fsspec.filesystem("memory").pipe_file(f"/{name}", content)
    [source] = kinds.describe([File(f"memory://{name}", len(content), "")], "word")
    return source


@given(st.lists(st.sampled_from(['{"word": "chat"}', '"dog"', "", "{", '{"word": null}', '{"n": "\\""}']), max_size=12))
def test_partitions_of_json_lines_hold_the_rows_that_the_command_reads(lines):
    content = "\n".join(['{"n": 1, "word": "été"}', *lines]).encode()
    source = describe_in_memory(content, "words.jsonl")

    assert rows_of(source, 20) == rows_of_command(content, "words.jsonl")


def test_partitions_cover_the_file_in_its_order(describe):
    source = describe("n,word\n" + "1,chat\n" * 50)

    parts = partitions_of(source, 100)
    assert [part.number for part in parts] == [0, 1, 2, 3]
    assert [part.start + part.length for part in parts] == [*(part.start for part in parts[1:]), source.file.size]
    assert [part.first for part in parts] == [1, 15, 29, 43]


def test_byte_order_mark_belongs_to_no_row(describe):
    source = describe('\ufeff"word",n\nchat,1\n')

    assert (source.names, rows_of(source, 100)) == (("word", "n"), [(2, "chat")])


def test_table_in_windows_1252_is_read_as_such(describe):
    source = describe("word,n\nété,1\n".encode("cp1252"))

    assert rows_of(source, 8) == [(2, "été")]


@pytest.mark.parametrize("content", ["word,n\nété,1\n".encode("utf-16"), b"PK\x03\x04"])
def test_file_that_cannot_be_cut_is_refused(describe, content):
    with pytest.raises(DatasetError):
        describe(content)


def test_missing_column_is_refused_with_those_that_are_there(describe):
    with pytest.raises(ValidationError, match="n · word"):
        describe("n,word\n1,chat\n", column="mot")


def answered(source, size=100):
    """Return the first part, with the answers x and 1.0."""
    part = kinds.KINDS[source.kind].part(partitions_of(source, size)[0], TYPES)
    rows = [row for _number, row, cell in part.entries() if not isinstance(cell, ValidationError)]
    part.add(rows, [["x", 1.0]] * len(rows))
    return part.content().decode()


def test_part_of_a_table_is_a_table_with_its_delimiter(describe):
    source = describe('sep=;\nn;word\n1;"a;b"\n2\n3;c;;\n')

    assert answered(source) == 'n;word;answer_word;en\n1;"a;b";x;1.0\n2;;x;1.0\n3;c;x;1.0\n'


def test_word_with_unquoted_delimiters_keeps_its_column(describe):
    source = describe("n,word\n" + "1,chat\n" * 9 + "2,un chat, noir\n")

    assert answered(source, 1000).splitlines()[-1] == '2,"un chat, noir",x,1.0'


def test_table_of_one_column_is_answered_with_commas(describe):
    assert answered(describe("word\nchat\n")) == "word,answer_word,en\nchat,x,1.0\n"


def test_table_without_names_stays_without(describe):
    assert answered(describe("chat,1\ndog,2\n", column="1")) == "chat,1,x,1.0\ndog,2,x,1.0\n"


def test_objects_keep_their_values(describe):
    row = {"word": "\ud800é\u2028", "n": [1, {"m": None}], "f": 0.1}
    content = '{"word": "a"}\n' + json.dumps(row)

    [_first, second] = answered(describe(content, "words.jsonl")).split("\n")[:2]
    assert json.loads(second) == {**row, "answer_word": "x", "en": 1.0}


def test_json_text_gets_the_name_of_the_column(describe):
    [_first, second] = answered(describe('{"word": "a"}\n"b"\n', "words.jsonl")).splitlines()

    assert json.loads(second) == {"word": "b", "answer_word": "x", "en": 1.0}


def test_late_value_with_the_name_of_an_answer_is_a_bad_row(describe):
    source = describe('{"word": "a"}\n{"word": "b", "en": 2}\n', "words.jsonl")

    assert rows_of(source, 100) == [(1, "a"), (2, "taken_name")]


def test_file_without_line_ends_is_refused(describe, monkeypatch):
    monkeypatch.setattr(text, "_MOST_BLOCK", 100)
    source = describe("n,word\n1," + "a" * 500 + "\n")

    with pytest.raises(DatasetError, match="no line end"):
        partitions_of(source, 10)
