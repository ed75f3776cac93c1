import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from classifier.models import Feedback, Prediction, ReviewedWord
from classifier.services.feedback import FeedbackClosed, review_feedback

ANA, BEN = "user:1", "visitor:" + "b" * 64


def test_accepting_decides_and_leaves_an_outcome(submitted, user):
    feedback = submitted()
    decided = review_feedback(feedback=feedback, reviewer=user, status="accepted", reason="in the dictionary")
    decided.refresh_from_db()
    assert (decided.status, decided.decided_label, decided.reviewer) == ("accepted", "en", user)
    assert decided.reason == "in the dictionary"
    assert ReviewedWord.objects.values("word_key", "label", "votes").get() == {
        "word_key": "orignal",
        "label": "en",
        "votes": 1,
    }


def test_rejecting_leaves_no_outcome(submitted, user):
    decided = review_feedback(feedback=submitted(), reviewer=user, status="rejected")
    assert (decided.status, decided.decided_label) == ("rejected", "")
    assert not ReviewedWord.objects.exists()


def test_the_reviewer_may_know_better(submitted, user):
    review_feedback(feedback=submitted(), reviewer=user, status="accepted", label="mul", languages=["fr", "en"])
    outcome = ReviewedWord.objects.get()
    assert (outcome.label, outcome.languages) == ("mul", ["en", "fr"])


def test_label_of_the_reviewer_is_stored_in_canonical_form(submitted, user):
    review_feedback(feedback=submitted(), reviewer=user, status="accepted", label="MUL", languages=["fr-CA", "eng"])
    assert ReviewedWord.objects.values("label", "languages").get() == {"label": "mul", "languages": ["en", "fr"]}


def test_languages_of_accepted_feedback_are_kept(submitted, user):
    feedback = submitted(label="mul", languages=["es", "fr"])
    review_feedback(feedback=feedback, reviewer=user, status="accepted")
    assert ReviewedWord.objects.get().languages == ["es", "fr"]


def test_a_wrong_label_of_the_reviewer_decides_nothing(submitted, user):
    feedback = submitted()
    with pytest.raises(ValidationError):
        review_feedback(feedback=feedback, reviewer=user, status="accepted", label="mul")
    assert Feedback.objects.get().status == "pending"


def test_pending_is_no_decision(submitted, user):
    with pytest.raises(IntegrityError):
        review_feedback(feedback=submitted(), reviewer=user, status="pending")


def test_a_decision_is_final(submitted, user):
    feedback = submitted()
    review_feedback(feedback=feedback, reviewer=user, status="accepted")
    with pytest.raises(FeedbackClosed):
        review_feedback(feedback=feedback, reviewer=user, status="rejected")
    assert Feedback.objects.get().status == "accepted"


def test_equal_feedback_becomes_a_duplicate(submitted, user):
    first, equal, other = submitted(), submitted(owner=BEN, word="ORIGNAL"), submitted(owner=BEN, label="es")
    review_feedback(feedback=first, reviewer=user, status="accepted")
    equal.refresh_from_db()
    other.refresh_from_db()
    assert (equal.status, other.status) == ("duplicate", "pending")
    assert ReviewedWord.objects.get().votes == 2


def test_votes_for_a_shared_word_count_by_its_languages(submitted, user):
    first = submitted(label="mul", languages=["en", "fr"])
    equal = submitted(owner=BEN, label="mul", languages=["fr-CA", "EN"])
    other = submitted(owner="user:2", label="mul", languages=["en", "es"])
    review_feedback(feedback=first, reviewer=user, status="accepted")
    equal.refresh_from_db()
    other.refresh_from_db()
    assert (equal.status, other.status) == ("duplicate", "pending")
    assert ReviewedWord.objects.get().votes == 2


def test_a_later_decision_renews_the_outcome(submitted, user):
    for label in ("en", "es"):
        review_feedback(feedback=submitted(label=label), reviewer=user, status="accepted")
        ReviewedWord.objects.update(trained_in="20261122-00000001")
    review_feedback(feedback=submitted(label="fr"), reviewer=user, status="accepted")
    outcome = ReviewedWord.objects.get()
    assert (outcome.label, outcome.trained_in) == ("fr", "")


def test_the_outcome_outlives_the_history(submitted, user):
    review_feedback(feedback=submitted(), reviewer=user, status="accepted")
    Prediction.objects.all().delete()
    assert not Feedback.objects.exists()
    assert ReviewedWord.objects.get().label == "en"


def test_a_decision_outlives_its_reviewer(submitted, user):
    review_feedback(feedback=submitted(), reviewer=user, status="accepted")
    user.delete()
    assert Feedback.objects.get().status == "accepted"


@pytest.mark.django_db(transaction=True)
def test_fifty_reviewers_at_once_make_one_decision(submitted, user, at_once):
    feedback = submitted()
    review = lambda status: review_feedback(feedback=feedback, reviewer=user, status=status)  # noqa: E731
    outcomes = [type(outcome) for outcome in at_once(review, [("accepted",), ("rejected",)] * 25)]
    assert outcomes.count(Feedback) == 1
    assert outcomes.count(FeedbackClosed) == 49


@pytest.mark.django_db(transaction=True)
def test_equal_feedback_decided_at_once_neither_blocks_nor_fails(submitted, user, at_once):
    rows = [submitted(owner=f"user:{number}") for number in range(20)]
    review = lambda row: review_feedback(feedback=row, reviewer=user, status="accepted")  # noqa: E731
    outcomes = [type(outcome) for outcome in at_once(review, [(row,) for row in rows])]
    assert set(outcomes) <= {Feedback, FeedbackClosed}
    assert outcomes.count(Feedback) == 1
    assert ReviewedWord.objects.get().votes == 20
