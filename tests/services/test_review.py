import pytest
from django.core.exceptions import ValidationError

from classifier.models import Decision, Feedback, Prediction, ReviewedWord
from classifier.services import review
from classifier.services.feedback import FeedbackClosed, submit_feedback, withdraw_feedback
from classifier.services.review import (
    AlreadyUndone,
    DecidedMeanwhile,
    NothingPending,
    changes,
    decide,
    reject,
    reject_owner,
    same_act,
    undo,
    undo_act,
)

ANA, BEN = "user:1", "visitor:" + "b" * 64


@pytest.fixture
def about(user):
    """Return the arguments of a decision about orignal."""
    return {"word_key": "orignal", "reviewer": user}


def outcome():
    return ReviewedWord.objects.values_list("word_key", "label", "languages", "votes").get()


def statuses():
    return list(Feedback.objects.order_by("id").values_list("status", flat=True))


def test_decision_settles_all_feedback_on_the_word(submit, about):
    submit(label="en"), submit(owner=BEN, word="“ORIGNAL”", label="en"), submit(owner="user:2", label="es")
    decision = decide(**about, label="en", reason="in the dictionary")
    assert statuses() == ["accepted", "accepted", "otherwise"]
    assert outcome() == ("orignal", "en", [], 2)
    for row in Feedback.objects.all():
        assert (row.decided_label, row.decision, row.reviewer) == ("en", decision, about["reviewer"])
        assert (row.reason, row.reviewed_at) == ("in the dictionary", decision.created)


def test_shared_word_is_decided_by_its_languages(submit, about):
    submit(label="mul", languages=["en", "fr"])
    submit(owner=BEN, label="mul", languages=["fr-CA", "EN"])
    submit(owner="user:2", label="mul", languages=["en", "es"])
    decide(**about, label="MUL", languages=["fra", "en"])
    assert statuses() == ["accepted", "accepted", "otherwise"]
    assert outcome() == ("orignal", "mul", ["en", "fr"], 2)


def test_other_words_wait(submit, about):
    submit(word="piano", label="en"), submit(label="en")
    decide(**about, label="en")
    assert statuses() == ["pending", "accepted"]


@pytest.mark.parametrize(
    ("label", "languages"), [("mul", []), ("mul", ["fr"]), ("fr", ["en", "es"]), ("French", []), ("", ["en", "es"])]
)
def test_invalid_label_decides_nothing(submit, about, label, languages):
    submit()
    with pytest.raises(ValidationError):
        decide(**about, label=label, languages=languages)
    assert statuses() == ["pending"]
    assert not Decision.objects.exists()


def test_rejected_feedback_changes_no_outcome(submit, about):
    submit(label="en")
    decide(**about, label="en")
    submit(owner=BEN, label="es")
    reject(**about, reason="a typing error")
    assert statuses() == ["accepted", "rejected"]
    assert outcome() == ("orignal", "en", [], 1)


def test_all_feedback_of_a_visitor_is_rejected(submit, user):
    submit(owner=BEN, label="es"), submit(owner=BEN, word="piano", label="es"), submit(owner=ANA, label="en")
    decisions = reject_owner(owner=BEN, reviewer=user, reason="spam")
    assert [(one.word_key, one.reason) for one in decisions] == [("orignal", "spam"), ("piano", "spam")]
    assert statuses() == ["rejected", "rejected", "pending"]


@pytest.mark.parametrize("step", [1, 2, 500])
def test_rejection_of_a_visitor_is_undone_as_a_whole(submit, user, monkeypatch, step):
    monkeypatch.setattr("classifier.services.review.STEP", step)
    submit(owner=ANA, word="eau"), reject_owner(owner=ANA, reviewer=user)
    for word in ("orignal", "piano", "gâteau"):
        submit(owner=BEN, word=word)
    reject_owner(owner=BEN, reviewer=user)
    last = Decision.objects.latest("id")
    undo(decision=last, reviewer=user)
    assert [decision.word_key for decision in same_act(last)] == ["gâteau", "orignal"]
    assert len(undo_act(decision=last, reviewer=user)) == 2
    assert statuses() == ["rejected", "pending", "pending", "pending"]
    assert undo_act(decision=last, reviewer=user) == []


def test_word_settled_meanwhile_is_left_out(submit, user, monkeypatch):
    submit(owner=BEN, word="eau"), submit(owner=BEN), submit(owner=ANA)
    lock_word = review.lock_word

    def settle_and_lock(word_key):
        Feedback.objects.filter(owner=BEN, prediction__word_key="orignal").delete()
        lock_word(word_key)

    monkeypatch.setattr(review, "lock_word", settle_and_lock)
    assert [decision.word_key for decision in reject_owner(owner=BEN, reviewer=user)] == ["eau"]
    assert Decision.objects.count() == 1


def test_later_decision_replaces_the_outcome(submit, about):
    submit(label="en")
    decide(**about, label="en")
    ReviewedWord.objects.update(trained_in="20261122-00000001")
    submit(owner=BEN, label="fr")
    decide(**about, label="fr")
    assert outcome() == ("orignal", "fr", [], 1)
    assert ReviewedWord.objects.get().trained_in == ""
    assert Feedback.objects.first().overturned_by(ReviewedWord.objects.get())


