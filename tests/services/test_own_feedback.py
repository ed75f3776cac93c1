import pytest
from django.core.exceptions import BadRequest
from django.db import connection

from classifier.models import Feedback, ReviewedWord
from classifier.services.own_feedback import FeedbackPage, has_news, mark_read
from classifier.services.review import decide, reject, reject_owner, undo

ANA, BEN = "user:1", "visitor:" + "b" * 64


@pytest.fixture
def about(user):
    """Return the arguments of a decision about orignal."""
    return {"word_key": "orignal", "reviewer": user}


def news():
    """Return who has news, and forget that they have."""
    owners = {owner for owner in (ANA, BEN) if has_news(owner)}
    for owner in owners:
        mark_read(owner)
    return owners


def words(page):
    return [feedback.prediction.word for feedback in page.rows]


def test_new_feedback_is_no_news(submit):
    submit()
    assert news() == set()


def test_decision_is_news_once_for_all_senders_of_the_word(submit, about):
    submit(owner=ANA, label="en"), submit(owner=BEN, label="es")
    decide(**about, label="en")
    assert news() == {ANA, BEN}
    assert news() == set()


def test_rejection_is_news(submit, about, user):
    submit(owner=ANA), submit(owner=BEN)
    reject(**about, owner=ANA)
    assert news() == {ANA}
    reject_owner(owner=BEN, reviewer=user)
    assert news() == {BEN}


def test_undone_decision_is_news(submit, about):
    submit(owner=ANA)
    decision = decide(**about, label="en")
    news()
    undo(decision=decision, reviewer=about["reviewer"])
    assert news() == {ANA}


def test_later_decision_is_news_for_those_that_it_overturns(submit, about):
    submit(owner=ANA, label="en")
    decide(**about, label="en")
    news()
    submit(owner=BEN, label="fr")
    later = decide(**about, label="fr")
    assert news() == {ANA, BEN}
    undo(decision=later, reviewer=about["reviewer"])
    assert news() == {ANA, BEN}


def test_same_decision_again_is_no_news_for_others(submit, about):
    submit(owner=ANA, label="en")
    decide(**about, label="en")
    news()
    submit(owner=BEN, label="fr")
    decide(**about, label="en")
    assert news() == {BEN}


def test_feedback_accepted_at_once_is_no_news(submit, about):
    submit(owner=BEN, label="en")
    decide(**about, label="en")
    assert submit(owner=ANA, label="en").status == "accepted"
    assert news() == {BEN}


def test_feedback_accepted_by_undoing_a_decision_is_news(submit, about):
    submit(owner=BEN, label="en")
    decide(**about, label="en")
    submit(owner=BEN, label="fr")
    later = decide(**about, label="fr")
    submit(owner=ANA, label="en")
    news()
    undo(decision=later, reviewer=about["reviewer"])
    assert Feedback.objects.get(owner=ANA).status == "accepted"
    assert news() == {ANA, BEN}


def test_caller_without_owner_has_no_news(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert not has_news("")


def test_reader_without_news_writes_nothing(submit, django_assert_num_queries):
    submit(owner=ANA)
    with django_assert_num_queries(1):
        mark_read(ANA)


def test_news_are_read_from_their_index(submit):
    submit(owner=ANA)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # PostgreSQL prefers to scan a small table
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "feedback_unread" in Feedback.objects.unread_by(ANA).explain()


def test_latest_decision_is_listed_first(submit, user):
    for word in ("orignal", "piano", "house"):
        submit(owner=ANA, word=word)
    submit(owner=BEN, word="xqzt")
    decide(word_key="orignal", reviewer=user, label="en")
    assert words(FeedbackPage.read(ANA)) == ["orignal", "house", "piano"]


def test_pages_follow_each_other(submit, user):
    for word in ("a", "b", "c", "d", "e"):
        submit(owner=ANA, word=word)
    decide(word_key="b", reviewer=user, label="en")
    Feedback.objects.filter(prediction__word__in=["c", "d"]).update(created=Feedback.objects.first().created)
    first = FeedbackPage.read(ANA, size=2)
    second = FeedbackPage.read(ANA, size=2, cursor=first.older)
    last = FeedbackPage.read(ANA, size=2, cursor=second.older)
    assert [words(page) for page in (first, second, last)] == [["b", "e"], ["d", "c"], ["a"]]
    assert last.older == ""


def test_cursor_belongs_to_its_list(submit):
    submit(owner=ANA), submit(owner=ANA)
    cursor = FeedbackPage.read(ANA, size=1).older
    for owner, status in ((BEN, ""), (ANA, "pending")):
        with pytest.raises(BadRequest):
            FeedbackPage.read(owner, status, cursor)


def test_page_of_any_size_costs_the_same_queries(submit, django_assert_num_queries):
    ReviewedWord.objects.create(word_key="a", label="en", votes=1)
    for word in ("a", "b", "c"):
        submit(owner=ANA, word=word)
    with django_assert_num_queries(3):
        outcomes = [feedback.prediction.review_outcome for feedback in FeedbackPage.read(ANA).rows]
    assert sum(outcome is not None for outcome in outcomes) == 1
