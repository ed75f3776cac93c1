"""The tour of the API: its commands and their answers."""

import html
import json
import os
import re
import shutil
import subprocess
from dataclasses import replace

import pytest
from django.conf import settings

from classifier.api import documentation
from classifier.api.documentation import SCOPES
from classifier.api.models import SCOPES as KEY_SCOPES
from classifier.models import Prediction
from tests.conftest import fake_card

ADDRESS = "/api-tour/"


def blocks(page, label):
    matches = re.findall(rf'<pre[^>]*aria-label="{label}"[^>]*>(.*?)</pre>', page, re.DOTALL)
    return [html.unescape(block) for block in matches]


@pytest.fixture
def page(client, db):
    return client.get(ADDRESS).content.decode()


def shape(value):
    """Return a JSON value without the fields that vary by call."""
    if isinstance(value, dict):
        return {key: shape(member) for key, member in value.items() if key not in {"id", "created_at", "request_id"}}
    return [shape(one) for one in value] if isinstance(value, list) else value


@pytest.mark.django_db(transaction=True)
def test_commands_run_and_are_answered_as_shown(live_server, client, api_key):
    if shutil.which("curl") is None:
        pytest.skip("needs curl: apt-get install curl")
    page = client.get(ADDRESS, SERVER_NAME="localhost", SERVER_PORT=live_server.thread.port).content.decode()
    environment = {"PATH": os.environ["PATH"], "KEY": api_key.headers["authorization"].removeprefix("Bearer ")}
    answers = [
        json.loads(subprocess.run(["bash", "-c", command], env=environment, capture_output=True, check=True).stdout)
        for command in blocks(page, "Command")
    ]
    word, every, many, history, wrong = answers
    assert [shape(word), shape(wrong)] == [shape(json.loads(block)) for block in blocks(page, "Answer")]
    assert len(every["answers"]) == 2
    assert [result["id"] for result in many["results"]] == ["a", "b"]
    assert history == {"predictions": [], "next": None, "next_cursor": None}


def test_commands_call_the_server_that_shows_them(client, db):
    page = client.get(ADDRESS, SERVER_NAME="localhost", SERVER_PORT="8123").content.decode()
    commands = blocks(page, "Command")
    assert commands
    assert all("http://localhost:8123/api/v1/" in command for command in commands)


def test_reading_the_tour_stores_nothing(page):
    assert "orignal" in page
    assert Prediction.objects.count() == 0


def test_tour_asks_a_version_once(client, db, serve, fake_models):
    documentation._answer_of.cache_clear()
    first, second = (blocks(client.get(ADDRESS).content.decode(), "Answer")[0] for _ in range(2))
    assert first == second
    assert documentation._answer_of.cache_info().misses == 1

    serve({"Ngram": replace(fake_models["Ngram"], card=fake_card("Ngram", "20261123-00000003"))})
    assert "20261123-00000003" in client.get(ADDRESS).content.decode()


def test_limits_are_those_of_this_server(client, db, monkeypatch):
    monkeypatch.setattr(settings, "LIMITS", {**settings.LIMITS, "single": 4321})
    assert "<td>4,321</td>" in client.get(ADDRESS).content.decode()


def test_limits_of_all_scopes_are_shown(page):
    assert set(SCOPES) == set(KEY_SCOPES)
    assert page.split("<tbody>")[1].count('<th scope="row">') == len(KEY_SCOPES)


def test_tour_links_to_the_schema_and_to_swagger(client, page):
    for address in ("/api/docs", "http://testserver/api/schema"):
        assert f'href="{address}"' in page
    assert client.get("/api/schema").status_code == 200


def test_problems_of_the_tour_have_their_pages(client, page):
    addresses = re.findall(r'href="(/problems/[^"]+)"', page)
    assert len(addresses) > 10
    assert all(client.get(address).status_code == 200 for address in addresses)


def test_problem_does_not_repeat_the_request(page):
    [problem] = [json.loads(block) for block in blocks(page, "Answer") if "problems" in block]
    assert problem["errors"][0]["pointer"] == "/word"
    assert "123" not in problem["errors"][0]["detail"]


def test_commands_are_shown_without_a_model(client, db, without_model):
    without_model("Ngram", "FF")
    response = client.get(ADDRESS)
    assert response.status_code == 200
    assert len(blocks(response.content.decode(), "Command")) == 5


def test_closed_api_is_not_shown_as_open(client, db, monkeypatch):
    monkeypatch.setattr(settings, "API_ANONYMOUS", False)
    assert "No key is needed" not in client.get(ADDRESS).content.decode()


def test_posting_is_refused(client, db):
    assert client.post(ADDRESS).status_code == 405
