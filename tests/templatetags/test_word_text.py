import pytest

from classifier.templatetags import word_text


@pytest.mark.parametrize(
    ("text", "direction"),
    [("chat", "ltr"), ("كتاب", "rtl"), ("«שלום»", "rtl"), ("12 کتاب", "rtl"), ("日本", "ltr"), ("", "ltr")],
)
def test_direction_is_that_of_the_first_letter(text, direction):
    assert word_text.direction(text) == direction


def test_only_words_from_the_right_are_isolated():
    assert word_text.isolated("chat") == "chat"
    assert word_text.isolated("كتاب") == "\u2068كتاب\u2069"


@pytest.mark.parametrize(("word", "long"), [("w" * 14, False), ("w" * 15, True), ("言" * 7, False), ("言" * 8, True)])
def test_wide_letters_count_twice(word, long):
    assert word_text.is_long(word) is long
