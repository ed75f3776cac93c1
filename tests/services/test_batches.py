from contextlib import suppress

import pytest
from django.http import QueryDict

from classifier.models import Batch, Prediction, WaitingWords
from classifier.services import batches, history
from classifier.services.feedback import submit_feedback
from classifier.services.group_commit import AlreadyReplaced
from classifier.services.history_filter import HistoryFilter
from classifier.services.registry import ModelUnavailable
from classifier.words.lists import WordList, build_word_list

pytestmark = pytest.mark.django_db
OWNER = "visitor:a"


@pytest.fixture
def create():
    """Return a function that stores words as a batch."""

    def create(*words, owner=OWNER, model="", languages=(), **options):
        word_list = build_word_list(enumerate(words, 1))
        return batches.create_batch(word_list, owner=owner, name="", model=model, languages=languages, **options)

    return create


def words_of(rows):
    return [(row.number, row.value.shown_word if row.value else row.code) for row in rows]


def test_answers_and_errors_keep_the_order_of_rows(create):
    page = batches.read_page(create("chat", "12", "gâteau"), 1)

    assert words_of(page.rows) == [(1, "chat"), (2, "no_letters"), (3, "gâteau")]
    assert (page.before, page.after) == (None, None)


def test_rows_are_stored_in_one_batch_of_the_owner(create):
    batch = create("chat", "12", "gâteau")

    rows = Prediction.objects.filter(batch=batch.public_id)
    assert {(row.owner, row.source, row.private) for row in rows} == {(OWNER, "batch", False)}
    assert (batch.owner, batch.answered, batch.errors) == (OWNER, 2, [(2, "no_letters")])


def test_words_that_wait_are_answered_with_the_languages_and_the_confidence_asked(create, wide, monkeypatch):
    monkeypatch.setattr(batches, "MOST_AT_ONCE", 1)
    batch = create("chat", "λόγος", languages=["all"], confidence=0.95)
    batches.answer_next(batches.Batch.objects.get())

    rows = batches.predictions(batch)
    assert [row.confidence for row in rows] == [0.95, 0.95]
    assert rows[1].answer().set == ("el",)


def test_unavailable_model_stores_nothing(create, without_model):
    without_model("Ngram")
    with pytest.raises(ModelUnavailable):
        create("chat")
    assert not Batch.objects.exists()


@pytest.fixture
def small_steps(monkeypatch):
    """Let one request answer two words at once."""
    monkeypatch.setattr(batches, "MOST_AT_ONCE", 2)


def answered(batch):
    return [*batches.predictions(batch).values_list("batch_row", "word")]


def test_long_batch_is_answered_in_steps(create, small_steps):
    batch = create("a", "12", "b", "c", "d", "e")
    assert answered(batch) == [(1, "a"), (3, "b")]

    batches.answer_next(batch)
    assert answered(batch) == [(1, "a"), (3, "b"), (4, "c"), (5, "d")]
    assert batches.count_waiting(batch) == 1
    batches.answer_next(batch)
    batches.answer_next(batch)
    assert batches.count_waiting(batch) == 0
    assert len(answered(batch)) == batch.answered == 5


@pytest.mark.parametrize(("words", "steps"), [(["a b c", "d"], [1, 1]), (["a", "b c", "d"], [1, 1, 1])])
def test_words_of_texts_count_in_a_step(create, small_steps, words, steps):
    batch = create(*words)
    assert [1, *batch.waiting.values_list("size", flat=True)] == steps


def test_words_count_once_for_each_model_in_a_step(create, small_steps, fake_models):
    batch = create("a", "b", "c", model="all")
    assert batch.waiting.count() == 2


def test_step_asks_the_model_and_languages_of_the_batch(create, small_steps):
    batch = create("a", "b", "c", model="FF", languages=["en", "es"])
    batches.answer_next(batch)
    last = batches.predictions(batch).last()
    assert (last.model, last.languages, last.owner) == ("FF", ["en", "es"], OWNER)


@pytest.mark.django_db(transaction=True)
def test_step_is_answered_once_by_simultaneous_requests(create, small_steps, at_once):
    batch = create("a", "b", "c", "d")

    def answer_next():
        with suppress(AlreadyReplaced):
            batches.answer_next(batch)

    at_once(answer_next, [()] * 5)
    assert [row for row, _word in answered(batch)] == [1, 2, 3, 4]


def test_words_that_wait_are_deleted_with_their_batch(create, small_steps):
    batch = create("a", "b", "c")
    batches.delete_batch(batch)
    assert not WaitingWords.objects.exists()
    assert not Prediction.objects.exists()


def test_words_being_answered_while_their_batch_is_deleted_are_not_stored(create, small_steps, monkeypatch):
    batch = create("a", "b", "c", "d", "e")
    store = batches.store

    def delete_first(*arguments, **options):
        batches.delete_batch(batch)
        store(*arguments, **options)

    monkeypatch.setattr(batches, "store", delete_first)
    with pytest.raises(AlreadyReplaced):
        batches.answer_next(batch)
    assert not Prediction.objects.exists()
    assert not Batch.objects.exists()


def test_words_being_answered_during_a_login_go_to_the_user(create, small_steps, monkeypatch):
    batch = create("a", "b", "c")
    store = batches.store
    monkeypatch.setattr(batches, "store", lambda *rows, **options: (move(), store(*rows, **options)))

    def move():
        history.move_rows(OWNER, "user:7")

    with pytest.raises(AlreadyReplaced):
        batches.answer_next(batch)
    monkeypatch.undo()
    batches.answer_next(Batch.objects.get())
    assert {*Prediction.objects.values_list("owner", flat=True)} == {"user:7"}


