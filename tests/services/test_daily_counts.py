from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from classifier.models import DailyCount, Prediction
from classifier.services import daily_counts

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 23, 59, tzinfo=UTC)


def ask(*words, created=MONDAY, verdict="single", **fields):
    """Store predictions as they were asked at some time."""
    language = "en" if verdict == "single" else ""
    answer = {"model": "Ngram", "model_version": "1", "verdict": verdict, "language": language, "source": "web"}
    Prediction.objects.bulk_create(
        Prediction(word=word, word_key=word, probabilities={}, created=created, **{**answer, **fields})
        for word in words
    )


def totals():
    return [(str(row.day), row.single, row.several, row.unsure) for row in DailyCount.objects.order_by("day")]


def test_answers_count_on_their_day():
    ask("moose", "dog"), ask("piano", verdict="several"), ask("xqzt", verdict="unsure", created=MONDAY + timedelta(1))
    assert daily_counts.count_new()
    assert totals() == [("2026-11-23", 2, 1, 0), ("2026-11-24", 0, 0, 1)]


def test_versions_count_apart():
    ask("moose"), ask("moose", model_version="2"), ask("moose", model="FF")
    daily_counts.count_new()
    assert DailyCount.objects.count() == 3


def test_each_answer_counts_once():
    ask("moose")
    daily_counts.count_new(), daily_counts.count_new()
    ask("dog")
    daily_counts.count_new()
    assert totals() == [("2026-11-23", 2, 0, 0)]


def test_counts_outlive_the_history():
    ask("moose")
    daily_counts.count_new()
    Prediction.objects.all().delete()
    ask("dog")
    daily_counts.count_new()
    assert totals() == [("2026-11-23", 2, 0, 0)]


def test_newest_answers_wait_since_older_ones_may_not_be_committed():
    ask("moose", created=timezone.now())
    assert daily_counts.count_new()
    assert totals() == []


def test_lengths_are_of_single_words_only():
    ask("a", "écoles", "ÉCOLES", "of course", "x" * 40)
    daily_counts.count_new()
    assert DailyCount.objects.get().lengths == [1, 0, 2, 0, 0, 1]


def test_private_words_count_without_length(make_prediction):
    make_prediction(private=True)
    Prediction.objects.update(created=MONDAY)
    daily_counts.count_new()
    assert (DailyCount.objects.get().answers, sum(DailyCount.objects.get().lengths)) == (1, 0)


def test_letters_that_no_model_has_are_counted():
    ask("moose", "10e", "привет", "naïve")
    daily_counts.count_new()
    assert DailyCount.objects.get().unknown == 1


def test_long_tables_are_counted_in_steps(monkeypatch):
    monkeypatch.setattr(daily_counts, "STEP", 2)
    ask(*"abcde")
    assert not daily_counts.count_new(most_steps=2)
    assert totals() == [("2026-11-23", 4, 0, 0)]
    assert daily_counts.count_new()
    assert totals() == [("2026-11-23", 5, 0, 0)]


@pytest.mark.django_db(transaction=True)
def test_processes_that_count_at_once_count_once(at_once):
    ask(*"abcde")
    assert at_once(daily_counts.count_new, [()] * 4) == [True] * 4
    assert totals() == [("2026-11-23", 5, 0, 0)]


def test_counting_reads_new_answers_only(django_assert_num_queries):
    ask("moose")
    daily_counts.count_new()
    with django_assert_num_queries(2):  # the last one counted, and those after it
        daily_counts.count_new()
