import pytest
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from classifier.api.filters import read_filters
from classifier.api.requests import PageQuery


@pytest.fixture
def request_with(rf):
    """Return a function that makes a request with a query."""
    return lambda query: Request(rf.get(f"/api/v1/predictions?{query}"))


@pytest.mark.django_db
def test_filters_and_options_are_read_from_one_query(request_with, make_prediction):
    rows = [make_prediction(word, owner="user:7") for word in ("orignal", "piano")]
    filters, options = read_filters(request_with("verdict=single&page_size=5"), "user:7", PageQuery)

    assert list(filters.qs) == rows[:1]
    assert options == {"page_size": 5, "cursor": ""}


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("wrod=a", {"non_field_errors": ["unknown_field"]}),
        ("verdict=maybe&page_size=0", {"verdict": ["invalid_choice"], "page_size": ["min_value"]}),
        ("word=a&word=b", ["repeated"]),
    ],
)
def test_invalid_parameters_raise_with_all_their_errors(request_with, query, codes):
    with pytest.raises(ValidationError) as error:
        read_filters(request_with(query), "user:7", PageQuery)
    assert error.value.get_codes() == codes