def test_history_is_deleted_with_the_words_that_wait(create, small_steps):
    create("a", "b", "c")
    other = create("a", "b", "c", owner="visitor:b")
    filters = HistoryFilter(QueryDict(), owner=OWNER)
    assert filters.is_valid()
    assert history.delete_history(filters) == 2
    assert {row.batch_id for row in WaitingWords.objects.all()} == {other.public_id}


def test_unavailable_model_lets_words_wait(create, small_steps, without_model):
    batch = create("a", "b", "c")
    without_model("Ngram")
    with pytest.raises(ModelUnavailable):
        batches.answer_next(batch)
    assert batch.waiting.count() == 1


def test_batch_and_answers_are_stored_in_one_call(create, monkeypatch):
    calls = []
    monkeypatch.setattr(batches, "store", calls.append)

    batch = create("chat", "12", "gâteau")
    [[first, *rows]] = calls
    assert first is batch
    assert [(row.word, row.batch, row.batch_row) for row in rows] == [
        ("chat", batch.public_id, 1),
        ("gâteau", batch.public_id, 3),
    ]


@pytest.mark.parametrize(
    ("start", "before", "after"), [(1, None, 4), (2, 1, 5), (4, 1, 7), (7, 4, None), (99, 5, None)]
)
def test_pages_name_the_start_of_their_neighbours(create, monkeypatch, start, before, after):
    monkeypatch.setattr(batches, "PAGE_SIZE", 3)
    batch = create("a", "12", "b", "c", "13", "d", "e")

    page = batches.read_page(batch, start)
    assert (page.before, page.after) == (before, after)
    assert [row.number for row in page.rows] == list(range(start, min(start + 3, 8)))


def test_pages_are_full_after_an_answer_was_deleted(create, monkeypatch):
    monkeypatch.setattr(batches, "PAGE_SIZE", 2)
    batch = create("a", "b", "12", "c")
    history.delete_one(OWNER, Prediction.objects.get(word="b").public_id)

    assert words_of(batches.read_page(batch, 1).rows) == [(1, "a"), (3, "no_letters")]
    assert batches.read_page(batch, 4).before == 1


def test_long_batch_is_read_whole_in_chunks(create, monkeypatch):
    monkeypatch.setattr(history, "CHUNK", 2)

    assert [row.number for row in batches.read_batch(create("a", "12", "b", "c", "13"))] == [1, 2, 3, 4, 5]


def test_parts_name_languages_first_and_other_labels_last(create):
    parts = batches.parts(create("gâteau", "beau", "eau", "casa", "piano", "xqzt", "12"))

    assert [(part.label, part.count) for part in parts] == [
        ("fr", 3),
        ("es", 1),
        ("mul", 1),
        ("und", 1),
    ]
    assert sum(part.share for part in parts) == pytest.approx(1)
    assert [part.start for part in parts] == pytest.approx([0, 3 / 6, 4 / 6, 5 / 6])


def test_page_shows_the_owners_corrections(create):
    batch = create("orignal")
    submit_feedback(prediction=Prediction.objects.get(), owner=OWNER, label="es")

    [row] = batches.read_page(batch, 1).rows
    assert row.value.correction_fields(OWNER)["label"] == "es"


def test_page_of_any_length_costs_the_same_queries(create, django_assert_num_queries):
    short, long = create("a"), create(*["a"] * 50)
    for batch in (short, long):
        with django_assert_num_queries(4):
            batches.read_page(batch, 1)


def test_batch_is_deleted_with_its_last_answer(create):
    create("a", "b", "12")
    first, last = Prediction.objects.all()
    history.delete_one(OWNER, first.public_id)
    assert Batch.objects.exists()
    history.delete_one(OWNER, last.public_id)
    assert not Batch.objects.exists()


def test_batches_are_deleted_with_the_history(create):
    create("a", "12")
    other = create("b", owner="visitor:b")
    history.delete_all(Prediction.objects.of(OWNER))

    assert [*Batch.objects.all()] == [other]


def test_batch_is_deleted_with_its_answers_alone(create, make_prediction):
    batch, other, single = create("a", "b"), create("c"), make_prediction("chat", owner=OWNER)
    batches.delete_batch(batch)

    assert [*Batch.objects.all()] == [other]
    assert {row.word for row in Prediction.objects.all()} == {"c", single.word}


def test_private_words_are_answered_without_batch_and_owner():
    rows = batches.answer_privately(WordList(["orignal", "eau"], [1, 3], [(2, "no_letters")]), model="", languages=())

    assert words_of(rows) == [(1, "orignal"), (2, "no_letters"), (3, "eau")]
    rows = {(row.word, row.owner, row.batch, row.batch_row, row.private) for row in Prediction.objects.all()}
    assert rows == {("", "", None, None, True)}
    assert not Batch.objects.exists()


def test_error_codes_of_words_all_have_a_reason():
    cells = ["", "12", "w" * 101, "q" + "\u0301" * 5, "a\0", "�", "www.a.example"]
    word_list = build_word_list([(1, "chat"), *enumerate(cells, 2)])

    of_rows = {"quotes", "extra_cells", "json"}
    assert {code for _row, code in word_list.errors} | of_rows == set(batches.REASONS)
