"""Finding words in what somebody pastes or uploads."""

import csv

import pytest
from django.core.exceptions import ValidationError

from classifier.words.lists import MOST_WORDS, cells_of, decoded, gather, lines_of


def refusal(function, *arguments):
    with pytest.raises(ValidationError) as caught:
        list(function(*arguments))
    return caught.value


def test_utf8_is_read_with_and_without_its_mark():
    assert decoded("mañana".encode()) == decoded("mañana".encode("utf-8-sig")) == "mañana"


@pytest.mark.parametrize(
    ("content", "code", "advice"),
    [
        ("mañana".encode("utf-16"), "utf_16", "UTF-16"),
        ("mañana".encode("utf-16-le"), "utf_16", "CSV UTF-8"),
        (b"word\0o\0r\0d\0", "utf_16", "UTF-16"),
        ("mañana".encode("latin-1"), "latin_1", "Latin-1"),
        ("“mañana” €".encode("cp1252"), "latin_1", "Save it as"),
        (b"\x89PNG\r\n\x1a\n\x00\x01\xff", "binary", "no text file"),
        (b"PK\x03\x04 and more", "spreadsheet", "CSV UTF-8"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "spreadsheet", "CSV UTF-8"),
    ],
)
def test_what_is_not_utf8_is_called_by_its_name_with_what_to_do(content, code, advice):
    error = refusal(decoded, content)

    assert error.code == code
    assert advice in error.message


def test_each_line_is_a_word_and_blank_ones_only_count():
    assert list(lines_of("chat\r\n\n  \nperro\rdog")) == [(1, "chat\n"), (4, "perro\n"), (5, "dog")]


def test_the_first_column_is_meant_unless_one_has_a_usual_name():
    assert list(cells_of("chat,1\nperro,2\n", "")) == [(1, "chat"), (2, "perro")]
    assert list(cells_of("id,Word\n1,chat\n2,perro\n", "")) == [(2, "chat"), (3, "perro")]


@pytest.mark.parametrize("column", ["forme", " FORME ", "2"])
def test_a_column_is_chosen_by_its_name_or_its_number(column):
    rows = dict(cells_of("id,forme\n1,chat\n", column))

    assert rows[2] == "chat"
    assert (1 in rows) == (column == "2")  # only a name tells that the first row holds names


@pytest.mark.parametrize("column", ["nothing", "0", "4", "9" * 100, "²", "-1"])
def test_a_column_that_is_not_there_is_refused_with_those_that_are(column):
    error = refusal(cells_of, "id,mot,<b>\n1,chat,x\n", column)

    assert error.messages == ["There is no such column. The first row reads: id · mot · <b>"]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_mark_between_cells_is_found(mark):
    assert list(cells_of(f'id{mark}word\n1{mark}"a{mark}b"\n', "")) == [(2, f"a{mark}b")]


def test_a_column_alone_may_hold_marks_of_others_in_quotes():
    assert list(cells_of('word\n"uno, dos; tres"\n', "", "\t")) == [(2, "uno, dos; tres")]


def test_quoted_cells_may_hold_quotes_and_lines_and_rows_keep_their_numbers():
    assert list(cells_of('word\n"a ""b"""\n"two\nlines"\nlast\n', "")) == [(2, 'a "b"'), (3, "two\nlines"), (4, "last")]


def test_a_short_row_has_an_empty_cell_and_a_blank_one_is_left_out():
    assert list(cells_of("id,word\n1,chat\n2\n,\n\n3,perro\n", "")) == [(2, "chat"), (3, ""), (6, "perro")]


@pytest.mark.parametrize("end", ['"never closed', '"closed" early', '"' + "x" * 200_000])
def test_a_stray_quotation_mark_is_refused_with_its_row(end):
    assert refusal(cells_of, f"word\nchat\n{end}\n", "").messages[0].startswith("Row 3 cannot be read")


def test_an_endless_cell_is_refused():
    assert refusal(cells_of, "word\n" + "x" * (csv.field_size_limit() + 1), "").code == "quotes"


@pytest.mark.parametrize("bad", ["12", "w" * 101, "a\0b", "\u200b", "�"])
def test_a_bad_word_does_not_spoil_the_others(bad):
    found = gather([(1, "chat"), (2, bad), (3, "un  gâteau")])

    assert (found.words, found.rows, found.size) == (["chat", "un gâteau"], [1, 3], 4)
    assert [row for row, _code in found.errors] == [2]


def test_an_error_does_not_repeat_what_was_typed():
    assert gather([(1, "chat"), (2, "secret\x00")]).errors == [(2, "control_characters")]


def test_as_many_words_as_allowed_are_taken_and_not_one_more():
    rows = [(number, "chat") for number in range(1, MOST_WORDS + 1)]

    assert len(gather(rows).words) == MOST_WORDS
    error = refusal(gather, [*rows, (MOST_WORDS + 1, "12")])
    assert "10,000" in error.messages[0]
    assert "manage.py identify" in error.messages[0]


def test_the_words_of_texts_are_counted():
    assert refusal(gather, [(1, "a " * 500)] * (MOST_WORDS // 500 + 1)).code == "too_many"


def test_nothing_and_nothing_good_are_told_apart():
    assert refusal(gather, []).code == "empty"
    assert refusal(gather, [(1, "12"), (2, "")]).messages[0].startswith("None of the 2 rows holds a word")
