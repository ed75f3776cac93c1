"""Decisions of reviewers in the admin."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from classifier.models import Feedback, ReviewedWord
from classifier.services.feedback import submit_feedback
from tests.review.conftest import act


def test_accepting_goes_through_the_service(admin_client, admin_user, feedback):
    response = act(admin_client, "accept", feedback, reason="in the dictionary")
    feedback.refresh_from_db()
    assert (feedback.status, feedback.decided_label, feedback.reason) == ("accepted", "en", "in the dictionary")
    assert feedback.reviewer == admin_user
    assert ReviewedWord.objects.get().label == "en"
    assert "1 feedback was decided" in response.content.decode()


def test_rejecting_goes_through_the_service(admin_client, feedback):
    act(admin_client, "reject", feedback)
    feedback.refresh_from_db()
    assert feedback.status == "rejected"
    assert not ReviewedWord.objects.exists()


@pytest.mark.parametrize("languages", ["fr en", "fr, en", "FR,eng"])
def test_reviewer_can_give_another_label(admin_client, feedback, languages):
    act(admin_client, "accept", feedback, label="mul", languages=languages)
    assert ReviewedWord.objects.values("label", "languages").get() == {"label": "mul", "languages": ["en", "fr"]}


@pytest.mark.parametrize(
    "fields",
    [
        {"label": "French"},
        {"label": "qqq"},
        {"label": "mul"},
        {"label": "mul", "languages": "mul zxx"},
        {"label": "fr", "languages": "en es"},
        {"languages": "en es"},
    ],
)
def test_invalid_label_is_explained_and_decides_nothing(admin_client, feedback, fields):
    response = act(admin_client, "accept", feedback, **fields)
    feedback.refresh_from_db()
    assert feedback.status == "pending"
    assert 'class="error"' in response.content.decode()
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("action", ["accept", "reject"])
def test_second_decision_is_refused_with_a_warning(admin_client, feedback, action):
    act(admin_client, "reject", feedback)
    response = act(admin_client, action, feedback)
    feedback.refresh_from_db()
    assert feedback.status == "rejected"
    assert "is decided already" in response.content.decode()


def test_several_feedbacks_are_decided_together(admin_client, make_prediction):
    rows = [
        submit_feedback(prediction=make_prediction(word), owner="user:7", label="es") for word in ("piano", "orignal")
    ]
    act(admin_client, "accept", *rows)
    assert ReviewedWord.objects.count() == 2


def test_equal_feedback_selected_together_is_decided_once(admin_client, make_prediction):
    rows = [submit_feedback(prediction=make_prediction(), owner=f"user:{number}", label="es") for number in range(3)]
    act(admin_client, "accept", *rows)
    assert sorted(Feedback.objects.values_list("status", flat=True)) == ["accepted", "duplicate", "duplicate"]
    assert ReviewedWord.objects.get().votes == 3


@pytest.mark.parametrize(("action", "status"), [("accept", "accepted"), ("reject", "rejected")])
def test_decisions_are_logged_with_their_reason(admin_client, admin_user, feedback, action, status):
    act(admin_client, action, feedback, reason="checked")
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (admin_user, str(feedback.pk))
    assert entry.get_change_message() == f"{status}: checked"
    assert entry.object_repr.endswith(f"({status})")


def test_reviewer_needs_one_permission_only(staff, feedback):
    act(staff("view_feedback", "change_feedback"), "accept", feedback)
    assert Feedback.objects.get().status == "accepted"


@pytest.mark.parametrize("action", ["accept", "reject", "delete_selected"])
@pytest.mark.parametrize("permissions", [["view_feedback"], ["view_feedback", "delete_feedback"], []])
def test_viewer_cannot_decide(staff, feedback, action, permissions):
    act(staff(*permissions), action, feedback, post="yes")
    assert Feedback.objects.get().status == "pending"
    assert not LogEntry.objects.exists()


def test_decision_without_reason_is_logged(admin_client, feedback):
    act(admin_client, "reject", feedback)
    assert LogEntry.objects.get().get_change_message() == "rejected"


def test_viewer_is_not_offered_to_decide(staff, feedback):
    page = staff("view_feedback").get(reverse("admin:classifier_feedback_changelist")).content.decode()
    assert "orignal" in page
    assert 'value="accept"' not in page
