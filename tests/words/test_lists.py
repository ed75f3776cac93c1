import pytest
from django.core.exceptions import ValidationError

from classifier.words.lists import MOST_WORDS, build_word_list, clean_rows


def error_of(function, *arguments):
    with pytest.raises(ValidationError) as caught:
        list(function(*arguments))
    return caught.value


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


def test_rows_that_cannot_be_read_stay_in_their_places():
    words = build_word_list([(1, "chat"), (2, ValidationError("", code="quotes")), (3, "perro")])

    assert (words.words, words.errors) == (["chat", "perro"], [(2, "quotes")])


def test_bytes_that_are_not_utf8_are_an_error():
    assert [row.code for row in clean_rows([(1, "café".encode("latin-1")), (2, "café".encode())])] == ["encoding", ""]


def test_error_does_not_repeat_the_word():
    [error] = clean_rows([(1, "secret\0words")])

    assert "secret" not in repr(error)
