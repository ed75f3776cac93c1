from datetime import timedelta

import pytest
from django.utils import timezone

from classifier.models import Feedback, Prediction, QueuedWord
from classifier.services import history, review_queue
from classifier.services.feedback import submit_feedback, withdraw_feedback
from classifier.services.review import decide, reject, reject_owner, undo, undo_act
from classifier.services.undo import delete_and_copy, restore
from tests.plans import read_plans

PEOPLE = [f"user:{number}" for number in range(9)]


@pytest.fixture
def say(submit):
    """Return a function that stores feedback of some people on a word."""

    def say(word, label, count=1, *, start=0, **fields):
        return [submit(word=word, label=label, owner=owner, **fields) for owner in PEOPLE[start : start + count]]

    return say


def keys(**filters):
    return list(review_queue.waiting(**filters).values_list("word_key", flat=True))


def test_words_with_most_votes_come_first(say):
    say("piano", "en"), say("orignal", "en", 3), say("eau", "mul", 2, languages=["en", "fr"])
    assert keys() == ["orignal", "eau", "piano"]
    assert review_queue.count_waiting() == 3


def test_contradiction_of_a_sure_answer_comes_first(say):
    say("xqzt", "zxx"), say("eau", "fr"), say("gâteau", "en")
    assert keys() == ["gâteau", "xqzt", "eau"]


def test_spellings_of_a_word_wait_together(say):
    say("orignal", "en"), say("“ORIGNAL”", "en", start=1)
    assert keys() == ["orignal"]
    assert [vote.owners for vote in review_queue.read_word("orignal").votes] == [2]


def test_filters_choose_words(say):
    say("piano", "en"), say("orignal", "es")
    Prediction.objects.filter(word="orignal").update(model="FF")
    Feedback.objects.filter(label="es").update(created=timezone.now() - timedelta(days=8))
    assert (keys(model="FF"), keys(label="en"), keys(days=7)) == (["orignal"], ["piano"], ["orignal"])


def test_skipped_words_are_left_for_later(say):
    say("orignal", "en", 2), say("piano", "en")
    assert review_queue.next_key() == "orignal"
    first, _second, last = Feedback.objects.order_by("id").values_list("pk", flat=True)
    assert review_queue.next_key([first]) == "piano"
    assert review_queue.next_key([first, last]) is None


def test_votes_count_people_by_label_and_languages(say):
    say("piano", "mul", 3, languages=["en", "fr"]), say("piano", "mul", 1, start=3, languages=["en", "es"])
    say("Piano", "mul", 1, languages=["en", "fr"])  # the first person again
    votes = review_queue.read_word("piano").votes
    counted = [(vote.languages, vote.owners, vote.share) for vote in votes]
    assert counted == [(["en", "fr"], 3, 0.75), (["en", "es"], 1, 0.25)]


def test_majority_is_more_than_any_other(say):
    say("piano", "en", 2), say("piano", "fr", 1, start=2)
    assert review_queue.read_word("piano").majority.label == "en"
    say("piano", "fr", 1, start=3)
    assert review_queue.read_word("piano").majority is None


def test_clear_words_have_three_equal_votes_and_no_other(say, user):
    say("orignal", "en", 3), say("piano", "en", 2), say("eau", "fr", 3), say("eau", "es", 1, start=3)
    say("casa", "mul", 3, languages=["en", "es"]), say("casa", "mul", 1, start=3, languages=["fr", "es"])
    assert [word.key for word in review_queue.clear_words()] == ["orignal"]
    decide(word_key="orignal", reviewer=user, label="es")
    say("orignal", "en", 3, start=3)
    assert review_queue.clear_words() == []


def test_clear_words_are_read_in_few_queries(say, user, django_assert_max_num_queries):
    words = [f"{start}{end}" for start in "abcdef" for end in ("eau", "ana")]
    for word in words:
        say(word, "en", 3)
        undo(decision=reject(word_key=word, reviewer=user), reviewer=user)
    with django_assert_max_num_queries(6):
        clear = review_queue.clear_words()
    assert {word.key: (word.seen, len(word.feedback)) for word in clear} == dict.fromkeys(words, (2, 3))


def test_word_shows_its_decisions(say, user):
    say("orignal", "en")
    first = reject(word_key="orignal", reviewer=user)
    undo(decision=first, reviewer=user)
    second = decide(word_key="orignal", reviewer=user, label="en")
    word = review_queue.read_word("orignal")
    assert [decision.pk for decision in word.decisions] == [second.pk, first.pk]
    assert (word.outcome.label, word.feedback, word.seen) == ("en", [], 3)


def test_unknown_word_is_none(db):
    assert review_queue.read_word("nothing") is None


def act_on_all(row, user):
    """Pass each act that changes feedback, and yield after it."""
    yield submit_feedback(prediction=row, owner="user:1", label="fr")
    yield withdraw_feedback(prediction=row, owner="user:1")
    yield submit_feedback(prediction=row, owner="user:1", label="en")
    yield history.move_rows("user:0", "user:1")
    decision = decide(word_key="orignal", reviewer=user, label="es")
    yield decision
    yield undo(decision=decision, reviewer=user)
    decisions = reject_owner(owner="user:1", reviewer=user)
    yield decisions
    yield undo_act(decision=decisions[0], reviewer=user)
    copy = delete_and_copy("user:1", row.public_id)
    yield copy
    yield restore(copy, "user:1")
    yield history.delete_one("user:1", row.public_id)


def sums(words):
    return sorted((word.word_key, word.owners, word.contradicting, word.since, word.agreeing) for word in words)


def test_queue_follows_each_act(say, make_prediction, user):
    say("orignal", "en", 3), say("piano", "en")
    keys = ["orignal", "piano"]
    for _ in act_on_all(make_prediction("orignal", owner="user:1"), user):
        assert sums(QueuedWord.objects.all()) == sums(review_queue.add_up(keys))


def test_word_waits_also_if_the_server_stops_while_an_answer_returns(make_prediction, monkeypatch):
    row = make_prediction("orignal", owner="user:1")
    submit_feedback(prediction=row, owner="user:1", label="en")
    copy = delete_and_copy("user:1", row.public_id)
    assert review_queue.next_key() is None
    monkeypatch.setattr("classifier.services.undo._settle", lambda word_key: None)
    restore(copy, "user:1")
    assert review_queue.next_key() == "orignal"


def test_feedback_keeps_the_key_of_its_word(submit):
    assert submit(word="ORIGNAL!").word_key == "orignal"


@pytest.mark.parametrize(
    ("read", "index"),
    [
        (review_queue.next_key, "queued_word_order"),
        (review_queue.clear_words, "queued_word_clear"),
        (lambda: review_queue.next_key(label="en"), "queued_word_order"),
        (lambda: review_queue.read_word("orignal"), "feedback_word"),
    ],
)
def test_queue_is_read_from_an_index(read, index, say, django_assert_max_num_queries):
    say("orignal", "en")
    with django_assert_max_num_queries(6) as queries:
        read()
    plans = read_plans(queries)
    assert index in plans
    assert "SCAN classifier_feedback" not in plans


def test_word_without_pending_feedback_is_never_next(say):
    say("piano", "mul", languages=["fr", "es"])
    QueuedWord.objects.create(word_key="orignal", owners=9, contradicting=0, since=timezone.now())
    assert review_queue.next_key() == "piano"
