import pytest
from django.core.exceptions import BadRequest
from django.http import QueryDict

from classifier.models import Batch, Prediction
from classifier.services import batches, history
from classifier.services.feedback import submit_feedback
from classifier.services.history_list import HistoryList
from classifier.web.filters import HistoryPageFilter
from classifier.words.lists import build_word_list
from tests.plans import analyze, read_plans

pytestmark = pytest.mark.django_db
OWNER = "user:1"


@pytest.fixture
def ask(make_prediction):
    return lambda word: make_prediction(word, owner=OWNER)


@pytest.fixture
def send_list():
    """Return a function that stores words as a batch."""

    def send_list(*words):
        word_list = build_word_list(enumerate(words, 1))
        return batches.create_batch(word_list, owner=OWNER, name="list", model="", languages=())

    return send_list


def read(query="", cursor=""):
    filters = HistoryPageFilter(QueryDict(query), owner=OWNER)
    assert filters.is_valid()
    return HistoryList.read(filters, cursor)


def lines(page):
    """Return each entry of a page: the words, or the counts of a batch."""
    entries = [entry for section in page.sections for entry in section.entries]
    return [
        {part.label: part.count for part in entry.parts} if entry.batch else " ".join(row.word for row in entry.answers)
        for entry in entries
    ]


def read_all(query=""):
    """Return the entries of all pages."""
    page, result = read(query), []
    while page.sections:
        result += lines(page)
        page = read(query, page.next) if page.next else HistoryList()
    return result


def test_batch_is_one_entry_among_the_words(ask, send_list):
    ask("piano")
    send_list("eau", "beau", "casa", "12")
    ask("house")
    assert lines(read()) == ["house", {"fr": 2, "es": 1}, "piano"]


@pytest.mark.parametrize("size", [1, 2, 3, 10])
def test_pages_of_any_size_show_each_entry_once(ask, send_list, monkeypatch, size):
    monkeypatch.setattr(history, "PAGE_SIZE", size)
    for word in ("a", "b"):
        ask(f"{word}e")
        send_list(*(f"{word}{letter}" for letter in "xyz"))
    send_list("eau")
    ask("ce")
    assert read_all() == ["ce", {"fr": 1}, {"en": 3}, "be", {"en": 3}, "ae"]


def test_answer_to_a_word_asked_again_that_day_joins_the_newest(ask):
    for word in ("piano", "house", "Piano!"):
        ask(word)
    assert lines(read()) == ["Piano! piano", "house"]


def test_days_are_sections(ask):
    ask("piano")
    old = ask("piano")
    Prediction.objects.filter(pk=old.pk).update(created="2026-11-21T23:59:00Z")
    assert [len(section.entries) for section in read().sections] == [1, 1]


def test_batch_without_answers_yet_is_listed():
    Batch.objects.create(owner=OWNER, model="Ngram", answered=9)
    assert lines(read()) == [{}]


def test_batch_is_listed_if_an_answer_matches(ask, send_list):
    send_list("eau", "house")
    send_list("house")
    ask("beau")
    assert lines(read("language=fr")) == ["beau", {"fr": 1, "en": 1}]


def test_answers_with_feedback_are_listed_one_by_one(send_list):
    send_list("eau", "eau")
    for prediction in Prediction.objects.all():
        submit_feedback(prediction=prediction, owner=OWNER, label="es")
    assert lines(read("feedback=pending")) == ["eau", "eau"]


def test_words_are_found_by_their_beginning_in_alphabetical_order(ask, send_list):
    for word in ("original", "Orignal", "piano", "ori", "orignal"):
        ask(word)
    send_list("origine", "casa")
    assert lines(read("word=ORI")) == ["ori", "original", "origine", "orignal Orignal"]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_pages_of_found_words_show_each_answer_once(ask, monkeypatch, size):
    monkeypatch.setattr(history, "PAGE_SIZE", size)
    for word in ("oui", "où", "oui", "ou", "\N{CJK UNIFIED IDEOGRAPH-4E00}o"):
        ask(word)
    assert " ".join(read_all("word=o")) == "ou oui oui où"


def test_page_goes_on_after_its_last_word_was_deleted(ask, monkeypatch):
    monkeypatch.setattr(history, "PAGE_SIZE", 1)
    for word in ("ou", "oui"):
        ask(word)
    cursor = read("word=o").next
    Prediction.objects.get(word="ou").delete()
    assert lines(read("word=o", cursor)) == ["oui"]


def test_cursor_of_other_filters_is_refused(ask, monkeypatch):
    monkeypatch.setattr(history, "PAGE_SIZE", 1)
    for word in ("ou", "oui"):
        ask(word)
    with pytest.raises(BadRequest):
        read("word=ou", read("word=o").next)


def test_page_costs_the_same_queries_for_any_length(ask, send_list, django_assert_num_queries):
    for count in (1, 9):
        for number in range(count):
            ask(f"house{number}")
            send_list(*["casa"] * count)
        with django_assert_num_queries(5):  # answers, batches, counts, feedback, outcomes
            read()


@pytest.mark.parametrize(
    ("query", "index"),
    [("", "prediction_single"), ("word=o", "prediction_words"), ("language=fr", "prediction_labels")],
)
def test_page_is_read_from_an_index(query, index, ask, send_list, django_assert_max_num_queries):
    ask("piano")
    send_list(*(f"house{number}" for number in range(500)))
    analyze(Prediction)
    with django_assert_max_num_queries(5) as queries:
        read(query)
    plans = read_plans(queries)
    assert index in plans
    assert "TEMP B-TREE" not in plans
