from datetime import timedelta

import pytest
from django.utils import timezone

from classifier.models import Feedback, Prediction
from classifier.services import review_queue
from classifier.services.review import decide, reject, undo

PEOPLE = [f"user:{number}" for number in range(9)]


@pytest.fixture
def say(submit):
    """Return a function that stores feedback of some people on a word."""

    def say(word, label, count=1, *, start=0, **fields):
        return [submit(word=word, label=label, owner=owner, **fields) for owner in PEOPLE[start : start + count]]

    return say


def keys(**filters):
    return list(review_queue.waiting(**filters).values_list("prediction__word_key", flat=True))


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
