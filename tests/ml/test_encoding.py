"""Golden rows of ids, and spellings that are encoded alike."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.ml.encoding import (
    BOUNDARY,
    FIRST_LETTER,
    LATIN_ALPHABET,
    OTHER,
    PADDING,
    Encoder,
    is_written_in,
    normalise,
)

ENCODER = Encoder("abcé'-", length=8)
LATIN = Encoder()
any_text = st.text(max_size=40)
latin_text = st.text(st.sampled_from(sorted(LATIN_ALPHABET)), max_size=40)


@pytest.mark.parametrize(
    ("word", "row"),
    [
        ("abc", [1, 3, 4, 5, 1, 0, 0, 0]),
        ("É", [1, 6, 1, 0, 0, 0, 0, 0]),
        ("a’b‐c", [1, 3, 7, 4, 8, 5, 1, 0]),
        ("", [1, 1, 0, 0, 0, 0, 0, 0]),
        ("xя😀", [1, 2, 2, 2, 1, 0, 0, 0]),
        ("aaabbb", [1, 3, 3, 3, 4, 4, 4, 1]),
        ("aaacccbbb", [1, 3, 3, 3, 4, 4, 4, 1]),
        ("a\nb", [1, 3, 2, 4, 1, 0, 0, 0]),
        ("a\u200bb\u00ad", [1, 3, 4, 1, 0, 0, 0, 0]),
    ],
)
def test_word_is_encoded_as_this_row(word, row):
    assert ENCODER.encode([word]).tolist() == [row]


def test_normalise_keeps_accents_and_folds_capitals():
    assert normalise("ÉCOLE") == "école"
    assert normalise("Straße") == "strasse"
    assert normalise("AUJOURD’HUI") == "aujourd'hui"


def test_plain_letters_are_folded_as_in_any_text():
    letters = [chr(code) for code in range(0x180)]
    with_ligature = [normalise(f"{letter}ﬁ") for letter in letters]  # which is no plain letter
    assert with_ligature == [f"{normalise(letter)}fi" for letter in letters]


@given(any_text)
def test_composed_and_decomposed_words_are_encoded_alike(text):
    composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    assert normalise(composed) == normalise(decomposed)
    assert (LATIN.encode([composed]) == LATIN.encode([decomposed])).all()


@given(latin_text)
def test_capitals_do_not_change_the_row(text):
    assert (LATIN.encode([text]) == LATIN.encode([text.upper()])).all()
    assert (LATIN.encode([text]) == LATIN.encode([text.title()])).all()


@given(any_text)
def test_normalising_is_idempotent(text):
    assert normalise(normalise(text)) == normalise(text)


@given(st.lists(any_text, max_size=20))
def test_batch_gives_the_rows_of_single_words(words):
    rows = [LATIN.encode([word])[0] for word in words]
    assert (LATIN.encode(words) == np.array(rows).reshape(len(words), LATIN.length)).all()


@given(any_text)
def test_row_is_boundary_letters_boundary_padding(text):
    (row,) = LATIN.encode([text]).tolist()
    letters = [value for value in row if value not in {BOUNDARY, PADDING}]
    assert row == [BOUNDARY, *letters, BOUNDARY] + [PADDING] * (LATIN.length - 2 - len(letters))
    assert max(row) < LATIN.vocabulary


def test_lone_surrogates_are_other_letters():
    assert ENCODER.encode(["a\ud800"]).tolist() == [[1, 3, OTHER, 1, 0, 0, 0, 0]]


def test_empty_list_gives_no_rows():
    assert LATIN.encode([]).shape == (0, LATIN.length)


def test_many_words_keep_their_order_across_chunks():
    words = [f"{'abc'[number % 3]}{'é' * (number % 5)}" for number in range(40_000)]
    sample = [0, 1, 32_767, 32_768, 39_999]
    assert (ENCODER.encode(words)[sample] == ENCODER.encode([words[row] for row in sample])).all()


def test_letters_have_distinct_ids():
    ids = LATIN.encode(list(LATIN_ALPHABET))[:, 1]
    assert ids.tolist() == list(range(FIRST_LETTER, LATIN.vocabulary))


def test_accents_are_dropped_from_ids():
    accented, plain = LATIN.encode(["école", "garçon"]), LATIN.encode(["ecole", "garcon"])
    assert (LATIN.unaccented_ids[accented] == plain).all()
    assert (LATIN.unaccented_ids[plain] == plain).all()


def test_without_an_alphabet_letters_are_their_code_points():
    assert Encoder("", 8).encode(["né日", "\U0001f600x"]).tolist() == [
        [BOUNDARY, ord("n"), ord("é"), ord("日"), BOUNDARY, PADDING, PADDING, PADDING],
        [BOUNDARY, 0xFFFD, ord("x"), BOUNDARY, PADDING, PADDING, PADDING, PADDING],
    ]
    assert Encoder("", 8).vocabulary == 1 << 16


def test_without_an_alphabet_long_words_keep_both_ends():
    [row] = Encoder("").encode(["a" * 13 + "bcd" + "e" * 13]).tolist()
    assert row == [BOUNDARY, *[ord("a")] * 13, *[ord("e")] * 13, BOUNDARY]


def test_without_an_alphabet_accents_are_dropped_from_code_points():
    encoder = Encoder("")
    assert encoder.unaccented_ids[encoder.encode(["éñй"])].tolist() == encoder.encode(["enи"]).tolist()
    assert encoder.unaccented_ids.max() < encoder.vocabulary


def test_empty_alphabet_has_the_letters_of_all_scripts():
    assert is_written_in("", "日本語")
    assert not is_written_in("abc", "日")
