from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from pytest_django.asserts import assertContains

from classifier.models import Feedback, Prediction, ReviewedWord
from classifier.services import history, store
from classifier.services.store import empty_log, wipe_unused_space
from tests.reviews import review_feedback

pytestmark = pytest.mark.django_db


def test_prediction_is_deleted_with_its_feedback(client, ask):
    address = ask()
    client.post(f"{address}feedback/", {"label": "es"})
    assertContains(client.post(f"{address}delete/"), "The answer is deleted.")
    assert not Prediction.objects.exists()
    assert client.get(address).status_code == 404


def test_deletion_is_undone_by_who_deleted(client, ask, stranger):
    address = ask()
    client.post(f"{address}feedback/", {"label": "es"})
    copy = client.post(f"{address}delete/").context["copy"]
    assertContains(stranger.post("/predictions/restore/", {"copy": copy}, follow=True), "can no longer be undone")
    response = client.post("/predictions/restore/", {"copy": copy}, follow=True)
    assert response.redirect_chain == [(address, 303)]
    assertContains(response, "The answer is back.")
    assertContains(response, '<h1 tabindex="-1" autofocus>Spanish</h1>', html=True)


def test_prediction_of_another_visitor_is_not_deleted(stranger, ask):
    assert stranger.post(f"{ask()}delete/").status_code == 404
    assert Prediction.objects.count() == 2


def test_second_deletion_is_not_found(client, ask):
    address = ask()
    assert [client.post(f"{address}delete/").status_code for _ in range(2)] == [200, 404]


def test_deletion_needs_a_csrf_token(strict_client):
    address = f"/predictions/{uuid4()}/delete/"
    assert strict_client.post(address).status_code == 403


def test_deletion_leads_back_to_the_page_of_the_form(client, ask):
    response = client.post(f"{ask()}delete/", {"next": "/history/?word=orignal"})
    assert response.headers["Location"] == "/history/?word=orignal"


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
)
def test_deletion_never_redirects_to_another_site(client, ask, address):
    assert client.post(f"{ask()}delete/", {"next": address}).headers["Location"] == "/history/"


def test_deletion_of_all_is_confirmed_and_counted(client, ask):
    for word in ("orignal", "piano"):
        ask(word)
    assertContains(client.get("/history/delete/"), "Delete 2 answers?")
    assert Prediction.objects.count() == 2
    response = client.post("/history/delete/", follow=True)
    assertContains(response, "2 answers are deleted.")
    assert not Prediction.objects.exists()


def test_filters_limit_the_deletion(client, ask):
    for word in ("orignal", "piano"):
        ask(word)
    page = client.get("/history/delete/?verdict=single")
    assertContains(page, "Delete 1 answer?")
    assertContains(page, "one language")
    client.post("/history/delete/?verdict=single")
    assert [prediction.word for prediction in Prediction.objects.all()] == ["piano"]


def test_long_history_is_counted_in_part_only(client, ask, monkeypatch):
    monkeypatch.setattr("classifier.web.views.history.MOST_COUNTED", 1)
    for word in ("orignal", "piano"):
        ask(word)
    assertContains(client.get("/history/delete/"), "Delete more than 1 answers?")


def test_empty_history_has_nothing_to_delete(client):
    assertContains(client.get("/history/delete/"), "There is nothing to delete")
    assertContains(client.post("/history/delete/", follow=True), "0 answers are deleted.")


