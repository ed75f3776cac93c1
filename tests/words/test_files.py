import io
import os

import pytest
from django.core.exceptions import ValidationError

from classifier.words.files import LONGEST_LINE, as_text, open_words, read_lines
from tests.words.workbooks import rows_xml, sheet, workbook

LONG = "a" * 160_000
EXCEL = workbook(sheet(rows_xml([["id", "word"], ["1", "chat"]], first=4)))


def words_of(content, name="", column="", has_names=None):
    content = content if isinstance(content, bytes) else content.encode()
    return dict(open_words(io.BytesIO(content), name, column, has_names).cells)


@pytest.mark.parametrize(
    ("content", "name", "cells"),
    [
        ("chat\r\n\n  \nperro\rdog", "", {1: "chat\n", 4: "perro\n", 5: "dog"}),
        ("un, deux\n", "words.txt", {1: "un, deux\n"}),
        ("id\tword\n1\tun, deux\n", "words.txt", {2: "un, deux"}),
        ("un\tdeux\n", "words.txt", {1: "un\tdeux\n"}),
        ("word\nun, deux\n", "words.tsv", {2: "un, deux"}),
        ("sep=;\nTitle;\n;\nid;word\n1;chat\n", "WORDS.CSV", {5: "chat"}),
        (f'n;Wort;note\n1;chat;"{LONG}"\n2;perro;\n', "words.csv", {2: "chat", 3: "perro"}),
        ("chat,1\nperro,2\n", "words.csv", {1: "chat", 2: "perro"}),
        ('{"id": 1, "word": "chat"}\n\n{"word": "eau"}\n', "words.jsonl", {1: "chat", 3: "eau"}),
        ('"chat"\n"perro"\n', "words.ndjson", {1: "chat", 2: "perro"}),
        (EXCEL, "", {5: "chat"}),
        ("", "words.csv", {}),
    ],
)
def test_words_are_found_in_every_kind_of_file(content, name, cells):
    assert words_of(content, name) == cells


def test_column_makes_a_table_of_any_text():
    assert words_of("id;forme\n1;chat\n", "words.txt", "forme") == {2: "chat"}


def test_facts_name_what_a_reader_cannot_see():
    file = open_words(io.BytesIO("id;Wort\n1;été\n2;eau\n".encode("cp1252")), "words.csv")
    book = open_words(io.BytesIO(EXCEL))

    assert file.facts == {"column": "Wort", "columns": 2, "header": 1, "encoding": "Windows-1252"}
    assert (book.facts["sheet"], book.facts["header"]) == ("Wörter", 4)
    assert open_words(io.BytesIO(b"chat\n")).facts == {}


@pytest.mark.parametrize(
    ("content", "name"), [(EXCEL, "words.xlsx"), ("n;été\n1;chat\n".encode("cp1252"), "words.csv")]
)
def test_table_sent_again_as_text_is_read_alike(content, name):
    assert words_of(as_text(content), name, "2", has_names=True) == words_of(content, name, "2", has_names=True)


def test_old_excel_is_refused_with_advice():
    with pytest.raises(ValidationError, match="xlsx"):
        words_of(b"\xd0\xcf\x11\xe0\xa1\xb1")


def test_pipe_is_read_as_it_comes():
    reading, writing = os.pipe()
    with open(reading, "rb") as file, open(writing, "wb", buffering=0) as source:  # noqa: PTH123
        source.write(b"hola\n")
        cells = open_words(file).cells
        assert next(cells) == (1, "hola\n")
        source.write("été\n".encode("utf-16-le"))
        source.close()
        assert len(list(cells)) == 2


@pytest.mark.parametrize("length", [LONGEST_LINE - 1, LONGEST_LINE, 3 * LONGEST_LINE])
def test_endless_line_is_one_line(length):
    file = io.BytesIO(b"x" * length + b"\nchat\n")

    assert [len(line) for line in read_lines(file, "utf-8")] == [min(length + 1, LONGEST_LINE), 5]
    assert not file.closed
