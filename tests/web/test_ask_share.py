import json
import re
import subprocess
from html import unescape
from urllib.parse import urlsplit

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from classifier.models import Prediction

pytestmark = pytest.mark.django_db

# Fields of a prediction for two languages, of which one no longer serves
GERMAN = {"languages": ["de", "fr"], "probabilities": {"de": 0.2, "fr": 0.7, "und": 0.1}, "model_version": "20200101-0"}

HOSTILE = [
    *("<script>alert(1)</script>", "x'; rm -rf / #", '"$(id)"', "`id`", "a\\'b", "a\\", "a!!", "{{settings}}", "$HOME"),
    *("a&model=FF", "--help", "@/etc/passwd", "a%0a", "né\N{RIGHT-TO-LEFT OVERRIDE}e", "L'\"'\"'x", "a\n-d b", "#a"),
]


def text_to_copy(page, name):
    """Return a text of the page that can be copied."""
    return unescape(re.search(rf'<pre id="{name}"[^>]*>(.*?)</pre>', page.content.decode(), re.DOTALL)[1])


def run_command(page):
    """Return the address and body that curl would get."""
    script = 'curl() { printf "%s\\0" "$@"; }\n' + text_to_copy(page, "curl")
    output = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout
    address, *options, body, _end = output.split("\0")
    assert options == ["-H", "Content-Type: application/json", "-d"]
    return address, json.loads(body)


def test_json_equals_that_of_the_api(client, ask):
    address = ask()
    client.post(f"{address}feedback/", {"label": "es"})
    from_api = client.get(f"/api/v1{address}".rstrip("/"))
    assert json.loads(text_to_copy(client.get(address), "json")) == from_api.json()


def test_json_of_all_models_equals_that_of_the_api(client, ask):
    address = ask("né", model="all")
    from_api = client.get(f"/api/v1{address}".rstrip("/"))
    assert json.loads(text_to_copy(client.get(address), "json")) == from_api.json()


def test_json_of_a_private_answer_has_no_id(client):
    fields = json.loads(text_to_copy(client.post("/", {"word": "né", "private": "on"}), "json"))
    assert (fields["word"], fields["id"]) == ("né", None)


def test_curl_command_asks_the_same(client, ask):
    address, body = run_command(client.get(ask("né", model="FF", languages=["fr", "es"])))
    assert body == {"word": "né", "model": "FF", "languages": ["fr", "es"]}
    response = client.post(urlsplit(address).path, body, content_type="application/json")
    assert response.status_code == 201
    assert [candidate["language"] for candidate in response.json()["candidates"]] == ["fr", "es"]


def test_curl_command_of_a_private_answer_is_private(client):
    _address, body = run_command(client.post("/", {"word": "né", "private": "on"}))
    assert body == {"word": "né", "model": "Ngram", "private": True}


@pytest.mark.parametrize("word", HOSTILE)
def test_hostile_word_is_quoted_for_shell_json_address_and_page(client, ask, word):
    page = client.get(ask(word))
    word = Prediction.objects.get().word  # as cleaned
    assert run_command(page)[1]["word"] == json.loads(text_to_copy(page, "json"))["word"] == word
    assertNotContains(page, "<script>")
    link = text_to_copy(page, "link")
    assert not re.search(r"[\s'\"`$\\<>(){}!]", link)
    assert client.get(link).context["answer"].word == word


def test_head_of_a_shared_link_runs_no_model(client):
    response = client.head("/shared/?word=chat")
    assert (response.status_code, response["Allow"]) == (405, "GET")
    assert not Prediction.objects.exists()


def test_shared_link_on_another_site_writes_no_history(client, ask):
    ask("orignal")
    page = client.get("/shared/?word=chat", headers={"sec-fetch-site": "cross-site"})
    assert page.status_code == 200
    assert Prediction.objects.exclude(owner="").get().word == "orignal"


