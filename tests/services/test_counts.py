import pytest
from django.utils import translation

from classifier.models import Prediction, ReviewedWord
from classifier.services import counts
from tests.plans import read_plans

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("rows", "text"), [(0, "0"), (2, "2"), (3, "2+")])
def test_count_stops_at_its_limit(rows, text, make_prediction, monkeypatch):
    monkeypatch.setattr(counts, "MOST_COUNTED", 2)
    for _ in range(rows):
        make_prediction()
    assert str(counts.count_capped(Prediction.objects.order_by("word"))) == text


def test_count_reads_no_more_rows_than_its_limit(django_assert_num_queries):
    with django_assert_num_queries(1) as queries:
        counts.count_capped(Prediction.objects.order_by("word"))
    [query] = queries
    assert "LIMIT 10001" in query["sql"]
    assert "ORDER BY" not in query["sql"]


@pytest.mark.parametrize(
    ("language", "text"), [("en", "10,000+"), ("fr", "10\N{NO-BREAK SPACE}000+"), ("es", "10\N{NO-BREAK SPACE}000+")]
)
def test_unknown_rest_is_shown(language, text):
    with translation.override(language):
        assert str(counts.AtLeast(10_000)) == text


def test_values_are_read_from_an_index(django_assert_num_queries):
    for number, label in enumerate(["fr", "en", "fr", "mul", "en"]):
        languages = ["en", "fr"] if label == "mul" else []
        ReviewedWord.objects.create(word_key=str(number), label=label, languages=languages, votes=1)
    with django_assert_num_queries(1) as queries:
        assert counts.distinct_values(ReviewedWord, "label") == ["en", "fr", "mul"]
    assert "reviewed_word_label" in read_plans([{"sql": queries[0]["sql"].strip()}])


def test_no_rows_have_no_values():
    assert counts.distinct_values(ReviewedWord, "label") == []
