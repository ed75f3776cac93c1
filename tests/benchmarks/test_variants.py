"""Spellings of texts without accents and with typing errors."""

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import variants
from classifier.training.test_sets import LabelledTexts

texts = st.text(st.characters(codec="utf-8"), max_size=30)


def test_accents_are_stripped_and_nothing_else():
    assert variants.strip_accents("El Niño est déçu, ÉTÉ, ώρα") == "El Nino est decu, ETE, ωρα"


@pytest.mark.parametrize("text", ["हिन्दी", "ガラス", "한국어", "ภาษาไทย"])
def test_signs_that_are_no_accents_stay(text):
    assert variants.strip_accents(text) == text


@given(texts)
def test_text_without_accents_has_none(text):
    plain = variants.strip_accents(text)
    assert variants.strip_accents(plain) == plain
    assert all(unicodedata.combining(sign) < 200 for sign in unicodedata.normalize("NFD", plain))


@given(texts, st.integers())
def test_typing_error_changes_one_place(text, seed):
    changed = variants.with_typing_error(text, random.Random(seed))
    assert abs(len(changed) - len(text)) <= 1
    start = next((i for i, (a, b) in enumerate(zip(text, changed, strict=False)) if a != b), len(text))
    assert changed[start + 2 :] in {text[start + 1 :], text[start + 2 :], text[start + 3 :]}


def test_typing_errors_are_of_four_kinds_and_repeat_by_seed():
    changed = [variants.with_typing_error("word", random.Random(seed)) for seed in range(60)]
    assert {len(text) for text in changed} == {3, 4, 5}
    assert {"owrd", "wrod", "wodr"} & set(changed)
    assert changed == [variants.with_typing_error("word", random.Random(seed)) for seed in range(60)]


def test_text_of_one_letter_stays_as_it_is():
    assert variants.with_typing_error("y", random.Random(1)) == "y"


def test_typing_errors_bring_in_letters_of_the_language():
    test = LabelledTexts("mine", ["école", "слово", "дом"], ["fr", "ru", "ru"])
    assert variants.letters_by_language(test) == {"fr": "abcdefghijklmnopqrstuvwxyz", "ru": sorted("словдм")}
