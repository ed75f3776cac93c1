"""The table of reviewed words."""

import pytest

from classifier.words.reviewed import MEASURE, BadTable, ReviewedRow, read_rows, write_rows

HEADER = "word\tlabel\tlanguages\tvotes\tuse\n"
ROWS = [
    ReviewedRow("chat", "mul", ("en", "fr"), 3),
    ReviewedRow("orignal", "fr", (), 2, MEASURE),
    ReviewedRow('so-called "word"', "en"),
]


def test_table_is_sorted_and_has_a_header():
    assert write_rows(ROWS[::-1]) == write_rows(ROWS)
    assert write_rows(ROWS).startswith(f"{HEADER}chat\tmul\ten fr\t3\ttrain\norignal\tfr\t\t2\tmeasure\n")


def test_table_is_read_as_written():
    assert read_rows(write_rows(ROWS)) == ROWS


def test_empty_table_has_no_rows():
    assert read_rows(write_rows([])) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: the header is not word, label, languages, votes, use"),
        ("word\tlabel\n", "line 1"),
        (f"{HEADER}a\ten\t\t1\ttrain\nb\ten\n", "line 3: 2 columns in place of 5"),
        (f"{HEADER}\ten\t\t1\ttrain\n", "line 2: word or label is missing"),
        (f"{HEADER}a\ten\t\tmany\ttrain\n", "line 2: votes is no number"),
        (f"{HEADER}a\ten\t\t1\teverything\n", "line 2: use is neither train nor measure"),
        (f"{HEADER}a\tmul\ten\t1\ttrain\n", "line 2: mul, and only mul"),
        (f"{HEADER}a\ten\tfr es\t1\ttrain\n", "line 2: mul, and only mul"),
        (f"{HEADER}a\ten\t\t1\ttrain\na\tfr\t\t1\ttrain\n", "line 3: a stands twice"),
        (f'{HEADER}"a\ten\t\t1\ttrain\n', "line 2"),
    ],
)
def test_bad_table_is_refused_with_its_line(text, message):
    with pytest.raises(BadTable, match=message):
        read_rows(text)


@pytest.mark.parametrize(
    ("word", "label", "trains"),
    [
        ("orignal", "fr", True),
        ("xqz", "zxx", True),
        ("orignal", "und", False),
        ("l'eau", "fr", False),
        ("don't", "en", True),
        ("thank you", "en", False),
        ("2026", "zxx", False),
    ],
)
def test_sure_single_words_train_or_measure(word, label, trains):
    assert ReviewedRow(word, label).trains == trains
    assert ReviewedRow(word, label, use=MEASURE).measures == trains
    assert not ReviewedRow(word, label, use=MEASURE).trains
