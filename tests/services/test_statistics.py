from datetime import timedelta

import pytest
from django.utils import timezone

from classifier.models import Activation, DailyCount, Feedback, ReviewedWord
from classifier.services import counts, review_queue, statistics
from classifier.services.review import decide, reject
from tests.plans import read_plans

pytestmark = pytest.mark.django_db


def test_queue_has_words_age_and_what_was_settled(submit, user):
    for owner in ("user:1", "user:2"):
        submit(word="piano", label="en", owner=owner)
    submit(word="orignal", label="en"), submit(word="eau", label="en")
    since = timezone.now() - timedelta(days=3)
    Feedback.objects.filter(prediction__word="orignal").update(created=since)
    review_queue.update_queue(["orignal"])
    decide(word_key="piano", reviewer=user, label="en")
    reject(word_key="eau", reviewer=user)
    assert statistics.read_queue() == statistics.Queue(words=1, oldest=since, settled=3, accepted=2)


def test_old_decisions_are_not_of_this_week(submit, user):
    submit(word="piano", label="en")
    decide(word_key="piano", reviewer=user, label="en")
    Feedback.objects.update(reviewed_at=timezone.now() - timedelta(days=8))
    assert statistics.read_queue().settled == 0


def test_settled_feedback_keeps_answer_and_decision_apart(submit, user):
    submit(word="eau", label="es")
    decide(word_key="eau", reviewer=user, label="en")
    [row] = statistics.read_settled()
    assert (row.answered, row.said, row.decided, row.accepted, row.right) == ("fr", "es", "en", False, False)
    assert row.confidence == pytest.approx(0.918, abs=0.001)


def test_rates_are_of_corrections(submit, user):
    submit(word="eau", label="fr"), submit(word="gâteau", label="en"), submit(word="niña", label="fr")
    for word, label in [("eau", "fr"), ("gâteau", "en"), ("niña", "es")]:
        decide(word_key=word, reviewer=user, label=label)
    rows = statistics.read_settled()
    assert statistics.acceptance(rows) == [(("Ngram", "20261122-00000001"), 2, 1)]
    assert statistics.acceptance_by_pair(rows) == [(("fr", "en"), 1, 1), (("es", "fr"), 1, 0)]


def test_days_have_no_gaps():
    today = timezone.now().date()
    counts = {"model": "Ngram", "model_version": "1", "single": 3, "unsure": 1, "lengths": [0, 1, 2, 0, 0, 0]}
    DailyCount.objects.create(day=today, **counts)
    DailyCount.objects.create(day=today, **{**counts, "model": "FF"})
    DailyCount.objects.create(day=today - timedelta(days=29), **counts)
    DailyCount.objects.create(day=today - timedelta(days=30), **counts)
    asked = statistics.read_input()
    assert [day.answers for day in asked.days] == [4] + [0] * 28 + [8]
    assert (asked.lengths["4-5"], asked.words, asked.unsure) == (3, 9, 3)


def test_next_training_gets_words_that_are_not_kept_aside():
    words = [ReviewedWord(word_key=f"word{number}", label="en", votes=1) for number in range(60)]
    ReviewedWord.objects.bulk_create(words)
    training = [word for word in words if not word.measures]
    ReviewedWord.objects.filter(word_key=training[0].word_key).update(trained_in="20261122-00000001")
    found = statistics.read_next_training()
    assert (found.new, found.known, found.measuring) == (len(training) - 1, 1, 60 - len(training))
    assert found.labels == [("en", len(training))]


def test_live_versions_name_their_activation(user):
    activation = Activation.objects.create(name="Ngram", version="20261122-00000001", user=user, reason="better")
    Activation.objects.create(name="FF", version="20250101-0000000f")  # has no files, so it does not answer
    ngram, ff = statistics.read_live_versions()
    assert (ngram.version, ngram.activation, ngram.gate) == ("20261122-00000001", activation, "none")
    assert (ff.version, ff.activation) == ("20261122-00000002", None)


def test_model_that_cannot_answer_has_no_version(without_model):
    without_model("FF")
    assert [live.version for live in statistics.read_live_versions()] == ["20261122-00000001", ""]


def test_settled_feedback_is_read_from_an_index(django_assert_num_queries):
    with django_assert_num_queries(1) as queries:
        statistics.read_settled()
    assert "feedback_settled" in read_plans(queries)


def test_week_is_counted_from_an_index(django_assert_max_num_queries):
    with django_assert_max_num_queries(5) as queries:
        statistics.read_queue()
    plans = read_plans(queries)
    assert plans.count("feedback_reviewed") == 3
    assert "SCAN classifier_feedback" not in plans


def test_many_reviews_of_a_week_are_not_counted_to_the_end(submit, user, monkeypatch):
    monkeypatch.setattr(counts, "MOST_COUNTED", 2)
    for owner in ("user:1", "user:2", "user:3"):
        submit(word="piano", label="en", owner=owner)
    decide(word_key="piano", reviewer=user, label="en")
    queue = statistics.read_queue()
    assert (str(queue.settled), str(queue.accepted)) == ("2+", "2+")
