"""Undoing the deletion of an answer."""

import pytest
from django.core import signing

from classifier.models import Decision, Feedback, Prediction, ReviewedWord
from classifier.services import undo
from classifier.services.feedback import submit_feedback
from classifier.services.review import decide
from classifier.services.review import undo as undo_decision

pytestmark = pytest.mark.django_db
ANA = "user:1"


@pytest.fixture
def row(make_prediction):
    return make_prediction("né", owner=ANA, model="all")


def values(model):
    return list(model.objects.values())


def test_answer_and_feedback_return_as_they_were(row):
    submit_feedback(prediction=row, owner=ANA, label="es", comment="a moose")
    before = [values(model) for model in (Prediction, Feedback)]
    copy = undo.delete_and_copy(ANA, row.public_id)
    assert [values(model) for model in (Prediction, Feedback)] == [[], []]
    assert undo.restore(copy, ANA) == row.public_id
    assert [values(model) for model in (Prediction, Feedback)] == before


def test_second_restoration_changes_nothing(row):
    copy = undo.delete_and_copy(ANA, row.public_id)
    assert [undo.restore(copy, ANA) for _ in range(2)] == [row.public_id] * 2
    assert Prediction.objects.count() == 1


@pytest.mark.parametrize("owner", ["", "user:2"])
def test_copy_is_good_for_its_owner_only(row, owner):
    copy = undo.delete_and_copy(ANA, row.public_id)
    with pytest.raises(undo.InvalidCopy):
        undo.restore(copy, owner)
    assert not Prediction.objects.exists()


def test_old_changed_and_invented_copies_are_refused(row, monkeypatch):
    copy = undo.delete_and_copy(ANA, row.public_id)
    monkeypatch.setattr(undo, "SECONDS", -1)
    others = [copy[:-1], "", signing.dumps("[]", salt="other"), signing.dumps("[{}]", salt=undo._SALT)]
    for other in (copy, *others):
        with pytest.raises(undo.InvalidCopy):
            undo.restore(other, ANA)


def test_feedback_decided_meanwhile_is_settled(row, submit, user):
    submit_feedback(prediction=row, owner=ANA, label="es")
    copy = undo.delete_and_copy(ANA, row.public_id)
    submit(word="né", label="es", owner="user:2")
    decide(word_key="né", reviewer=user, label="es")
    undo.restore(copy, ANA)
    assert set(Feedback.objects.values_list("status", flat=True)) == {"accepted"}
    assert ReviewedWord.objects.get().votes == 2


def test_feedback_whose_decision_is_gone_keeps_its_status(row, user):
    submit_feedback(prediction=row, owner=ANA, label="es")
    decision = decide(word_key="né", reviewer=user, label="es")
    copy = undo.delete_and_copy(ANA, row.public_id)
    undo_decision(decision=decision, reviewer=user)
    assert not Decision.objects.exists()
    undo.restore(copy, ANA)
    assert Feedback.objects.values_list("status", "decision", "reviewer").get() == ("accepted", None, None)


def test_row_of_a_batch_that_is_gone_returns_alone(row):
    Prediction.objects.update(batch=row.public_id, batch_row=3)
    undo.restore(undo.delete_and_copy(ANA, row.public_id), ANA)
    assert Prediction.objects.values_list("batch", "batch_row").get() == (None, None)
