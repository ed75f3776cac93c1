import csv
import html
import io
import json
import re

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from classifier.access.owners import HISTORY_COOKIE, HISTORY_OFF
from classifier.models import Batch, Prediction, WaitingWords
from classifier.services import batches
from classifier.words.files import open_words

pytestmark = pytest.mark.django_db


def body(response):
    return b"".join(response.streaming_content).decode("utf-8-sig")


def test_pasted_words_get_a_page_of_their_own(client, send_batch):
    response = send_batch("orignal\nxqzt")

    assert response.status_code == 303
    page = client.get(response.headers["Location"])
    assertContains(page, "Rows 1 to 2")
    assertContains(page, '<bdi lang="fr">orignal</bdi>')


def test_table_is_read_by_its_usual_column(client, batch_address, file):
    page = client.get(batch_address(file=file("id,word\n1,gâteau\n2,piano\n")))

    assertContains(page, "gâteau")
    assertContains(page, "words.csv")
    assertContains(page, "Rows 2 to 3")


def test_table_is_read_by_the_column_given(client, batch_address, file):
    assertContains(client.get(batch_address(file=file("id;forme\n1;gâteau\n"), column="forme")), "gâteau")


DOUBTFUL = "n;forme;note\n1;gâteau;a cake\n2;piano;music\n"


def ask_again(response):
    """Return the hidden fields of a page, as they would be sent."""
    fields = re.findall('<input type="hidden" name="([^"]*)" value="([^"]*)"', response.content.decode())
    return {name: html.unescape(value) for name, value in fields if name not in {"csrfmiddlewaretoken", "next"}}


def test_column_in_doubt_is_asked_for_with_the_table_in_the_form(client, send_batch, file):
    page = send_batch(file=file(DOUBTFUL.encode("cp1252")), model="FF", private="")
    assertContains(page, '<option value="2" selected>forme: gâteau, piano</option>', html=True)
    assert not Batch.objects.exists()

    send_batch(**ask_again(page), column="3", first_row="names")
    batch = Batch.objects.get()
    assert (batch.name, batch.model, batch.answered) == ("words.csv", "FF", 2)
    assert batch.reading == {"column": "note", "columns": 3, "header": 1, "encoding": "Windows-1252"}
    assert [row.word for row in Prediction.objects.order_by("batch_row")] == ["a cake", "music"]


def test_private_table_is_asked_for_its_column_and_stays_private(client, send_batch, file):
    page = send_batch(file=file(DOUBTFUL), private="on")
    assertContains(page, "Nothing of the table is kept.")

    assert "a cake" in body(send_batch(**ask_again(page), column="3"))
    assert not Batch.objects.exists()


def test_table_too_large_for_a_form_must_be_chosen_again(send_batch, file):
    response = send_batch(file=file(DOUBTFUL + "3;eau;" + "x" * 900_000))

    assertContains(response, "choose the file again: n · forme · note", status_code=400)


def test_model_languages_and_column_are_named(client, batch_address, file):
    page = client.get(batch_address(file=file("list;\n;\nid;mot\n1;chat\n"), languages=["en", "es"]))

    for fact in ("Ngram", "English and Spanish", "<bdi>mot</bdi>", "one of 2", "Row 3", "no row above it was read"):
        assertContains(page, fact)


@pytest.mark.parametrize("name", ["words.txt", "words", "WORDS.LIST"])
def test_other_file_has_a_word_on_each_line(client, batch_address, name, file):
    assertContains(client.get(batch_address(file=file("un, deux\nchat\n", name))), "un, deux")


@pytest.mark.parametrize("name", ["words.tsv", "WORDS.TAB"])
def test_tab_separated_table_keeps_its_commas(client, batch_address, name, file):
    assertContains(client.get(batch_address(file=file("word\nun, deux\n", name))), "un, deux")


def test_invalid_row_is_shown_among_the_answers(client, batch_address):
    page = client.get(batch_address("chat\n12\n\ngâteau\0\nperro"))

    assertContains(page, "2 rows hold no word")
    assertContains(page, '<th scope="row">2</th>')
    assertContains(page, "This contains no letters.")
    assertContains(page, '<th scope="row">5</th>')
    assertNotContains(page, '<th scope="row">3</th>')