@pytest.mark.parametrize(
    ("languages", "query"), [([], ""), (["fr", "es"], "&languages=fr&languages=es"), (["all"], "&languages=all")]
)
def test_link_holds_only_the_word_the_model_and_the_languages_chosen(client, ask, languages, query):
    link = text_to_copy(client.get(ask("né", model="FF", languages=languages)), "link")
    assert link == f"http://testserver/shared/?word=n%C3%A9&model=FF{query}"
    answers = [client.get(address).context["answer"] for address in (link, ask("né", model="FF", languages=languages))]
    assert answers[0].candidates == answers[1].candidates


def test_link_to_a_comparison_asks_all_models(client, ask):
    link = text_to_copy(client.get(ask("né", model="all")), "link")
    assert link.endswith("model=all")
    assertContains(client.get(link), "All models side by side")


def test_shared_link_answers_the_word_at_once(client):
    page = client.get("/shared/", {"word": "né", "model": "FF"})
    assertContains(page, "<title>né: Probably French, 92\N{NO-BREAK SPACE}%")
    assertContains(page, "From a shared link")
    assertContains(page, "<dt>FF</dt>", html=True)


def test_shared_answer_has_no_owner_and_no_word_in_the_database(client):
    page = client.get("/shared/", {"word": "né"})
    row = Prediction.objects.get()
    assert (row.private, row.word, row.owner, row.source) == (True, "", "", "web")
    assert "visitor" not in page.cookies
    assertNotContains(page, str(row.public_id))
    assertNotContains(page, "feedback/")
    assertNotContains(page, "Delete")


def test_shared_answer_is_neither_cached_nor_indexed(client):
    page = client.get("/shared/", {"word": "né"})
    assert (page.headers["X-Robots-Tag"], page.headers["Cache-Control"]) == ("noindex", "private, no-store")


def test_shared_answer_can_be_asked_as_ones_own(client):
    page = client.get("/shared/", {"word": "né", "model": "FF"})
    assertContains(page, "Ask this yourself")
    assertContains(page, '<input type="hidden" name="word" value="né">', html=True)
    client.post("/", {"word": "né", "model": "FF"})
    assert Prediction.objects.get(private=False).word == "né"


@pytest.mark.parametrize(
    "query", [{}, {"word": ""}, {"word": "123"}, {"word": "w" * 101}, {"word": "né", "model": "<b>GPT"}]
)
def test_invalid_link_shows_the_form_with_its_error(client, query):
    page = client.get("/shared/", query)
    assertContains(page, 'class="problem"', status_code=400)
    assertContains(page, 'action="/"', status_code=400)
    assertNotContains(page, "<b>GPT", status_code=400)
    assert not Prediction.objects.exists()


def test_bytes_that_are_not_utf8_are_refused(client):
    assert client.get("/shared/?word=caf%e9").status_code == 400


def test_other_parameters_of_a_link_are_ignored(client):
    page = client.get("/shared/?word=n%C3%A9&utm_source=x&example=piano&private=")
    assertContains(page, "Probably French")


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_wrong_method_is_refused(client, method):
    assert getattr(client, method)("/shared/?word=orignal").status_code == 405


def test_shared_link_without_models_gives_advice(client, without_model):
    without_model("Ngram", "FF")
    assertContains(client.get("/shared/?word=orignal"), "No model can answer", status_code=503)


def test_shared_links_count_as_words(client, limits):
    limits(single=1)
    statuses = [client.get("/shared/?word=orignal").status_code for _ in range(2)]
    assert statuses == [200, 429]
    assert Prediction.objects.count() == 1


@pytest.mark.parametrize("changes", [{"model": "GRU"}, GERMAN, {"model": "GRU", **GERMAN}])
def test_link_and_command_name_only_what_still_serves(client, ask, changes):
    address = ask("né", model="FF")
    Prediction.objects.update(**changes)
    page = client.get(address)
    assert client.get(text_to_copy(page, "link")).status_code == 200
    api, body = run_command(page)
    response = client.post(urlsplit(api).path, body, content_type="application/json")
    assert (response.status_code, response.json()["model"]) == (201, "Ngram" if "model" in changes else "FF")
