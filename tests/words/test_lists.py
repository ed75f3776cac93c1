import csv
import io

import pytest
from django.core.exceptions import ValidationError

from classifier.words.lists import (
    LONGEST_LINE,
    MOST_WORDS,
    build_word_list,
    cells_of,
    clean_rows,
    decode,
    lines_of,
    read_lines,
)


def error_of(function, *arguments):
    with pytest.raises(ValidationError) as caught:
        list(function(*arguments))
    return caught.value


def test_utf8_is_read_with_and_without_its_mark():
    assert decode("mañana".encode()) == decode("mañana".encode("utf-8-sig")) == "mañana"


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
def test_other_encodings_and_formats_are_refused_with_advice(content, code, advice):
    error = error_of(decode, content)

    assert error.code == code
    assert advice in error.message


def test_blank_lines_only_count():
    assert list(lines_of("chat\r\n\n  \nperro\rdog")) == [(1, "chat\n"), (4, "perro\n"), (5, "dog")]


def test_column_is_the_first_or_one_with_a_usual_name():
    assert list(cells_of("chat,1\nperro,2\n", "")) == [(1, "chat"), (2, "perro")]
    assert list(cells_of("id,Word\n1,chat\n2,perro\n", "")) == [(2, "chat"), (3, "perro")]


@pytest.mark.parametrize("column", ["forme", " FORME ", "2"])
def test_column_is_chosen_by_its_name_or_its_number(column):
    rows = dict(cells_of("id,forme\n1,chat\n", column))

    assert rows[2] == "chat"
    assert (1 in rows) == (column == "2")  # only a name tells that the first row holds names


@pytest.mark.parametrize("column", ["nothing", "0", "4", "9" * 100, "²", "-1"])
def test_missing_column_is_refused_with_the_names_of_the_others(column):
    error = error_of(cells_of, "id,mot,<b>\n1,chat,x\n", column)

    assert error.messages == ["There is no such column. The first row reads: id · mot · <b>"]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_delimiter_is_found(mark):
    assert list(cells_of(f'id{mark}word\n1{mark}"a{mark}b"\n', "")) == [(2, f"a{mark}b")]


def test_single_column_may_hold_delimiters_in_quotes():
    assert list(cells_of('word\n"uno, dos; tres"\n', "", "\t")) == [(2, "uno, dos; tres")]


def test_quoted_cells_may_hold_quotes_and_line_breaks():
    assert list(cells_of('word\n"a ""b"""\n"two\nlines"\nlast\n', "")) == [(2, 'a "b"'), (3, "two\nlines"), (4, "last")]


def test_short_row_has_an_empty_cell():
    assert list(cells_of("id,word\n1,chat\n2\n,\n\n3,perro\n", "")) == [(2, "chat"), (3, ""), (6, "perro")]


@pytest.mark.parametrize("end", ['"never closed', '"closed" early', '"' + "x" * 200_000])
def test_stray_quotation_mark_is_refused_with_its_row(end):
    assert error_of(cells_of, f"word\nchat\n{end}\n", "").messages[0].startswith("Row 3 cannot be read")


def test_endless_cell_is_refused():
    assert error_of(cells_of, "word\n" + "x" * (csv.field_size_limit() + 1), "").code == "quotes"


def test_signs_that_separate_words_count():
    assert build_word_list([(1, "et/ou"), (2, "rendez-vous ici")]).size == 5


@pytest.mark.parametrize("bad", ["12", "w" * 101, "a\0b", "\u200b", "�"])
def test_bad_word_does_not_affect_the_others(bad):
    words = build_word_list([(1, "chat"), (2, bad), (3, "un  gâteau")])

    assert (words.words, words.rows, words.size) == (["chat", "un gâteau"], [1, 3], 4)
    assert [row for row, _code in words.errors] == [2]


def test_error_of_a_list_is_a_code_only():
    assert build_word_list([(1, "chat"), (2, "secret\x00")]).errors == [(2, "control_characters")]


def test_words_are_limited():
    rows = [(number, "chat") for number in range(1, MOST_WORDS + 1)]

    assert len(build_word_list(rows).words) == MOST_WORDS
    error = error_of(build_word_list, [*rows, (MOST_WORDS + 1, "12")])
    assert "10,000" in error.messages[0]
    assert "manage.py identify" in error.messages[0]


def test_words_of_texts_are_counted():
    assert error_of(build_word_list, [(1, "a " * 500)] * (MOST_WORDS // 500 + 1)).code == "too_many"


def test_missing_rows_and_invalid_rows_are_told_apart():
    assert error_of(build_word_list, []).code == "empty"
    assert error_of(build_word_list, [(1, "12"), (2, "")]).messages[0].startswith("None of the 2 rows holds a word")


def clean(content):
    return [row.value or row for row in clean_rows(enumerate(read_lines(io.BytesIO(content)), 1))]


def test_line_is_a_word():
    assert clean(b"chat\nperro\ndog\n") == ["chat", "perro", "dog"]


def test_last_line_may_end_with_the_file():
    assert clean(b"chat\nperro") == ["chat", "perro"]


def test_files_from_windows_are_read_alike():
    assert clean(b"\xef\xbb\xbfchat\r\nperro\r\n") == ["chat", "perro"]


def test_empty_file_has_no_words():
    assert clean(b"") == []


@pytest.mark.parametrize(
    ("line", "code"),
    [(b"", "required"), (b"12", "no_letters"), (b"caf\xe9", "encoding"), (b"x" * 101, "max_length")],
)
def test_bad_line_is_an_error_with_its_number(line, code):
    first, error, last = clean(b"chat\n" + line + b"\nperro\n")

    assert (first, last) == ("chat", "perro")
    assert (error.number, error.code) == (2, code)


def test_error_does_not_repeat_the_word():
    [error] = clean(b"secret\x00words")

    assert "secret" not in repr(error)


@pytest.mark.parametrize("length", [LONGEST_LINE - 1, LONGEST_LINE, LONGEST_LINE + 1, 3 * LONGEST_LINE])
def test_endless_line_is_one_error(length):
    error, word, last = clean(b"x" * length + b"\nchat\n12\n")

    assert (error.number, error.code, word, last.number) == (1, "max_length", "chat", 3)


def test_endless_line_is_read_in_pieces():
    lines = list(read_lines(io.BytesIO(b"x" * (5 * LONGEST_LINE))))

    assert [len(line) for line in lines] == [LONGEST_LINE]
