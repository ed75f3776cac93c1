import pytest
from django.test import Client
from pytest_django.asserts import assertContains, assertNotContains, assertNumQueries

from classifier.models import Batch, Prediction, ReviewedWord
from classifier.services import history
from tests.web.page_reader import listed_words

pytestmark = pytest.mark.django_db


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(history, "PAGE_SIZE", 2)


def test_predictions_are_listed_newest_first(client, ask):
    addresses = [ask(word) for word in ("orignal", "piano", "xqzt")]
    response = client.get("/history/")
    assert listed_words(response) == ["xqzt", "piano", "orignal"]
    assertContains(response, f'<a href="{addresses[0]}"><bdi lang="fr">orignal</bdi></a>', html=True)
    assertContains(response, "Not sure")


def test_empty_history_gives_advice(client):
    assertContains(client.get("/history/"), "Nothing here yet")


def test_correction_is_shown_with_the_models_answer(client, ask):
    client.post(f"{ask()}feedback/", {"label": "es"})
    response = client.get("/history/")
    assertContains(response, "<strong>Spanish</strong>", html=True)
    assertContains(response, "the model said French")
    assertContains(response, '<bdi lang="es">orignal</bdi>', html=True)


def test_confirmation_is_shown(client, ask):
    client.post(f"{ask()}feedback/", {"label": "fr"})
    assertContains(client.get("/history/"), "you agreed")


def test_pages_lead_to_older_rows_and_back(client, ask, small_pages):
    for word in ("un", "deux", "trois", "quatre"):
        ask(word)
    first = client.get("/history/")
    second = client.get("/history/", {"cursor": first.context["page"].next})
    assert (listed_words(first), listed_words(second)) == (["quatre", "trois"], ["deux", "un"])
    assertNotContains(first, "Newest")
    assertContains(second, '<a class="button" href="/history/">Newest</a>', html=True)
    assertNotContains(second, "Older")


def test_page_needs_the_same_queries_for_any_length(client, ask, small_pages, limit_queries):
    for word in ("un", "deux", "trois"):
        ask(word)
    with assertNumQueries(5 + limit_queries) as queries:
        client.get("/history/")
    assert "COUNT" not in str(queries.captured_queries)


@pytest.mark.parametrize("cursor", ["1", "x", "1:forged", "%00", "9" * 50, "1:", "\N{DEER}"])
def test_forged_cursor_is_refused(client, ask, cursor):
    ask()
    assert client.get("/history/", {"cursor": cursor}).status_code == 400


def test_truncated_or_foreign_cursor_is_refused(client, ask, small_pages, stranger):
    for word in ("un", "deux", "trois"):
        ask(word)
    cursor = client.get("/history/").context["page"].next
    assert client.get("/history/", {"cursor": cursor[:-1]}).status_code == 400
    assert stranger.get("/history/", {"cursor": cursor}).status_code == 400


def test_wrong_method_is_refused(client):
    assert client.post("/history/").status_code == 405


def test_history_holds_only_the_callers_rows(client, ask, stranger, make_prediction):
    ask("orignal")
    make_prediction("nobodys", source="api")
    assert listed_words(client.get("/history/")) == ["orignal"]
    assert listed_words(stranger.get("/history/")) == ["knowledge"]
    assert listed_words(Client().get("/history/")) == []


def test_private_word_is_in_no_history(client, ask):
    ask("orignal")
    client.post("/", {"word": "piano", "private": "on"})
    assert listed_words(client.get("/history/")) == ["orignal"]


def test_hostile_word_is_escaped(client, ask):
    ask("<script>alert(1)</script>")
    response = client.get("/history/")
    assertContains(response, "&lt;script&gt;")
    assertNotContains(response, "<script>")


def test_visitors_history_moves_to_the_user_at_login(client, ask, admin_user):
    ask("orignal")
    visitor = client.cookies["visitor"].value
    client.post("/admin/login/", {"username": "admin", "password": "password"})
    assert listed_words(client.get("/history/")) == ["orignal"]
    logged_out = Client()
    logged_out.cookies["visitor"] = visitor
    assert listed_words(logged_out.get("/history/")) == []


def test_page_is_not_cached(client):
    assert client.get("/history/").headers["Cache-Control"] == "private, no-store"


def test_reviewed_label_is_shown(client, ask):
    ReviewedWord.objects.create(word_key="orignal", label="fr", votes=1)
    ask()
    assertContains(client.get("/history/"), "decided: French")


def test_model_and_probability_are_shown(client, ask):
    ask()
    ask(model="all")
    response = client.get("/history/")
    for text in ("67\N{NO-BREAK SPACE}%", "<span>Ngram</span>", "<span>all models</span>"):
        assertContains(response, text)


def test_history_of_a_new_caller_needs_no_query(client, limit_queries):
    with assertNumQueries(limit_queries):
        client.get("/history/")


def test_batch_is_one_row_with_its_languages(client, ask, batch_address):
    ask("orignal")
    address = batch_address("gâteau\nbeau\nknowledge\n12")
    response = client.get("/history/")
    assert listed_words(response) == ["orignal"]
    assertContains(response, f'<a class="batch-name" href="{address}">Pasted words</a>', html=True)
    assertContains(response, "<span>3 answers</span>", html=True)
    assertContains(response, '<rect class="part tone-2" x="0.00%" width="66.67%" height="100%"/>', html=True)
    for languages in ("French 2", "English 1"):
        assertContains(response, languages)


def test_search_says_what_was_searched(client, ask, batch_address):
    ask("orignal")
    address = batch_address("original\nmoose")
    response = client.get("/history/?word=ORIG")
    assert listed_words(response) == ["original", "orignal"]
    assertContains(response, "Words that begin with “<bdi>ORIG</bdi>”")
    assertContains(response, f'<a href="{address}">one of many</a>', html=True)
    assertContains(client.get("/history/?word=moo%3F&language=fr"), "Use fewer filters")
    assertContains(client.get("/history/?word=xyz"), "No word in your history begins with “<bdi>xyz</bdi>”.")


def test_times_have_their_zone(client, ask, batch_address):
    ask()
    batch_address("chat")
    Prediction.objects.update(created="2026-11-21T10:00:00Z")
    Batch.objects.update(created="2026-11-22T10:00:00Z")
    for path in ("/history/", "/history/?word=o", "/batches/", "/history/"):
        assertContains(client.get(path), "10:00\N{NO-BREAK SPACE}UTC")
    assertContains(client.get("/history/"), "Sunday, 22 November 2026")


def test_word_asked_again_is_shown_once_with_all_answers(client, ask):
    addresses = [ask("orignal"), ask("orignal", model="all")]
    response = client.get("/history/")
    assertContains(response, ">orignal</bdi>", count=1)
    assertContains(response, "<summary>Asked 2 times</summary>", html=True)
    for address in addresses:
        assertContains(response, f'href="{address}"', count=1)
        assertContains(response, f'formaction="{address}delete/"', count=1)
