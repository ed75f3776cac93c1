from datetime import UTC, datetime

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from classifier.models import Prediction
from classifier.services.feedback import submit_feedback
from tests.web.page_reader import listed_words

pytestmark = pytest.mark.django_db


@pytest.fixture
def find_words(client, ask):
    """Store words of three days and return their filter."""
    for day, word in enumerate(("orignal", "piano", "xqzt"), 20):
        ask(word, model="FF" if word == "piano" else "Ngram")
        Prediction.objects.filter(word=word).update(created=datetime(2026, 11, day, 23, 59, tzinfo=UTC))

    def find_words(query):
        response = client.get(f"/history/?{query}")
        assert response.status_code == 200
        return listed_words(response)

    return find_words


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("word=Piano", ["piano"]),
        ("word=pia", ["piano"]),
        ("word=iano", []),
        ("language=fr", ["orignal"]),
        ("language=FR-ca", ["orignal"]),
        ("language=de", []),
        ("model=ff", ["piano"]),
        ("verdict=unsure", ["xqzt"]),
        ("feedback=none", ["xqzt", "piano", "orignal"]),
        ("feedback=pending", []),
        ("since=2026-11-21", ["xqzt", "piano"]),
        ("until=2026-11-21", ["piano", "orignal"]),
        ("since=2026-11-21&until=2026-11-21", ["piano"]),
        ("until=9999-12-31&since=0001-01-01", ["xqzt", "piano", "orignal"]),
        ("verdict=several&model=Ngram", []),
        ("word=+", ["xqzt", "piano", "orignal"]),
        ("word=&language=&model=&verdict=&feedback=&since=&until=", ["xqzt", "piano", "orignal"]),
    ],
)
def test_filters_select_matching_rows(find_words, query, words):
    assert find_words(query) == words


def test_feedback_filter_compares_the_status(find_words):
    prediction = Prediction.objects.get(word="piano")
    submit_feedback(prediction=prediction, owner=prediction.owner, label="en")
    assert (find_words("feedback=pending"), find_words("feedback=none")) == (["piano"], ["xqzt", "orignal"])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("word=12", "word"),
        (f"word={'w' * 101}", "word"),
        ("language=e%20n", "language"),
        ("model=G%20T", "model"),
        ("verdict=maybe", "verdict"),
        ("feedback=maybe", "feedback"),
        ("since=yesterday", "since"),
        ("until=2026-02-30", "until"),
        ("until=20/11/2026", "until"),
        ("owner=user:1", "__all__"),
        ("ordering=owner__password", "__all__"),
        ("word=a&word=b", "__all__"),
    ],
)
def test_wrong_filter_is_refused_at_its_field(client, find_words, query, field):
    response = client.get(f"/history/?{query}")
    assert (response.status_code, list(response.context["form"].errors)) == (400, [field])
    assertContains(response, 'class="problem"', status_code=400)
    assertNotContains(response, "orignal", status_code=400)


def test_refused_form_keeps_its_values(client):
    response = client.get("/history/?word=12&language=fr&since=2026-11-20")
    for part in ('value="12"', '<option value="fr" selected>', 'value="2026-11-20"', "The word contains no letters."):
        assertContains(response, part, status_code=400)
    assertContains(response, 'aria-describedby="id_word_error"', status_code=400)


def test_language_that_no_model_knows_stays_chosen(client, ask):
    ask()
    assertContains(client.get("/history/?language=de"), '<option value="de" selected>German</option>', html=True)


@pytest.mark.parametrize(
    ("query", "name", "chosen"),
    [("language=FR", "language", ("FR", "French")), ("model=ngram", "model", ("ngram", "Ngram"))],
)
def test_other_spelling_of_a_choice_is_offered_once(client, find_words, query, name, chosen):
    form = client.get(f"/history/?{query}").context["form"]
    selected = [(option.data["value"], option.data["label"]) for option in form[name] if option.data["selected"]]
    labels = [option.data["label"] for option in form[name]]
    assert (selected, len(labels)) == ([chosen], len(set(labels)))
    assertContains(client.get(f"/history/delete/?{query}"), f"<dd><bdi>{chosen[1]}</bdi></dd>", html=True)


def test_model_that_serves_no_more_stays_chosen(client, find_words):
    Prediction.objects.filter(word="piano").update(model="GRU")
    assert find_words("model=GRU") == ["piano"]
    assertContains(client.get("/history/?model=GRU"), '<option value="GRU" selected>GRU</option>', html=True)


def test_rows_of_a_model_that_serves_no_more_are_exported_and_deleted(client, find_words):
    Prediction.objects.filter(word="piano").update(model="GRU")
    [line] = b"".join(client.get("/history/export/?format=jsonl&model=GRU").streaming_content).splitlines()
    assert b'"piano"' in line
    assertContains(client.get("/history/delete/?model=GRU"), "Delete 1 answer?")
    client.post("/history/delete/?model=GRU")
    assert find_words("") == ["xqzt", "orignal"]


@pytest.mark.parametrize("address", ["/history/?cursor=&cursor=", "/history/export/?format=csv&format=csv"])
def test_repeated_parameter_is_refused(client, db, address):
    assert client.get(address).status_code == 400


def test_links_of_the_page_keep_the_filters(client, find_words, monkeypatch):
    monkeypatch.setattr("classifier.services.history.PAGE_SIZE", 1)
    response = client.get("/history/?model=Ngram&word=")
    older = response.context["page"].next
    assertContains(response, f'href="?model=Ngram&amp;cursor={older.replace(":", "%3A")}"')
    assertContains(response, 'href="/history/export/?format=csv&amp;model=Ngram"')
    assertContains(response, 'href="/history/delete/?model=Ngram"')
    assert find_words(f"model=Ngram&cursor={older}") == ["orignal"]


def test_cursor_of_other_filters_is_refused(client, find_words, monkeypatch):
    monkeypatch.setattr("classifier.services.history.PAGE_SIZE", 1)
    older = client.get("/history/").context["page"].next
    assert client.get(f"/history/?model=FF&cursor={older}").status_code == 400


def test_empty_result_differs_from_an_empty_history(client, find_words):
    assertContains(client.get("/history/?word=chat"), "Nothing matches")
    assertNotContains(client.get("/history/?word=chat"), "Nothing here yet")


def test_filters_are_unfolded_only_if_used(client, find_words):
    assertContains(client.get("/history/?language=fr"), "<details open>")
    assertContains(client.get("/history/?word=piano"), "<details>")


def test_hostile_filters_are_escaped(client, ask):
    ask()
    response = client.get("/history/", {"word": '"><script>alert(1)</script>', "language": "<b>"})
    assertNotContains(response, "<script>alert", status_code=400)
    assertNotContains(response, "<b>", status_code=400)
