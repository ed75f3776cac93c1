"""Answering many words at once, and reading what became of them."""

import csv
import io
import json

import pytest
from django.db import IntegrityError, transaction

from classifier.formats import batch_files
from classifier.models import Batch, Prediction
from classifier.services import batches, history
from classifier.services.feedback import submit_feedback
from classifier.services.registry import ModelUnavailable
from classifier.words.lists import Words, gather

pytestmark = pytest.mark.django_db
OWNER = "visitor:a"


@pytest.fixture
def keep():
    """Return a function that keeps words, one a row, as a batch."""

    def keep(*words, owner=OWNER, model="", languages=()):
        return batches.keep(gather(enumerate(words, 1)), owner=owner, name="", model=model, languages=languages)

    return keep


def shown(entries):
    return [(entry.row, entry.prediction.word if entry.prediction else entry.code) for entry in entries]


def file_of(batch, name):
    return "".join(batch_files.lines(batches.read_all(batch), name, batch.owner))


def test_answers_and_errors_stand_in_their_rows(keep):
    page = batches.read_page(keep("chat", "12", "gâteau"), 1)

    assert shown(page.entries) == [(1, "chat"), (2, "no_letters"), (3, "gâteau")]
    assert (page.before, page.after) == (None, None)


def test_all_is_stored_in_one_batch_of_the_owner(keep):
    batch = keep("chat", "12", "gâteau")

    rows = Prediction.objects.filter(batch=batch.public_id)
    assert {(row.owner, row.source, row.private) for row in rows} == {(OWNER, "batch", False)}
    assert (batch.owner, batch.answered, batch.errors) == (OWNER, 2, [(2, "no_letters")])


def test_nothing_is_kept_when_the_model_cannot_answer(keep, without_model):
    without_model("Ngram")
    with pytest.raises(ModelUnavailable):
        keep("chat")
    assert not Batch.objects.exists()


def test_batch_and_answers_are_stored_both_or_neither(keep, monkeypatch):
    def fail(_rows):
        raise OSError("The disk is full.")

    monkeypatch.setattr(batches, "store", fail)
    with pytest.raises(OSError, match="full"):
        keep("chat")
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    ("start", "before", "after"), [(1, None, 4), (2, 1, 5), (4, 1, 7), (7, 4, None), (99, 5, None)]
)
def test_pages_lead_to_each_other_by_numbers_of_rows(keep, monkeypatch, start, before, after):
    monkeypatch.setattr(batches, "PAGE", 3)
    batch = keep("a", "12", "b", "c", "13", "d", "e")

    page = batches.read_page(batch, start)
    assert (page.before, page.after) == (before, after)
    assert [entry.row for entry in page.entries] == list(range(start, min(start + 3, 8)))


def test_pages_have_no_holes_after_an_answer_was_deleted(keep, monkeypatch):
    monkeypatch.setattr(batches, "PAGE", 2)
    batch = keep("a", "b", "12", "c")
    history.delete_one(OWNER, Prediction.objects.get(word="b").public_id)

    assert shown(batches.read_page(batch, 1).entries) == [(1, "a"), (3, "no_letters")]
    assert batches.read_page(batch, 4).before == 1


def test_a_long_batch_is_read_whole_in_chunks(keep, monkeypatch):
    monkeypatch.setattr(history, "CHUNK", 2)

    assert [entry.row for entry in batches.read_all(keep("a", "12", "b", "c", "13"))] == [1, 2, 3, 4, 5]


def test_the_sum_names_languages_first_and_what_is_none_last(keep):
    parts = batches.parts(keep("gâteau", "beau", "eau", "casa", "piano", "xqzt", "12"))

    assert [(part.label, part.count) for part in parts] == [
        ("fr", 3),
        ("es", 1),
        ("mul", 1),
        ("und", 1),
        ("no word", 1),
    ]
    assert sum(part.share for part in parts) == pytest.approx(1)
    assert [part.start for part in parts] == pytest.approx([0, 3 / 7, 4 / 7, 5 / 7, 6 / 7])


def test_the_owners_corrections_come_along(keep):
    batch = keep("orignal")
    submit_feedback(prediction=Prediction.objects.get(), owner=OWNER, label="es")

    [entry] = batches.read_page(batch, 1).entries
    assert entry.prediction.correction(OWNER)["label"] == "es"


def test_reading_a_page_costs_the_same_however_long_it_is(keep, django_assert_num_queries):
    short, long = keep("a"), keep(*["a"] * 50)
    for batch in (short, long):
        with django_assert_num_queries(4):
            batches.read_page(batch, 1)