def test_chart_and_table_show_the_same_numbers(client, batch_address):
    page = client.get(batch_address("gâteau\nbeau\nknowledge\n12"))

    assertContains(page, "Mostly French: 2 of 3 words")
    assertContains(page, '<rect class="part tone-2" x="0.00%" width="66.67%" height="100%"/>', html=True)
    assertContains(page, "<td>2</td><td>66.7\N{NO-BREAK SPACE}%</td>", html=True)


def test_long_batch_is_split_into_pages(client, batch_address):
    address = batch_address("\n".join(["chat"] * 250))

    assertContains(client.get(address), 'rel="next" href="?from=101"')
    second = client.get(f"{address}?from=101")
    assertContains(second, "Rows 101 to 200")
    assertContains(second, 'rel="prev" href="?from=1"')
    assertNotContains(client.get(f"{address}?from=201"), 'rel="next"')


@pytest.fixture
def small_steps(monkeypatch):
    """Let one request answer two words at once."""
    monkeypatch.setattr(batches, "MOST_AT_ONCE", 2)


def test_long_batch_shows_its_progress(client, batch_address, small_steps):
    address = batch_address("\n".join(["chat"] * 6))

    page = client.get(address)
    assertContains(page, "4 of 6 rows are answered.")
    assertContains(page, '<noscript><meta http-equiv="refresh" content="0"></noscript>')
    assertContains(client.get(address), "Rows 1 to 6")


def test_head_answers_no_words(client, batch_address, small_steps):
    address = batch_address("\n".join(["chat"] * 4))
    client.head(address)
    assert Prediction.objects.count() == 2


def test_file_waits_for_the_last_answer(client, batch_address, small_steps):
    address = batch_address("\n".join(["chat"] * 4))
    assertRedirects(client.get(f"{address}answers.csv"), address, status_code=303)
    assert len(body(client.get(f"{address}answers.csv")).splitlines()) == 5


def test_step_computed_twice_is_charged(client, batch_address, small_steps, limits, monkeypatch):
    address = batch_address("\n".join(["chat"] * 6))
    monkeypatch.setattr(WaitingWords, "take", lambda _words: False)
    limits(batch=8)  # 6 words sent, 2 computed in vain
    assert [client.get(address).status_code for _ in range(2)] == [200, 429]


def test_answers_are_shown_when_the_model_of_the_others_is_gone(client, batch_address, small_steps, serve, fake_models):
    address = batch_address("\n".join(["chat"] * 6), model="FF")
    serve({"Ngram": fake_models["Ngram"]})
    assertContains(client.get(address), "4 rows have no answers")
    assert len(body(client.get(f"{address}answers.csv")).splitlines()) == 3


@pytest.mark.parametrize(("model", "words"), [("", 1501), ("all", 751)])
def test_private_list_has_less_words(client, send_batch, model, words):
    response = send_batch("\n".join(["chat"] * words), model=model, private="on")
    assertContains(response, "up to 1,500 words are answered at once", status_code=400)
    assertContains(response, "chat\nchat", status_code=400)


@pytest.mark.parametrize(
    ("start", "status"), [("0", 200), ("2", 404), ("x", 400), ("-1", 400), ("٣", 400), ("9" * 20, 400)]
)
def test_invalid_first_row_is_refused(client, batch_address, start, status):
    assert client.get(batch_address("chat"), {"from": start}).status_code == status


def test_correction_is_shown_in_place_of_the_answer(client, batch_address):
    address = batch_address("orignal")
    client.post(f"/predictions/{Prediction.objects.get().public_id}/feedback/", {"label": "es"})

    assertContains(client.get(address), "<strong>Spanish</strong>")


def test_files_hold_every_row(client, batch_address):
    address = batch_address("orignal\n12\n=eau")

    table = client.get(f"{address}answers.csv")
    assert table["Content-Disposition"] == 'attachment; filename="words.csv"'
    rows = [*csv.DictReader(io.StringIO(body(table)))]
    lines = [json.loads(line) for line in body(client.get(f"{address}answers.jsonl")).splitlines()]
    assert [row["row"] for row in rows] == ["1", "2", "3"] == [str(line["row"]) for line in lines]
    assert (rows[2]["word"], lines[2]["word"]) == ("'=eau", "=eau")


