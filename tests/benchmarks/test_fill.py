"""The database of `make benchmark`."""

from datetime import UTC, datetime

import pytest

from benchmarks.performance import fill, words
from classifier.models import Feedback, Prediction

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]


def test_rows_are_copies_with_their_changes(monkeypatch):
    monkeypatch.setattr(fill, "some_words", lambda count: ["été", "piano", "the"][:count])
    now = datetime(2026, 11, 30, tzinfo=UTC).replace(tzinfo=None)
    template = Prediction(model="Ngram", model_version="1", probabilities={"en": 0.9}, source="api", owner="user:1")
    fill.insert(template, fill.predictions(20, now))
    fill.insert(Feedback(label="fr", kind="correction"), fill.feedback(20, now))
    first, last = Prediction.objects.first(), Prediction.objects.last()
    assert (first.word, first.word_key, first.verdict, first.probabilities) == ("été", "été", "unsure", {"en": 0.9})
    assert (last.word, last.language, last.owner) == ("piano", "en", "user:1")
    assert last.created > first.created
    assert list(Feedback.objects.values_list("prediction_id", "status")) == [(1, "pending"), (11, "rejected")]


def test_words_are_distinct_and_begin_again(monkeypatch):
    monkeypatch.setattr(words, "distinct_words", lambda: ["a", "b"])
    assert words.some_words(3) == ["a", "b", "a"]
