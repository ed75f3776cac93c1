"""The pages around many words at once."""

import csv
import io
import json

import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from classifier.access.owners import HISTORY_COOKIE, HISTORY_OFF
from classifier.models import Batch, Prediction
from classifier.web.forms import BatchForm

pytestmark = pytest.mark.django_db


def body(response):
    return b"".join(response.streaming_content).decode()


def test_pasted_words_are_answered_at_an_address_of_their_own(client, send):
    response = send("orignal\nxqzt")

    assert response.status_code == 303
    page = client.get(response.headers["Location"])
    assertContains(page, "Rows 1 to 2")
    assertContains(page, '<bdi lang="fr">orignal</bdi>')


def test_a_table_is_read_by_the_usual_column(client, sent, file):
    page = client.get(sent(file=file("id,word\n1,gâteau\n2,piano\n")))

    assertContains(page, "gâteau")
    assertContains(page, "words.csv")
    assertContains(page, "Rows 2 to 3")


def test_a_table_is_read_by_the_column_named(client, sent, file):
    assertContains(client.get(sent(file=file("id;forme\n1;gâteau\n"), column="forme")), "gâteau")


@pytest.mark.parametrize("name", ["words.txt", "words", "WORDS.LIST"])
def test_any_other_file_holds_a_word_a_line(client, sent, name, file):
    assertContains(client.get(sent(file=file("un, deux\nchat\n", name))), "un, deux")


@pytest.mark.parametrize("name", ["words.tsv", "WORDS.TAB"])
def test_a_table_with_tabs_keeps_its_commas(client, sent, name, file):
    assertContains(client.get(sent(file=file("word\nun, deux\n", name))), "un, deux")


def test_a_bad_row_stands_in_its_place_and_spoils_nothing(client, sent):
    page = client.get(sent("chat\n12\n\ngâteau\0\nperro"))

    assertContains(page, "2 rows hold no word")
    assertContains(page, '<th scope="row">2</th>')
    assertContains(page, "This contains no letters.")
    assertContains(page, '<th scope="row">5</th>')
    assertNotContains(page, '<th scope="row">3</th>')


def test_the_picture_and_its_numbers_say_the_same(client, sent):
    page = client.get(sent("gâteau\nbeau\nknowledge\n12"))

    assertContains(page, "Mostly French: 2 of 3 words")
    assertContains(page, '<rect class="part tone-1" x="0.00%" width="50.00%" height="100%"/>', html=True)
    assertContains(page, "<td>2</td><td>50.0\N{NO-BREAK SPACE}%</td>", html=True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("gâteau", "One word, and it is French"),
        ("gâteau\nbeau", "All 2 words are French"),
        ("gâteau\nthis\nxqzt", "Mixed: no language leads"),
        ("gâteau\nchâteau\nthis\nxqzt\nxqzt", "Mixed: most often French, 2 of 5 words"),
        ("piano\nxqzt", "None of these words is clearly of one language"),
    ],
)
def test_a_sentence_sums_the_words_up(client, sent, words, sentence):
    assertContains(client.get(sent(words)), f"<h1>{sentence}")


def test_the_rows_of_a_long_batch_are_on_pages(client, sent):
    address = sent("\n".join(["chat"] * 250))

    assertContains(client.get(address), 'rel="next" href="?from=101"')
    second = client.get(f"{address}?from=101")
    assertContains(second, "Rows 101 to 200")
    assertContains(second, 'rel="prev" href="?from=1"')
    assertNotContains(client.get(f"{address}?from=201"), 'rel="next"')


@pytest.mark.parametrize(
    ("start", "status"), [("0", 200), ("2", 404), ("x", 400), ("-1", 400), ("٣", 400), ("9" * 20, 400)]
)
def test_a_row_that_is_none_is_refused(client, sent, start, status):
    assert client.get(sent("chat"), {"from": start}).status_code == status


def test_a_correction_wins_on_display(client, sent):
    address = sent("orignal")
    client.post(f"/predictions/{Prediction.objects.get().public_id}/feedback/", {"label": "es"})

    assertContains(client.get(address), "<strong>Spanish</strong>")


