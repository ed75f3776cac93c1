"""Decisions by agreeing people, without a reviewer."""

import pytest

from classifier.models import Decision, Feedback, ReviewedWord
from classifier.services.feedback import submit_feedback
from classifier.services.review import decide, reject, undo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def three_decide(settings):
    settings.CONSENSUS = 3


@pytest.fixture
def say(submit):
    """Return a function that submits feedback of some people, by number."""

    def say(*people, label="en", **fields):
        return [submit(owner=f"user:{number}", label=label, **fields) for number in people]

    return say


def statuses():
    return list(Feedback.objects.order_by("id").values_list("status", flat=True))


def test_agreeing_people_decide(say):
    say(1, 2)
    assert (statuses(), Decision.objects.count()) == (["pending"] * 2, 0)
    say(3, word="“ORIGNAL”")
    assert statuses() == ["accepted"] * 3
    decision = Decision.objects.get()
    assert (decision.reviewer, decision.reason) == (None, "3 people agree, nobody disagrees")
    assert ReviewedWord.objects.values_list("label", "languages", "votes").get() == ("en", [], 3)
    assert (decision.by_consensus, ReviewedWord.objects.get().by_consensus) == (True, True)
    assert set(Feedback.objects.values_list("decision", "reviewer")) == {(decision.pk, None)}


def test_reviewers_alone_decide_by_default(say, settings):
    settings.CONSENSUS = 0
    say(*range(9))
    assert set(statuses()) == {"pending"}


def test_dissent_leaves_the_word_to_reviewers(say):
    say(9, label="es"), say(1, 2, 3, 4)
    assert set(statuses()) == {"pending"}


def test_other_languages_of_a_shared_word_are_dissent(say):
    say(1, label="mul", languages=["en", "es"]), say(2, 3, 4, label="mul", languages=["en", "fr"])
    assert set(statuses()) == {"pending"}


def test_one_person_counts_once_and_nobody_does_not_count(say, submit):
    say(1, 1, 1, 2), submit(owner="")
    assert set(statuses()) == {"pending"}


def test_dissenter_who_agrees_in_the_end_is_no_dissenter(say):
    [dissent] = say(1, label="es")
    say(2, 3)
    submit_feedback(prediction=dissent.prediction, owner="user:1", label="en")
    assert set(statuses()) == {"accepted"}


def test_later_agreement_counts_and_contradiction_waits(say):
    say(1, 2, 3, 4), say(5, label="es")
    assert statuses() == ["accepted"] * 4 + ["pending"]
    assert (ReviewedWord.objects.get().votes, Decision.objects.count()) == (4, 1)


def test_undone_consensus_is_not_made_again(say, user):
    say(1, 2, 3)
    undo(decision=Decision.objects.get(), reviewer=user)
    say(4, 5)
    assert (statuses(), ReviewedWord.objects.count()) == (["pending"] * 5, 0)


def test_reviewer_has_the_last_word(say, user):
    say(1)
    decide(word_key="orignal", reviewer=user, label="fr")
    say(2, 3, 4)
    assert ReviewedWord.objects.get().label == "fr"
    say(1, word="piano")
    reject(word_key="piano", reviewer=user)
    say(2, 3, 4, word="piano")
    assert statuses()[-3:] == ["pending"] * 3


@pytest.mark.django_db(transaction=True)
def test_simultaneous_feedback_decides_once(make_prediction, at_once):
    rows = [make_prediction() for _ in range(10)]
    said = at_once(
        lambda number: submit_feedback(prediction=rows[number], owner=f"user:{number}", label="en"),
        [(number,) for number in range(10)],
    )
    assert {type(one) for one in said} == {Feedback}
    assert (statuses(), Decision.objects.count()) == (["accepted"] * 10, 1)
    assert ReviewedWord.objects.get().votes == 10