def test_deletion_of_all_leaves_rows_of_others(client, stranger, ask):
    ask()
    client.post("/history/delete/")
    assert [prediction.word for prediction in Prediction.objects.all()] == ["knowledge"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_unknown_filter_deletes_nothing(client, ask, method):
    ask()
    assert getattr(client, method)("/history/delete/?verdct=single").status_code == 400
    assert Prediction.objects.exists()


def test_deletion_of_all_needs_a_csrf_token(strict_client):
    assert strict_client.post("/history/delete/").status_code == 403


def test_deletion_is_in_chunks_and_leaves_newer_rows(make_prediction, monkeypatch):
    for _ in range(5):
        make_prediction("orignal", owner="user:1")
    delete_rows, sizes = history.delete_rows, []

    def delete_and_add(keys):
        sizes.append(len(keys))
        delete_rows(keys)
        make_prediction("piano", owner="user:1")

    monkeypatch.setattr(history, "CHUNK", 2)
    monkeypatch.setattr(history, "delete_rows", delete_and_add)
    assert (history.delete_all(Prediction.objects.of("user:1")), sizes) == (5, [2, 2, 1])
    assert {prediction.word for prediction in Prediction.objects.all()} == {"piano"}


def test_anonymous_result_of_a_review_stays(client, ask, user):
    client.post(f"{ask()}feedback/", {"label": "es"})
    review_feedback(feedback=Feedback.objects.get(), reviewer=user, status="accepted")
    client.post("/history/delete/")
    assert (Feedback.objects.exists(), ReviewedWord.objects.get().word_key) == (False, "orignal")


WORD = "floccinaucinihilipilification"


def sqlite_files():
    """Return the contents of database, log and index."""
    name = connection.settings_dict["NAME"]
    return {kind: Path(f"{name}{kind}").read_bytes() for kind in ("", "-wal", "-shm")}


def places_of_word():
    """Return the files (SQLite) or tables (PostgreSQL) with WORD."""
    if connection.vendor == "sqlite":
        return [kind for kind, content in sqlite_files().items() if WORD.encode() in content]
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        counts = {table: f"SELECT count(*) FROM {table} AS rows WHERE rows::text LIKE '%{WORD}%'" for table in tables}
        return [table for table, query in counts.items() if cursor.execute(query).fetchone()[0]]


@pytest.fixture
def on_disk(transactional_db):
    yield
    connection.close()  # resets every PRAGMA that a test has set


@pytest.mark.parametrize("address", ["{}delete/", "/history/delete/", "/history/delete/?language=en"])
def test_deleted_word_is_in_no_file(on_disk, client, ask, address):
    result = ask(WORD)
    client.post(f"{result}feedback/", {"label": "es", "comment": f"about {WORD}"})
    assert places_of_word()
    client.post(address.format(result))
    assert places_of_word() == []


@pytest.mark.parametrize("address", ["/{}", "?all=true"])
def test_word_deleted_through_the_api_is_in_no_file(on_disk, make_prediction, api_key, address):
    prediction = make_prediction(WORD, owner=api_key.owner)
    address = f"/api/v1/predictions{address.format(prediction.public_id)}"
    assert Client().delete(address, headers=api_key.headers).status_code == 204
    assert places_of_word() == []


@pytest.mark.sqlite
def test_log_in_use_by_a_reader_is_emptied_later(on_disk, make_prediction, monkeypatch, caplog):
    from sqlite3 import connect

    prediction = make_prediction(WORD, owner="user:1")
    with connect(connection.settings_dict["NAME"], isolation_level=None) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM classifier_prediction").fetchall()
        monkeypatch.setattr(store, "_PAUSE", 0)
        history.delete_one("user:1", prediction.public_id)
        reader.execute("COMMIT")
    reader.close()
    assert WORD.encode() in sqlite_files()["-wal"]
    assert "still holds deleted rows" in caplog.text
    empty_log()
    assert sqlite_files()["-wal"] == b""


@pytest.mark.sqlite
def test_log_in_use_by_a_reader_locks_out_no_writer(on_disk, make_prediction, monkeypatch):
    from sqlite3 import connect

    prediction = make_prediction(WORD, owner="user:1")
    name, writes = connection.settings_dict["NAME"], []

    def write(_seconds):
        with connect(name, timeout=0) as writer:
            writes.append(writer.execute("UPDATE classifier_prediction SET word = word").rowcount)
        writer.close()

    with connect(name, isolation_level=None) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM classifier_prediction").fetchall()
        monkeypatch.setattr(store.time, "sleep", write)
        history.delete_one("user:1", prediction.public_id)
    reader.close()
    assert writes


@pytest.mark.sqlite
def test_log_is_emptied_at_the_end_of_a_transaction(on_disk, make_prediction):
    prediction = make_prediction(WORD, owner="user:1")
    with transaction.atomic():
        history.delete_one("user:1", prediction.public_id)
    assert sqlite_files()["-wal"] == b""


@pytest.mark.sqlite
def test_unused_space_is_wiped(on_disk, make_prediction):
    make_prediction(WORD, owner="user:1")
    # As SQLite itself leaves rows that it has moved between pages.
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete=OFF")
    history.delete_all(Prediction.objects.of("user:1"))
    assert WORD.encode() in sqlite_files()[""]
    wipe_unused_space()
    assert places_of_word() == []