def test_both_files_hold_every_row(client, sent):
    address = sent("orignal\n12\n@eau")

    table = client.get(f"{address}answers.csv")
    assert table["Content-Disposition"] == 'attachment; filename="words.csv"'
    rows = [*csv.DictReader(io.StringIO(body(table)))]
    lines = [json.loads(line) for line in body(client.get(f"{address}answers.jsonl")).splitlines()]
    assert [row["row"] for row in rows] == ["1", "2", "3"] == [str(line["row"]) for line in lines]
    assert (rows[2]["word"], lines[2]["word"]) == ("'@eau", "@eau")


def test_there_is_no_file_of_another_kind(client, sent):
    assert client.get(f"{sent('chat')}answers.xlsx").status_code == 404


@pytest.mark.parametrize(("name", "start"), [("csv", "row,word"), ("jsonl", '{"row": 1')])
def test_private_words_are_answered_by_the_file_and_not_kept(client, send, name, start):
    response = send("orignal\n12", private="on", format=name)

    assert response["Content-Disposition"] == f'attachment; filename="words.{name}"'
    assert body(response).startswith(start)
    assert not Batch.objects.exists()
    assert not Prediction.objects.exclude(word="").exists()
    assert "visitor" not in client.cookies


def test_with_the_history_switched_off_all_words_are_private(client, send):
    client.cookies[HISTORY_COOKIE] = HISTORY_OFF

    assert "orignal" in body(send("orignal"))
    assert not Batch.objects.exists()
    assertContains(client.get("/batches/"), "history is switched off")


def test_the_last_batches_are_listed_and_no_others(client, send, stranger, file):
    stranger.post("/batches/", {"words": "secret"})
    send(file=file("chat\nperro", "mots <b>.txt"))
    page = client.get("/batches/")

    assertContains(page, "mots &lt;b&gt;.txt")
    assertContains(page, "2 answers")
    assertNotContains(page, "Pasted words")


def test_the_model_and_the_languages_are_chosen(client, send):
    send("orignal", model="FF", languages=["en", "es"])

    assert Prediction.objects.get().model == "FF"
    assert Prediction.objects.get().languages == ["en", "es"]
    assert Batch.objects.get().model == "FF"


@pytest.mark.parametrize("end", ["", "answers.csv", "answers.jsonl", "?from=1"])
def test_anothers_batch_looks_like_none(client, sent, stranger, end):
    address = sent("chat")
    none = f"/batches/{Prediction.objects.get(word='chat').public_id}/"

    found, missing = stranger.get(address + end), stranger.get(none + end)
    assert (found.status_code, found.content) == (404, missing.content)


def test_a_batch_is_deleted_by_its_owner_only(client, sent, stranger):
    address = sent("chat")
    assert stranger.post(f"{address}delete/").status_code == 404
    assert Batch.objects.exists()

    response = client.post(f"{address}delete/", follow=True)
    assertRedirects(response, "/batches/", status_code=303)
    assertContains(response, "are deleted")
    assert not Batch.objects.exists()
    assert client.get(address).status_code == 404


def test_a_batch_follows_its_visitor_into_an_account(client, sent, user):
    address = sent("chat")
    user.set_password("a long pass phrase")
    user.save()
    client.post("/account/login/", {"username": user.username, "password": "a long pass phrase"})
    client.cookies.pop("visitor")

    assert client.get(address).status_code == 200


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_a_wrong_method_is_refused(client, method):
    assert getattr(client, method)("/batches/").status_code == 405


def test_forms_need_their_token(sent):
    strict = Client(enforce_csrf_checks=True)

    assert strict.post("/batches/", {"words": "chat"}).status_code == 403
    assert strict.post(f"{sent('chat')}delete/").status_code == 403


def test_pages_and_files_are_nobody_elses_to_keep(client, send, sent):
    address = sent("chat")
    for response in (client.get(address), client.get(f"{address}answers.csv"), send("chat", private="on")):
        assert "no-store" in response["Cache-Control"]


def test_hostile_words_are_shown_as_typed(client, sent):
    assertContains(client.get(sent("<script>alert(1)</script>")), "&lt;script&gt;alert(1)&lt;/script&gt;</bdi>")


def test_the_name_of_a_file_is_cut_to_what_fits(file):
    form = BatchForm({"words": ""}, {"file": file("chat", "x" * 300 + ".txt")})
    assert form.is_valid()
    assert len(form.file_name) == 100


def test_a_page_of_long_words_stays_small(client, sent):
    page = client.get(sent("\n".join(["w" * 100] * 150)), headers={"accept-encoding": "gzip"})
    assert len(page.content) < 60_000