def test_workbook_holds_every_row(client, batch_address, file):
    address = batch_address("orignal\n12\n=eau")
    response = client.get(f"{address}answers.xlsx")
    assert response["Content-Disposition"] == 'attachment; filename="words.xlsx"'
    words = open_words(io.BytesIO(b"".join(response.streaming_content)), "words.xlsx", "word")
    assert [cell for _row, cell in words.cells] == ["orignal", "", "=eau"]


def test_unknown_file_format_is_not_found(client, batch_address):
    assert client.get(f"{batch_address('chat')}answers.ods").status_code == 404


@pytest.mark.parametrize(("name", "start"), [("csv", "row,word"), ("jsonl", '{"row": 1')])
def test_private_words_are_answered_by_a_file_and_not_stored(client, send_batch, name, start):
    response = send_batch("orignal\n12", private="on", format=name)

    assert response["Content-Disposition"] == f'attachment; filename="words.{name}"'
    assert body(response).startswith(start)
    assert not Batch.objects.exists()
    assert not Prediction.objects.exclude(word="").exists()
    assert "visitor" not in client.cookies


def test_words_are_private_with_the_history_off(client, send_batch):
    client.cookies[HISTORY_COOKIE] = HISTORY_OFF

    assert "orignal" in body(send_batch("orignal"))
    assert not Batch.objects.exists()
    assertContains(client.get("/batches/"), "history is switched off")


def test_form_lists_the_visitors_latest_batches(client, send_batch, stranger, file):
    stranger.post("/batches/", {"words": "secret"})
    send_batch(file=file("chat\nperro", "mots <b>.txt"))
    page = client.get("/batches/")

    assertContains(page, "mots &lt;b&gt;.txt")
    assertContains(page, "2 answers")
    assertNotContains(page, "Pasted words")


def test_model_and_languages_can_be_chosen(client, send_batch):
    send_batch("orignal", model="FF", languages=["en", "es"])

    assert Prediction.objects.get().model == "FF"
    assert Prediction.objects.get().languages == ["en", "es"]
    assert Batch.objects.get().model == "FF"


@pytest.mark.parametrize("end", ["", "answers.csv", "answers.jsonl", "?from=1"])
def test_batch_of_another_visitor_looks_missing(client, batch_address, stranger, end):
    address = batch_address("chat")
    none = f"/batches/{Prediction.objects.get(word='chat').public_id}/"

    foreign, missing = stranger.get(address + end), stranger.get(none + end)
    assert (foreign.status_code, foreign.content) == (404, missing.content)


def test_batch_is_deleted_by_its_owner_only(client, batch_address, stranger):
    address = batch_address("chat")
    assert stranger.post(f"{address}delete/").status_code == 404
    assert Batch.objects.exists()

    response = client.post(f"{address}delete/", follow=True)
    assertRedirects(response, "/batches/", status_code=303)
    assertContains(response, "are deleted")
    assert not Batch.objects.exists()
    assert client.get(address).status_code == 404


def test_batch_moves_to_the_account_at_login(client, batch_address, user):
    address = batch_address("chat")
    user.set_password("a long pass phrase")
    user.save()
    client.post("/account/login/", {"username": user.username, "password": "a long pass phrase"})
    client.cookies.pop("visitor")

    assert client.get(address).status_code == 200


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_wrong_method_is_refused(client, method):
    assert getattr(client, method)("/batches/").status_code == 405


def test_forms_need_their_token(batch_address):
    strict = Client(enforce_csrf_checks=True)

    assert strict.post("/batches/", {"words": "chat"}).status_code == 403
    assert strict.post(f"{batch_address('chat')}delete/").status_code == 403


def test_pages_and_files_are_not_cached(client, send_batch, batch_address):
    address = batch_address("chat")
    for response in (client.get(address), client.get(f"{address}answers.csv"), send_batch("chat", private="on")):
        assert "no-store" in response["Cache-Control"]


def test_hostile_words_are_shown_as_typed(client, batch_address):
    assertContains(
        client.get(batch_address("<script>alert(1)</script>")), "&lt;script&gt;alert(1)&lt;/script&gt;</bdi>"
    )


def test_page_of_long_words_stays_small(client, batch_address):
    page = client.get(batch_address("\n".join(["w" * 100] * 150)), headers={"accept-encoding": "gzip"})
    assert len(page.content) < 60_000
