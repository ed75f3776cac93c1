import json
import re
import subprocess
from html import unescape
from urllib.parse import urlsplit

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from classifier.models import Prediction

pytestmark = pytest.mark.django_db

# The fields of a row that was asked among languages of which one is known no more
GERMAN = {"languages": ["de", "fr"], "probabilities": {"de": 0.2, "fr": 0.7, "und": 0.1}, "model_version": "20200101-0"}

HOSTILE = [
    *("<script>alert(1)</script>", "x'; rm -rf / #", '"$(id)"', "`id`", "a\\'b", "a\\", "a!!", "{{settings}}", "$HOME"),
    *("a&model=FF", "--help", "@/etc/passwd", "a%0a", "né\N{RIGHT-TO-LEFT OVERRIDE}e", "L'\"'\"'x", "a\n-d b", "#a"),
]


def copied(page, name):
    """Return the text of the page that can be copied."""
    return unescape(re.search(rf'<pre id="{name}"[^>]*>(.*?)</pre>', page.content.decode(), re.DOTALL)[1])


def command(page):
    """Return the address and body that a shell would let curl send."""
    script = 'curl() { printf "%s\\0" "$@"; }\n' + copied(page, "curl")
    output = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout
    address, *options, body, _end = output.split("\0")
    assert options == ["-H", "Content-Type: application/json", "-d"]
    return address, json.loads(body)


def test_the_json_is_what_the_api_gives(client, ask):
    address = ask()
    client.post(f"{address}feedback/", {"label": "es"})
    from_api = client.get(f"/api/v1{address}".rstrip("/"))
    assert json.loads(copied(client.get(address), "json")) == from_api.json()


def test_the_json_of_all_models_is_what_the_api_gives(client, ask):
    address = ask("né", model="all")
    from_api = client.get(f"/api/v1{address}".rstrip("/"))
    assert json.loads(copied(client.get(address), "json")) == from_api.json()


def test_the_json_of_a_private_answer_leads_nowhere(client):
    found = json.loads(copied(client.post("/", {"word": "né", "private": "on"}), "json"))
    assert (found["word"], found["id"]) == ("né", None)


def test_the_command_for_curl_asks_the_same(client, ask):
    address, body = command(client.get(ask("né", model="FF", languages=["fr", "es"])))
    assert body == {"word": "né", "model": "FF", "languages": ["fr", "es"]}
    response = client.post(urlsplit(address).path, body, content_type="application/json")
    assert response.status_code == 201
    assert [candidate["language"] for candidate in response.json()["candidates"]] == ["fr", "es"]


def test_the_command_for_a_private_answer_is_private(client):
    _address, body = command(client.post("/", {"word": "né", "private": "on"}))
    assert body == {"word": "né", "model": "Ngram", "private": True}


@pytest.mark.parametrize("word", HOSTILE)
def test_a_hostile_word_is_quoted_for_shell_json_address_and_page(client, ask, word):
    page = client.get(ask(word))
    kept = Prediction.objects.get().word
    assert command(page)[1]["word"] == json.loads(copied(page, "json"))["word"] == kept
    assertNotContains(page, "<script>")
    link = copied(page, "link")
    assert not re.search(r"[\s'\"`$\\<>(){}!]", link)
    assert client.get(link).context["answer"].word == kept


def test_head_of_a_shared_link_runs_no_model(client):
    response = client.head("/shared/?word=chat")
    assert (response.status_code, response["Allow"]) == (405, "GET")
    assert not Prediction.objects.exists()


def test_shared_link_on_another_site_leaves_nothing_in_the_readers_history(client, ask):
    ask("orignal")
    page = client.get("/shared/?word=chat", headers={"sec-fetch-site": "cross-site"})
    assert page.status_code == 200
    assert Prediction.objects.exclude(owner="").get().word == "orignal"


def test_a_link_holds_the_word_and_the_model_only(client, ask):
    link = copied(client.get(ask("né", model="FF", languages=["fr", "es"])), "link")
    assert link == "http://testserver/shared/?word=n%C3%A9&model=FF"


def test_a_link_to_all_models_asks_all(client, ask):
    link = copied(client.get(ask("né", model="all")), "link")
    assert link.endswith("model=all")
    assertContains(client.get(link), "All models side by side")


def test_who_opens_a_link_has_the_word_answered_at_once(client):
    page = client.get("/shared/", {"word": "né", "model": "FF"})
    assertContains(page, "<title>né: Probably French, 92\N{NO-BREAK SPACE}%")
    assertContains(page, "From a shared link")
    assertContains(page, "<dd>FF</dd>", html=True)


def test_a_shared_answer_is_nobodys_and_not_kept(client):
    page = client.get("/shared/", {"word": "né"})
    row = Prediction.objects.get()
    assert (row.private, row.word, row.owner, row.source) == (True, "", "", "web")
    assert "visitor" not in page.cookies
    assertNotContains(page, str(row.public_id))
    assertNotContains(page, "feedback/")
    assertNotContains(page, "Delete this answer")


def test_a_shared_answer_is_in_no_cache_and_no_search_engine(client):
    page = client.get("/shared/", {"word": "né"})
    assert (page.headers["X-Robots-Tag"], page.headers["Cache-Control"]) == ("noindex", "private, no-store")


def test_who_opens_a_link_can_ask_it_as_their_own(client):
    page = client.get("/shared/", {"word": "né", "model": "FF"})
    assertContains(page, "Ask this yourself")
    assertContains(page, '<input type="hidden" name="word" value="né">', html=True)
    client.post("/", {"word": "né", "model": "FF"})
    assert Prediction.objects.get(private=False).word == "né"


@pytest.mark.parametrize(
    "query", [{}, {"word": ""}, {"word": "123"}, {"word": "w" * 101}, {"word": "né", "model": "<b>GPT"}]
)
def test_a_bad_link_leads_to_the_form_and_says_what_is_wrong(client, query):
    page = client.get("/shared/", query)
    assertContains(page, 'class="problem"', status_code=400)
    assertContains(page, 'action="/"', status_code=400)
    assertNotContains(page, "<b>GPT", status_code=400)
    assert not Prediction.objects.exists()


def test_bytes_that_are_not_utf8_are_refused(client):
    assert client.get("/shared/?word=caf%e9").status_code == 400


def test_nothing_else_in_a_link_counts(client):
    page = client.get("/shared/?word=n%C3%A9&languages=es&example=piano&private=")
    assertContains(page, "Probably French")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_wrong_method_is_refused(client, method):
    assert getattr(client, method)("/shared/?word=orignal").status_code == 405


def test_without_models_a_link_says_what_to_do(client, without_model):
    without_model("Ngram", "FF")
    assertContains(client.get("/shared/?word=orignal"), "No model can answer", status_code=503)


def test_links_are_limited_as_words_are(client, limits):
    limits(single=1)
    statuses = [client.get("/shared/?word=orignal").status_code for _ in range(2)]
    assert statuses == [200, 429]
    assert Prediction.objects.count() == 1


@pytest.mark.parametrize("gone", [{"model": "GRU"}, GERMAN, {"model": "GRU", **GERMAN}])
def test_link_and_command_ask_only_for_what_still_serves(client, ask, gone):
    address = ask("né", model="FF")
    Prediction.objects.update(**gone)
    page = client.get(address)
    assert client.get(copied(page, "link")).status_code == 200
    api, body = command(page)
    response = client.post(urlsplit(api).path, body, content_type="application/json")
    assert (response.status_code, response.json()["model"]) == (201, "Ngram" if "model" in gone else "FF")
