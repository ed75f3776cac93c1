from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from pytest_django.asserts import assertContains

from classifier.models import Feedback, Prediction, ReviewedWord
from classifier.services import history
from classifier.services.feedback import review_feedback
from classifier.services.store import empty_log, wipe_unused_space

pytestmark = pytest.mark.django_db


def test_one_answer_is_deleted_with_what_was_said_of_it(client, ask):
    address = ask()
    client.post(f"{address}feedback/", {"label": "es"})
    response = client.post(f"{address}delete/", follow=True)
    assert response.redirect_chain == [("/history/", 303)]
    assertContains(response, "The answer is deleted.")
    assert not Prediction.objects.exists()
    assert client.get(address).status_code == 404


def test_another_visitors_answer_is_not_deleted(stranger, ask):
    assert stranger.post(f"{ask()}delete/").status_code == 404
    assert Prediction.objects.count() == 2


def test_deleting_twice_says_that_there_is_nothing(client, ask):
    address = ask()
    assert [client.post(f"{address}delete/").status_code for _ in range(2)] == [303, 404]


def test_deleting_needs_a_form_of_this_site(strict_client):
    address = f"/predictions/{uuid4()}/delete/"
    assert strict_client.post(address).status_code == 403


def test_after_a_deletion_the_reader_is_where_the_form_was(client, ask):
    response = client.post(f"{ask()}delete/", {"next": "/history/?word=orignal"})
    assert response.headers["Location"] == "/history/?word=orignal"


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_nobody_is_sent_to_another_site(client, ask, address):
    assert client.post(f"{ask()}delete/", {"next": address}).headers["Location"] == "/history/"


def test_deleting_all_asks_once_and_says_how_many(client, ask):
    for word in ("orignal", "piano"):
        ask(word)
    assertContains(client.get("/history/delete/"), "Delete 2 answers?")
    assert Prediction.objects.count() == 2
    response = client.post("/history/delete/", follow=True)
    assertContains(response, "2 answers are deleted.")
    assert not Prediction.objects.exists()


def test_only_what_matches_is_deleted(client, ask):
    for word in ("orignal", "piano"):
        ask(word)
    page = client.get("/history/delete/?verdict=single")
    assertContains(page, "Delete 1 answer?")
    assertContains(page, "one language")
    client.post("/history/delete/?verdict=single")
    assert [prediction.word for prediction in Prediction.objects.all()] == ["piano"]


def test_many_are_not_all_counted_before(client, ask, monkeypatch):
    monkeypatch.setattr("classifier.web.views.history.MOST_COUNTED", 1)
    for word in ("orignal", "piano"):
        ask(word)
    assertContains(client.get("/history/delete/"), "Delete more than 1 answers?")


def test_an_empty_history_has_nothing_to_delete(client):
    assertContains(client.get("/history/delete/"), "There is nothing to delete")
    assertContains(client.post("/history/delete/", follow=True), "0 answers are deleted.")


def test_what_is_deleted_with_all_is_ones_own(client, stranger, ask):
    ask()
    client.post("/history/delete/")
    assert [prediction.word for prediction in Prediction.objects.all()] == ["knowledge"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_nothing_is_deleted_by_a_filter_that_is_none(client, ask, method):
    ask()
    assert getattr(client, method)("/history/delete/?verdct=single").status_code == 400
    assert Prediction.objects.exists()


def test_deleting_all_needs_a_form_of_this_site(strict_client):
    assert strict_client.post("/history/delete/").status_code == 403


def test_deletion_goes_chunk_by_chunk_and_leaves_what_comes_meanwhile(identified, monkeypatch):
    for _ in range(5):
        identified("orignal", owner="user:1")
    delete_rows, sizes = history.delete_rows, []

    def note(keys):
        sizes.append(len(keys))
        delete_rows(keys)
        identified("piano", owner="user:1")

    monkeypatch.setattr(history, "CHUNK", 2)
    monkeypatch.setattr(history, "delete_rows", note)
    assert (history.delete_all(Prediction.objects.of("user:1")), sizes) == (5, [2, 2, 1])
    assert {prediction.word for prediction in Prediction.objects.all()} == {"piano"}


def test_the_anonymous_outcome_of_a_review_stays(client, ask, user):
    client.post(f"{ask()}feedback/", {"label": "es"})
    review_feedback(feedback=Feedback.objects.get(), reviewer=user, status="accepted")
    client.post("/history/delete/")
    assert (Feedback.objects.exists(), ReviewedWord.objects.get().word_key) == (False, "orignal")


WORD = "floccinaucinihilipilification"


def files():
    """Return what SQLite has written: the database, its log, and the log's index."""
    name = connection.settings_dict["NAME"]
    return {kind: Path(f"{name}{kind}").read_bytes() for kind in ("", "-wal", "-shm")}


def found():
    """Return where the word is still: in which of SQLite's files, in which tables of PostgreSQL."""
    if connection.vendor == "sqlite":
        return [kind for kind, content in files().items() if WORD.encode() in content]
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        counts = {table: f"SELECT count(*) FROM {table} AS rows WHERE rows::text LIKE '%{WORD}%'" for table in tables}
        return [table for table, query in counts.items() if cursor.execute(query).fetchone()[0]]


@pytest.fixture
def on_disk(transactional_db):
    yield
    connection.close()  # so that what a test sets with PRAGMA is forgotten


@pytest.mark.parametrize("address", ["{}delete/", "/history/delete/", "/history/delete/?language=en"])
def test_a_deleted_word_is_in_no_file(on_disk, client, ask, address):
    result = ask(WORD)
    client.post(f"{result}feedback/", {"label": "es", "comment": f"about {WORD}"})
    assert found()
    client.post(address.format(result))
    assert found() == []


@pytest.mark.parametrize("address", ["/{}", ""])
def test_a_word_deleted_through_the_api_is_in_no_file(on_disk, identified, api_key, address):
    prediction = identified(WORD, owner=api_key.owner)
    address = f"/api/v1/predictions{address.format(prediction.public_id)}"
    assert Client().delete(address, headers=api_key.headers).status_code == 204
    assert found() == []


@pytest.mark.sqlite
def test_a_log_that_is_being_read_is_left_for_the_next_time(on_disk, identified):
    from sqlite3 import connect

    prediction = identified(WORD, owner="user:1")
    with connect(connection.settings_dict["NAME"], isolation_level=None) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM classifier_prediction").fetchall()
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout=10")
        history.delete_one("user:1", prediction.public_id)
        reader.execute("COMMIT")
    reader.close()
    assert WORD.encode() in files()["-wal"]
    empty_log()
    assert files()["-wal"] == b""


@pytest.mark.sqlite
def test_in_a_transaction_the_log_is_emptied_at_its_end(on_disk, identified):
    prediction = identified(WORD, owner="user:1")
    with transaction.atomic():
        history.delete_one("user:1", prediction.public_id)
    assert files()["-wal"] == b""


@pytest.mark.sqlite
def test_pieces_in_unused_space_are_wiped(on_disk, identified):
    identified(WORD, owner="user:1")
    # As SQLite itself would leave them when it moves rows between pages.
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete=OFF")
    history.delete_all(Prediction.objects.of("user:1"))
    assert WORD.encode() in files()[""]
    wipe_unused_space()
    assert found() == []
