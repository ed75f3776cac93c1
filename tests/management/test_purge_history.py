import sys
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from classifier.api.models import AnsweredRequest
from classifier.management.commands import purge_history as command
from classifier.models import DailyCount, Decision, Feedback, Prediction, ReviewedWord
from classifier.services import history
from classifier.services.feedback import submit_feedback
from tests.reviews import review_feedback

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def without_wiping(monkeypatch):
    """Skip wiping, which cannot run in a test's transaction."""
    monkeypatch.setattr(command, "wipe_unused_space", lambda: None)


@pytest.fixture
def store_old(make_prediction):
    """Return a function that stores an old answer."""

    def store(days, word="orignal", **options):
        prediction = make_prediction(word, **options)
        created = timezone.now() - timedelta(days=days, minutes=-1)
        Prediction.objects.filter(pk=prediction.pk).update(created=created)
        return prediction

    return store


@pytest.fixture
def purge(capsys):
    """Return a function that runs the command: its output."""

    def purge(*arguments):
        call_command("purge_history", *arguments)
        return capsys.readouterr().out

    return purge


def words():
    return [prediction.word for prediction in Prediction.objects.order_by("id")]


def test_older_answers_are_deleted(store_old, purge):
    store_old(31, "piano", owner="user:1")
    store_old(30, "orignal", owner="user:1")
    assert "answers older than 30 days deleted: 1" in purge("--days", "30")
    assert words() == ["orignal"]


def test_private_and_ownerless_rows_are_deleted(store_old, purge):
    store_old(9, private=True)
    store_old(9)
    purge("--days", "8")
    assert words() == []


def test_days_default_to_the_setting(store_old, purge, settings):
    settings.HISTORY_DAYS = 8
    store_old(9)
    assert "older than 8 days deleted: 1" in purge()


def test_dry_run_deletes_nothing(store_old, purge):
    store_old(9)
    assert "older than 8 days would be deleted: 1" in purge("--days", "8", "--dry-run")
    assert words() == ["orignal"]


def test_feedback_is_deleted_and_the_reviewed_word_stays(store_old, purge, user):
    feedback = submit_feedback(prediction=store_old(9, owner="user:1"), owner="user:1", label="es")
    review_feedback(feedback=feedback, reviewer=user, status="accepted")
    purge("--days", "8")
    assert (Feedback.objects.exists(), ReviewedWord.objects.get().label) == (False, "es")


def test_decisions_are_deleted_with_the_last_feedback_unless_there_is_an_outcome(store_old, purge, user):
    for word, status in [("piano", "accepted"), ("orignal", "rejected")]:
        feedback = submit_feedback(prediction=store_old(9, word, owner="user:1"), owner="user:1", label="es")
        review_feedback(feedback=feedback, reviewer=user, status=status)
    purge("--days", "8")
    assert [decision.word_key for decision in Decision.objects.all()] == ["piano"]


def test_answers_are_deleted_in_chunks(store_old, purge, monkeypatch):
    for days in (9, 12, 10, 11, 13):
        store_old(days)
    delete_rows, sizes = history.delete_rows, []
    monkeypatch.setattr(history, "CHUNK", 2)
    monkeypatch.setattr(history, "delete_rows", lambda keys: sizes.append(len(keys)) or delete_rows(keys))
    assert ": 5\n" in purge("--days", "8")
    assert sizes == [2, 2, 1]


def test_expired_sessions_and_records_are_deleted(purge):
    now = timezone.now()
    for hours in (-1, 1):
        Session.objects.create(session_key=f"session{hours}", expire_date=now + timedelta(hours=hours))
    for hours in (23, 25):
        AnsweredRequest.objects.create(key=str(hours), predictions=[], created=now - timedelta(hours=hours))
    output = purge()
    assert "expired sessions deleted: 1" in output
    assert "records of repeatable requests deleted: 1" in output
    assert (Session.objects.get().session_key, AnsweredRequest.objects.get().key) == ("session1", "23")


@pytest.mark.parametrize("days", ["0", "-1", "x", "36501", "9" * 9, "1.5"])
def test_invalid_days_are_refused(days):
    with pytest.raises(CommandError, match="must be a number of days"):
        call_command("purge_history", "--days", days)


def test_progress_is_shown_on_a_terminal(store_old, purge, monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    store_old(9)
    call_command("purge_history", "--days", "8")
    assert "/1 [" in capsys.readouterr().err


def test_busy_database_is_reported_after_the_counts(store_old, monkeypatch, capsys):
    def busy():
        raise OperationalError("database is locked")

    monkeypatch.setattr(command, "wipe_unused_space", busy)
    with pytest.raises(CommandError, match="run this again"):
        call_command("purge_history")
    assert "deleted: 0" in capsys.readouterr().out


def test_deleted_answers_stay_counted(store_old, purge):
    store_old(40)
    purge("--days", "30")
    assert DailyCount.objects.get().answers == 1
