"""The admin's log of decisions."""

import pytest
from django.contrib.admin.models import LogEntry
from pytest_django.asserts import assertContains

from classifier.models import Decision, Feedback
from classifier.services.review import changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def act(admin_client):
    """Return a function that posts to a review page."""
    return lambda path, **fields: admin_client.post(f"/admin/review/{path}/", fields)


def entries():
    return [(entry.object_repr, entry.get_change_message()) for entry in LogEntry.objects.order_by("id")]


def test_decision_is_logged_as_it_became(act, say, admin_client):
    say("orignal", "en")
    act("decide", word="orignal", seen=0, label="mul", languages=["fr", "en"])
    act("undo", decision=Decision.objects.get().pk)
    act("decide", word="orignal", seen=changes("orignal"), label="reject")
    assert entries() == [
        ("English and French", "Added."),
        ("English and French", "Changed undone."),
        ("rejected", "Added."),
    ]
    first = f"/admin/classifier/decision/{Decision.objects.earliest('id').pk}/history/"
    assertContains(admin_client.get(first), "Changed undone.")


def test_words_of_a_visitor_are_logged_one_by_one(act, say):
    say("orignal", "en"), say("piano", "en")
    act("decide", word="orignal", seen=0, label="reject", sender_of=Feedback.objects.first().pk)
    act("undo", decision=Decision.objects.latest("id").pk, all=1)
    assert entries() == [("rejected", "Added.")] * 2 + [("rejected", "Changed undone.")] * 2


def test_clear_words_are_logged(act, say):
    say("orignal", "en", by=["user:1", "user:2", "user:3"])
    act("clear", word="0 en orignal")
    assert entries() == [("English", "Added.")]


def test_log_holds_no_word(act, say):
    say("orignal", "en")
    act("decide", word="orignal", seen=0, label="reject", reason="orignal is no word")
    assert not any("orignal" in str(value) for value in LogEntry.objects.values_list().get())