def test_the_last_answer_takes_the_batch_along(keep):
    keep("a", "b", "12")
    first, last = Prediction.objects.all()
    history.delete_one(OWNER, first.public_id)
    assert Batch.objects.exists()
    history.delete_one(OWNER, last.public_id)
    assert not Batch.objects.exists()


def test_a_history_deleted_takes_its_batches_along_and_no_others(keep):
    keep("a", "12")
    other = keep("b", owner="visitor:b")
    history.delete_all(history.select(OWNER, {}))

    assert [*Batch.objects.all()] == [other]


def test_a_batch_is_deleted_with_its_answers_alone(keep, identified):
    batch, other, single = keep("a", "b"), keep("c"), identified("chat", owner=OWNER)
    batches.delete(batch)

    assert [*Batch.objects.all()] == [other]
    assert {row.word for row in Prediction.objects.all()} == {"c", single.word}


def test_a_csv_has_a_line_for_every_row(keep):
    rows = [*csv.DictReader(io.StringIO(file_of(keep("orignal", "12", "=eau"), "csv")))]

    assert [(row["row"], row["word"], row["language"], row["error"]) for row in rows] == [
        ("1", "orignal", "fr", ""),
        ("2", "", "", "This contains no letters."),
        ("3", "'=eau", "fr", ""),
    ]
    assert float(rows[0]["fr"]) == 0.6657


def test_json_lines_have_an_object_for_every_row_exactly_as_typed(keep):
    first, second, third = map(json.loads, file_of(keep("orignal", "12", "=eau"), "jsonl").splitlines())

    assert (first["row"], first["word"], first["language"]) == (1, "orignal", "fr")
    assert first["id"] == str(Prediction.objects.get(word="orignal").public_id)
    assert second == {"row": 2, "error": {"code": "no_letters", "detail": "This contains no letters."}}
    assert third["word"] == "=eau"


def test_files_speak_english_and_number_like_programs(keep, settings):
    settings.LANGUAGE_CODE = "fr"
    batch = keep("orignal", "12")

    assert '"This contains no letters."' not in file_of(batch, "csv")
    assert ",This contains no letters." in file_of(batch, "csv")


def test_a_file_of_some_languages_has_their_columns(keep):
    header = file_of(keep("orignal", languages=["es", "en"]), "csv").splitlines()[0]

    assert header == "row,word,language,verdict,en,es,undetermined,model,model_version,error"


def test_of_all_models_a_csv_has_the_best_and_json_lines_have_each(keep):
    batch = keep("orignal", model="all")

    assert len(file_of(batch, "csv").splitlines()) == 2
    assert [answer["model"] for answer in json.loads(file_of(batch, "jsonl"))["answers"]] == ["Ngram", "FF"]


def test_private_words_are_answered_and_nothing_ties_their_rows_together():
    entries = batches.answer_privately(Words(["orignal", "eau"], [1, 3], [(2, "no_letters")]), model="", languages=())

    assert shown(entries) == [(1, "orignal"), (2, "no_letters"), (3, "eau")]
    kept = {(row.word, row.owner, row.batch, row.batch_row, row.private) for row in Prediction.objects.all()}
    assert kept == {("", "", None, None, True)}
    assert not Batch.objects.exists()


def test_a_private_file_of_all_models_asks_the_database_nothing(django_assert_num_queries):
    entries = batches.answer_privately(Words(["orignal"] * 20, list(range(1, 21))), model="all", languages=())
    with django_assert_num_queries(0):
        first = json.loads("".join(batch_files.lines(entries, "jsonl")).splitlines()[0])
    assert (first["id"], len(first["answers"])) == (None, 2)


def test_every_reason_that_a_word_can_be_refused_for_has_a_sentence():
    cells = ["", "12", "w" * 101, "q" + "\u0301" * 5, "a\0", "�"]
    found = gather([(1, "chat"), *enumerate(cells, 2)])

    assert {code for _row, code in found.errors} == set(batches.REASONS)


@pytest.mark.parametrize("fields", [{"owner": ""}, {"answered": 0}])
def test_a_batch_belongs_to_somebody_and_holds_something(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        Batch.objects.create(**{"owner": OWNER, "answered": 1, **fields})


@pytest.mark.parametrize("fields", [{"batch": None}, {"batch_row": 0}])
def test_a_row_number_is_of_a_batch_and_counts_from_one(identified, fields):
    row = identified("chat")
    fields = {"batch": row.public_id, "batch_row": 1, **fields}
    with pytest.raises(IntegrityError), transaction.atomic():
        Prediction.objects.filter(pk=row.pk).update(**fields)
