import io

import pytest

from classifier.words.lists import LONGEST_LINE, Refusal, clean_lines, read_lines


def clean(content):
    return list(clean_lines(read_lines(io.BytesIO(content))))


def test_each_line_is_a_word():
    assert clean(b"chat\nperro\ndog\n") == ["chat", "perro", "dog"]


def test_the_last_line_may_end_with_the_file():
    assert clean(b"chat\nperro") == ["chat", "perro"]


def test_files_from_windows_are_read_alike():
    assert clean(b"\xef\xbb\xbfchat\r\nperro\r\n") == ["chat", "perro"]


def test_an_empty_file_has_no_words():
    assert clean(b"") == []


@pytest.mark.parametrize(
    ("line", "code"),
    [(b"", "required"), (b"12", "no_letters"), (b"caf\xe9", "encoding"), (b"x" * 101, "max_length")],
)
def test_a_bad_line_is_refused_with_its_number_and_the_others_stay(line, code):
    first, refusal, last = clean(b"chat\n" + line + b"\nperro\n")

    assert (first, last) == ("chat", "perro")
    assert isinstance(refusal, Refusal)
    assert (refusal.line, refusal.code) == (2, code)


def test_a_refusal_does_not_repeat_the_word():
    [refusal] = clean(b"secret\x00words")

    assert "secret" not in repr(refusal)


@pytest.mark.parametrize("length", [LONGEST_LINE - 1, LONGEST_LINE, LONGEST_LINE + 1, 3 * LONGEST_LINE])
def test_an_endless_line_is_one_refusal_and_shifts_no_number(length):
    refusal, word, last = clean(b"x" * length + b"\nchat\n12\n")

    assert (refusal.line, refusal.code, word, last.line) == (1, "max_length", "chat", 3)


def test_an_endless_line_is_never_in_memory_as_a_whole():
    lines = list(read_lines(io.BytesIO(b"x" * (5 * LONGEST_LINE))))

    assert [len(line) for line in lines] == [LONGEST_LINE]
