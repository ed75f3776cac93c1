import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from classifier.api.requests import (
    BatchItem,
    FeedbackRequest,
    IdentifyQuery,
    PageQuery,
    PredictionRequest,
    check_items,
)


def test_items_are_checked_each_for_itself_with_pointers():
    valid, invalid, unnamed = check_items([{"id": "a", "word": " un/une  piano "}, {"id": "b", "word": "1"}, None])

    assert (valid.id, valid.word, valid.size, valid.errors) == ("a", "un/une piano", 3, ())
    assert (invalid.id, invalid.word, invalid.size) == ("b", "", 1)
    assert [error["pointer"] for error in (*invalid.errors, *unnamed.errors)] == ["/items/1/word", "/items/2"]
    assert unnamed.id is None


@pytest.mark.parametrize(
    ("serializer", "codes"), [(PredictionRequest, ["EN", "eng", "fr-CA"]), (IdentifyQuery, "EN, eng,fr-CA")]
)
def test_languages_are_canonical_and_distinct(serializer, codes):
    request = serializer(data={"word": "chat", "languages": codes})
    assert request.is_valid()
    assert request.validated_data["languages"] == ["en", "fr"]


def test_page_size_is_at_most_100():
    query = PageQuery(data={"page_size": "101"})
    assert query.is_valid()
    assert query.validated_data == {"page_size": 100, "cursor": ""}


@pytest.mark.parametrize(
    ("label", "languages", "valid"),
    [("fr", [], True), ("mul", ["en", "fr"], True), ("fr", ["en", "fr"], False), ("mul", ["en"], False)],
)
def test_only_shared_words_have_languages(label, languages, valid):
    assert FeedbackRequest(data={"label": label, "languages": languages}).is_valid() is valid


IDS = st.one_of(st.none(), st.integers(), st.text(max_size=3), st.just("a" * 101), st.lists(st.text(), max_size=1))
WORDS = st.one_of(st.none(), st.integers(), st.sampled_from(["piano", "", "12", "le  moi"]), st.text(max_size=5))
ITEMS = st.one_of(WORDS, st.fixed_dictionaries({}, optional={"id": IDS, "word": WORDS, "lang": WORDS}))


@given(ITEMS)
def test_item_is_checked_as_the_serializer_does(item):
    [checked] = check_items([item])
    try:
        expected = BatchItem().run_validation(item)["word"]
    except ValidationError:
        expected = ""
    assert (checked.word, bool(checked.errors)) == (expected, not expected)
