"""Deletions beside other transactions; on PostgreSQL rows are locked one by one."""

import pytest

from classifier.models import Batch, Feedback, Prediction, QueuedWord
from classifier.services import history
from classifier.services.feedback import submit_feedback
from classifier.services.review import decide

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 10


@pytest.fixture
def owned_words(make_prediction):
    """Return a function that stores rows of an owner, with feedback on each."""

    def make(owner, words):
        rows = [make_prediction(word, owner=owner) for word in words]
        for row in rows:
            submit_feedback(prediction=row, owner=owner, label="en")
        return rows

    return make


def delete(owner):
    return history.delete_all(Prediction.objects.of(owner))


def correct(row, label):
    try:
        return submit_feedback(prediction=row, owner=row.owner, label=label)
    except Prediction.DoesNotExist:
        return None  # deleted before


def test_deletions_and_feedback_at_once_fail_neither(owned_words, at_once):
    for _ in range(ROUNDS):
        rows = owned_words("user:1", ["un", "deux", "trois", "quatre"])
        calls = [(delete, "user:1"), (delete, "user:1"), *((correct, row, "fr") for row in rows)]
        outcomes = at_once(lambda function, *arguments: function(*arguments), calls)
        assert [one for one in outcomes if isinstance(one, Exception)] == []
        assert not Feedback.objects.exists()
        assert not QueuedWord.objects.exists()


def test_deletions_and_decisions_at_once_fail_neither(owned_words, at_once, user):
    words = ["un", "deux", "trois", "quatre"]
    for number in range(ROUNDS):
        for owner in ("user:1", "user:2"):
            owned_words(owner, words if owner == "user:1" else reversed(words))
        label = ("fr", "es")[number % 2]
        calls = [(delete, {"owner": "user:1"}), (delete, {"owner": "user:2"})]
        calls += [(decide, {"word_key": word, "reviewer": user, "label": label}) for word in words]
        outcomes = at_once(lambda function, arguments: function(**arguments), calls)
        failures = [one for one in outcomes if isinstance(one, Exception) and type(one).__name__ != "NothingPending"]
        assert failures == []


def test_logins_deletions_and_feedback_at_once_fail_none(owned_words, at_once):
    for number in range(ROUNDS):
        visitor = f"visitor:{number}"
        rows = owned_words(visitor, ["un", "deux", "trois", "quatre"])
        calls = [(history.move_rows, visitor, "user:1"), (delete, visitor), *((correct, row, "fr") for row in rows)]
        outcomes = at_once(lambda function, *arguments: function(*arguments), calls)
        assert [one for one in outcomes if isinstance(one, Exception)] == []


def test_batch_deleted_in_parts_at_once_is_gone(make_prediction, at_once):
    for _ in range(ROUNDS):
        batch = Batch.objects.create(owner="user:1", answered=2)
        rows = [make_prediction(word, owner="user:1", batch=batch.public_id) for word in ("un", "deux")]
        for number, row in enumerate(rows, 1):
            Prediction.objects.filter(pk=row.pk).update(batch_row=number)
        at_once(lambda row: history.delete_rows([row.pk]), [(row,) for row in rows])
        assert not Batch.objects.exists()


def test_word_of_feedback_that_is_sent_meanwhile_leaves_the_queue(make_prediction, monkeypatch):
    row, lock, sent = make_prediction("un", owner="user:1"), history._lock, []

    def send_first(*arguments):
        if not sent:
            sent.append(submit_feedback(prediction=row, owner="user:1", label="en"))
        lock(*arguments)

    monkeypatch.setattr(history, "_lock", send_first)
    history.delete_rows([row.pk])
    assert sent
    assert not Prediction.objects.exists()
    assert not QueuedWord.objects.exists()
