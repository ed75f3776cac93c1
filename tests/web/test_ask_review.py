"""The sender's view of the reviews of feedback."""

import re

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from classifier.models import Decision, Feedback, ReviewedWord
from classifier.services.feedback import submit_feedback
from classifier.services.review import undo
from tests.reviews import review_feedback

pytestmark = pytest.mark.django_db


def test_accepted_feedback_is_shown_and_cannot_be_changed(give_feedback, review):
    give_feedback(label="es")
    review("accepted")
    page = give_feedback(label="en")  # an old page may still offer the form
    assertContains(page, "A reviewer agreed")
    assertNotContains(page, "Change it")
    assert Feedback.objects.get().label == "es"


def test_reviewers_label_and_reason_are_shown(give_feedback, review):
    give_feedback(label="es")
    review("accepted", label="en", reason="An elk")
    page = give_feedback(label="es")
    assertContains(page, "A reviewer decided: English.")
    assertContains(page, "Reason: An elk")


def test_rejected_feedback_is_shown_as_such(give_feedback, review):
    give_feedback(label="es")
    review("rejected")
    assertContains(give_feedback(label="es"), "A reviewer rejected it.")


def steps(page):
    """Return the steps of feedback and whether each is done."""
    html = page.content.decode().partition('<ol class="steps"')[2].partition("</ol>")[0]
    return [(text.strip(), bool(mark)) for mark, text in re.findall(r"<li( class=\"reached\")?>([^<]+)", html)]


def test_new_feedback_waits_for_a_reviewer(give_feedback):
    assert steps(give_feedback(label="es")) == [
        ("Received", True),
        ("Waits for a reviewer", False),
        ("Not learnt yet", False),
    ]


@pytest.mark.parametrize(
    ("status", "later_steps"),
    [
        ("accepted", [("Reviewed: accepted", True), ("Waits for the next model", False)]),
        ("rejected", [("Reviewed: rejected", True)]),
    ],
)
def test_steps_show_the_reviewers_decision(give_feedback, review, status, later_steps):
    give_feedback(label="es")
    review(status)
    assert steps(give_feedback(label="es")) == [("Received", True), *later_steps]


def test_steps_end_with_the_model_that_was_trained(give_feedback, review):
    give_feedback(label="es")
    review("accepted")
    ReviewedWord.objects.update(trained_in="20261123-00000009")
    assert steps(give_feedback(label="es"))[-1] == ("In the model since version 20261123-00000009", True)


def test_word_that_measures_is_in_no_model(give_feedback, review, monkeypatch):
    monkeypatch.setattr("classifier.models.feedback.measures", lambda word_key: True)
    give_feedback(label="es")
    review("accepted")
    assert steps(give_feedback(label="es"))[-1] == ("Checks every new model", True)


def test_other_decision_is_told_to_its_sender(give_feedback, review):
    give_feedback(label="es")
    review("accepted", label="en")
    page = give_feedback(label="es")
    assertContains(page, "A reviewer decided: English.")
    assert steps(page) == [("Received", True), ("Reviewed: decided otherwise", True)]


def test_overturned_decision_is_told_to_its_sender(give_feedback, review):
    give_feedback(label="es")
    feedback = review("accepted")
    submit_feedback(prediction=feedback.prediction, owner="user:7", label="en")
    review_feedback(feedback=feedback, reviewer=feedback.reviewer, status="accepted", label="en")
    page = give_feedback(label="es")
    assertContains(page, "A reviewer agreed, but the word was decided otherwise later.")
    assert steps(page)[-1] == ("Decided otherwise later", True)


def test_other_decision_that_was_overturned_is_told_to_its_sender(give_feedback, review):
    give_feedback(label="es")
    feedback = review("accepted", label="en")
    submit_feedback(prediction=feedback.prediction, owner="user:7", label="fr")
    review_feedback(feedback=feedback, reviewer=feedback.reviewer, status="accepted", label="fr")
    page = give_feedback(label="es")
    assertContains(page, "A reviewer decided: English. Later the word was decided anew.")
    assertContains(page, "Reviewers decided: French")
    assert steps(page)[-1] == ("Decided otherwise later", True)


def test_same_as_decided_before_is_told_to_its_sender(give_feedback, admin_user):
    ReviewedWord.objects.create(word_key="orignal", label="es", votes=0)
    Decision.objects.create(word_key="orignal", label="es", reviewer=admin_user)
    page = give_feedback(label="es")
    assertContains(page, "Accepted at once: reviewers had decided the same before.")
    assertContains(page, "1 person says so")


def test_agreement_of_people_is_no_reviewer_s(give_feedback, make_prediction, settings):
    settings.CONSENSUS = 2
    submit_feedback(prediction=make_prediction(owner="user:7"), owner="user:7", label="es")
    page = give_feedback(label="es")
    assertContains(page, "Accepted, since people agree about it.")


def test_contradiction_of_a_decision_is_told_to_its_sender(give_feedback):
    ReviewedWord.objects.create(word_key="orignal", label="es", votes=1)
    assertContains(give_feedback(label="en"), "Reviewers had decided otherwise, and will look at it again.")


@pytest.mark.parametrize(("word", "label"), [("un gâteau", "fr"), ("l’eau", "fr"), ("orignal", "und")])
def test_outcome_that_no_model_learns_does_not_wait(client, ask, review, word, label):
    address = ask(word)
    client.post(f"{address}feedback/", {"label": label})
    review("accepted")
    assert steps(client.get(address))[-1] == ("Shown beside the answers; no model learns it", True)


def test_undone_decision_is_told_to_its_sender(give_feedback, review, admin_user):
    give_feedback(label="es")
    undo(decision=review("accepted").decision, reviewer=admin_user)
    assertContains(give_feedback(label="es"), "The decision was taken back; a reviewer looks at it again.")
