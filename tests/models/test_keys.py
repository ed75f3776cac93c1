import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from classifier.models import KEY_LENGTH, key_of, new_public_id


def test_public_ids_have_the_layout_of_version_7():
    identifier = new_public_id()
    assert (identifier.version, identifier.variant) == (7, "specified in RFC 4122")


def test_public_ids_begin_with_the_time():
    milliseconds = new_public_id().int >> 80
    assert abs(milliseconds / 1000 - timezone.now().timestamp()) < 5


def test_public_ids_have_74_random_bits():
    ids = [new_public_id().int for _ in range(500)]
    varying_bits = 0
    for identifier in ids:
        varying_bits |= identifier ^ ids[0]
    assert (varying_bits & ((1 << 80) - 1)).bit_count() == 74


@pytest.mark.parametrize("spelling", ["ÉCOLE", "école", "e\u0301cole", "é\u200bcole", "« école ! »", "12 école"])
def test_spellings_of_a_word_share_a_key(spelling):
    assert key_of(spelling) == "école"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=100))
def test_key_of_a_key_is_that_key(text):
    assert key_of(key_of(text)) == key_of(text)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=1000))
def test_key_fits_its_column(text):
    assert len(key_of(text)) <= KEY_LENGTH


def test_long_texts_with_the_same_beginning_have_different_keys():
    assert key_of("a" * 900 + "b") != key_of("a" * 900 + "c")
