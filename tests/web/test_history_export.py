import csv
import io
import json

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def exported(client):
    """Return a function that returns the text of an export."""

    def exported(query):
        response = client.get(f"/history/export/?{query}")
        assert response.status_code == 200
        return b"".join(response.streaming_content).decode()

    return exported


def test_csv_holds_what_is_listed_newest_first(exported, ask):
    for word in ("orignal", "=1+1+a"):
        ask(word)
    rows = list(csv.DictReader(io.StringIO(exported("format=csv"))))
    assert [row["word"] for row in rows] == ["'=1+1+a", "orignal"]


def test_json_lines_hold_it_exactly(client, exported, ask):
    client.post(f"{ask('=1+1+a')}feedback/", {"label": "es"})
    [line] = map(json.loads, exported("format=jsonl").splitlines())
    assert (line["word"], line["correction"]["label"]) == ("=1+1+a", "es")


def test_filters_hold_for_the_file_too(exported, ask):
    for word in ("orignal", "piano"):
        ask(word)
    assert [json.loads(line)["word"] for line in exported("format=jsonl&verdict=several").splitlines()] == ["piano"]


def test_the_file_holds_own_rows_only(exported, stranger, ask):
    ask()
    assert "knowledge" not in exported("format=jsonl")


def test_the_browser_saves_it_and_nobody_keeps_it(client):
    headers = client.get("/history/export/?format=jsonl").headers
    assert headers["Content-Disposition"] == 'attachment; filename="predictions.jsonl"'
    assert headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("query", ["format=xml", "verdict=maybe", "cursor=x", "owner=user:1"])
def test_what_cannot_be_exported_is_refused(client, query):
    assert client.get(f"/history/export/?{query}").status_code == 400


def test_a_wrong_method_is_refused(client):
    assert client.post("/history/export/").status_code == 405