def test_same_decision_again_keeps_the_version_that_learnt_it(submit, about):
    submit(label="en")
    decide(**about, label="en")
    ReviewedWord.objects.update(trained_in="20261122-00000001")
    submit(owner=BEN, label="fr")
    decide(**about, label="en")
    assert ReviewedWord.objects.get().trained_in == "20261122-00000001"


def test_undone_decision_leaves_feedback_as_it_was(submit, about):
    submit(label="en"), submit(owner=BEN, label="es")
    before = list(Feedback.objects.order_by("id").values())
    undo(decision=decide(**about, label="en"), reviewer=about["reviewer"])
    assert list(Feedback.objects.order_by("id").values()) == [
        {**row, "reopened": True, "unread": True} for row in before
    ]
    assert not ReviewedWord.objects.exists()
    assert Decision.objects.get().undone_by == about["reviewer"]


def test_decision_before_an_undone_one_stands_again(submit, about):
    submit(label="en")
    decide(**about, label="en")
    submit(owner=BEN, label="fr")
    undo(decision=decide(**about, label="fr"), reviewer=about["reviewer"])
    assert outcome() == ("orignal", "en", [], 1)
    assert statuses() == ["accepted", "pending"]


def test_undone_older_decision_leaves_the_later_one(submit, about):
    submit(label="en")
    older = decide(**about, label="fr")
    submit(owner=BEN, label="en")
    decide(**about, label="en")
    undo(decision=older, reviewer=about["reviewer"])
    assert (outcome(), statuses()) == (("orignal", "en", [], 2), ["accepted", "accepted"])


def test_sender_who_was_right_in_the_end_is_accepted(submit, about):
    submit(label="en")
    decide(**about, label="fr")
    submit(owner=BEN, label="en")
    decide(**about, label="en")
    assert statuses() == ["accepted", "accepted"]


def test_word_without_pending_feedback_is_not_decided(submit, about):
    for act in (lambda: decide(**about, label="en"), lambda: reject(**about)):
        with pytest.raises(NothingPending):
            act()
    assert not Decision.objects.exists()


def test_votes_count_feedback_that_came_after_the_decision(submit, about):
    submit(label="en")
    decide(**about, label="en")
    submit(owner=BEN, label="en")
    assert outcome() == ("orignal", "en", [], 2)


def test_word_is_forgotten_with_its_last_feedback(submit, about):
    feedback = submit(label="en")
    undo(decision=decide(**about, label="en"), reviewer=about["reviewer"])
    withdraw_feedback(prediction=feedback.prediction, owner=feedback.owner)
    assert not Decision.objects.exists()


def test_undone_rejection_keeps_the_outcome(submit, about):
    ReviewedWord.objects.create(word_key="orignal", label="fr", votes=3)
    submit(label="en")
    undo(decision=reject(**about), reviewer=about["reviewer"])
    assert (outcome(), statuses()) == (("orignal", "fr", [], 0), ["pending"])  # votes are counted anew


def test_decision_is_undone_once(submit, about):
    submit()
    decision = decide(**about, label="en")
    undo(decision=decision, reviewer=about["reviewer"])
    with pytest.raises(AlreadyUndone):
        undo(decision=decision, reviewer=about["reviewer"])


def test_second_reviewer_hears_of_the_first_decision(submit, about):
    submit(label="en")
    seen = changes("orignal")
    first = decide(**about, label="en", seen=seen)
    with pytest.raises(DecidedMeanwhile):
        decide(**about, label="fr", seen=seen)
    undo(decision=first, reviewer=about["reviewer"])
    with pytest.raises(DecidedMeanwhile):
        reject(**about, seen=1)
    assert statuses() == ["pending"]


def test_outcome_outlives_the_history(submit, about):
    submit()
    decide(**about, label="en")
    Prediction.objects.all().delete()
    assert not Feedback.objects.exists()
    assert ReviewedWord.objects.get().label == "en"


def test_decision_outlives_its_reviewer(submit, about):
    submit()
    decide(**about, label="en")
    about["reviewer"].delete()
    assert (statuses(), Decision.objects.get().reviewer) == (["accepted"], None)


@pytest.mark.django_db(transaction=True)
def test_feedback_and_decisions_at_once_leave_no_word_in_between(submit, about, at_once):
    rows = [submit(owner=f"user:{number}", label="en") for number in range(10)]

    def change(number):
        if number % 2:
            return submit_feedback(prediction=rows[number].prediction, owner=rows[number].owner, label="en")
        return decide(**about, label="en")

    outcomes = at_once(change, [(number,) for number in range(10)])
    assert {type(one) for one in outcomes} <= {Feedback, Decision, FeedbackClosed, NothingPending}
    assert statuses() == ["accepted"] * 10
    assert outcome() == ("orignal", "en", [], 10)


@pytest.mark.django_db(transaction=True)
def test_fifty_simultaneous_reviewers_make_one_decision(submit, about, at_once):
    submit(), submit(owner=BEN, label="es")
    outcomes = at_once(lambda label: decide(**about, label=label, seen=0), [("en",), ("es",)] * 25)
    assert [type(one) for one in outcomes].count(Decision) == 1
    assert {type(one) for one in outcomes} == {Decision, DecidedMeanwhile}
    assert sorted(statuses()) == ["accepted", "otherwise"]
