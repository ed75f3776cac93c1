import pytest

from classifier.api.requests import FeedbackRequest, IdentifyQuery, PageQuery, PredictionRequest, check_items


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
