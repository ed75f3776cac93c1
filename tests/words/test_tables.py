import time
from itertools import chain, islice

import pytest
from django.core.exceptions import ValidationError

from classifier.words.tables import NO_DELIMITER, find_delimiter, read_objects, read_rows

ALL = "\t;|,"


def rows_of(text, delimiter=","):
    rows = read_rows(text.splitlines(keepends=True), delimiter)
    return {number: row if isinstance(row, list) else row.code for number, row in rows}


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        *[(f'id{mark}word\n1{mark}"a{mark}b"\n', mark) for mark in ALL],
        ("sep=;\na,b;c\n", ";"),
        ("Words, 2026\n\nid;word\n1;chat\n", ";"),
        ("id;share;word\n1;0,5;chat\n2;0,7;perro\n", ";"),
        ('word\n"uno, dos; tres"\n', NO_DELIMITER),
        ("word\nhola, mundo\nbuenos días, amigo\n", NO_DELIMITER),
        ("Sätze\nhola, mundo\nbuenos días, amigo\n", NO_DELIMITER),
        ("chat\nperro\n", NO_DELIMITER),
    ],
)
def test_delimiter_is_the_one_of_most_rows(text, delimiter):
    assert find_delimiter(text, ALL) == delimiter


def test_blank_rows_and_a_declared_delimiter_only_count():
    assert rows_of("sep=;\n\nid;word\n;\n1;chat\n", ";") == {3: ["id", "word"], 5: ["1", "chat"]}


def test_quoted_cells_may_hold_quotes_and_line_breaks():
    assert rows_of('"a ""b""",1\n"two\nlines",2\n') == {1: ['a "b"', "1"], 2: ["two\nlines", "2"]}


def test_cell_may_have_160_000_characters():
    assert rows_of(f'"{"a," * 80_000}",chat\n')[1][1] == "chat"


@pytest.mark.parametrize("bad", ['"never closed', '"closed" early', '"' + "x" * 200_000])
def test_stray_quotation_mark_is_an_error_of_its_row_only(bad):
    assert rows_of(f'1,chat\n{bad},2\n3,perro\n"4",dog\n') == {
        1: ["1", "chat"],
        2: "quotes",
        3: ["3", "perro"],
        4: ["4", "dog"],
    }


@pytest.mark.parametrize("line", ['a","', '"a', '"a"b', "x" * 1000 + '","'])
def test_hostile_quotation_marks_cost_little(line):
    rows = read_rows(chain.from_iterable([[line + "\n"]] * 100_000), ",")

    started = time.process_time()
    assert all(isinstance(row, ValidationError) or row for _number, row in islice(rows, 10_000))
    assert time.process_time() - started < 5


def test_stray_quotation_mark_joins_no_rows():
    assert rows_of('1;"chat;fr\n2;perro";es\n', ";") == {1: "quotes", 2: ["2", 'perro"', "es"]}


def test_quotation_marks_between_tabs_are_letters_if_they_do_not_match():
    assert rows_of('1\t"chat\n2\t5" disk\n3\tperro"\n4\t"a\tb"\n', "\t") == {
        1: ["1", '"chat'],
        2: ["2", '5" disk'],
        3: ["3", 'perro"'],
        4: ["4", "a\tb"],
    }


@pytest.mark.parametrize("line", ["[1]", "12", "nope", "[" * 100_000])
def test_bad_json_line_is_an_error_of_its_row_only(line):
    first, (number, error), last = read_objects(['{"word": "chat", "n": 1}\n', line, '"perro"\n'], ["word", "n"])

    assert (first, last) == ((1, ["chat", "1"]), (3, ["perro", "perro"]))
    assert (number, isinstance(error, ValidationError), error.code) == (2, True, "json")
