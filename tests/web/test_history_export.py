import csv
import io
import json

import pytest

pytestmark = pytest.mark.django_db


@pytest.fixture
def export(client):
    """Return a function that returns the text of an export."""

    def export(query):
        response = client.get(f"/history/export/?{query}")
        assert response.status_code == 200
        return b"".join(response.streaming_content).decode("utf-8-sig")

    return export


def test_csv_holds_the_rows_newest_first_with_formulas_escaped(export, ask):
    for word in ("orignal", "=1+1+a"):
        ask(word)
    rows = list(csv.DictReader(io.StringIO(export("format=csv"))))
    assert [row["word"] for row in rows] == ["'=1+1+a", "orignal"]


def test_json_lines_hold_exact_words_and_corrections(client, export, ask):
    client.post(f"{ask('=1+1+a')}feedback/", {"label": "es"})
    [line] = map(json.loads, export("format=jsonl").splitlines())
    assert (line["word"], line["correction"]["label"]) == ("=1+1+a", "es")


def test_filters_apply_to_the_file(export, ask):
    for word in ("orignal", "piano"):
        ask(word)
    assert [json.loads(line)["word"] for line in export("format=jsonl&verdict=several").splitlines()] == ["piano"]


def test_file_holds_only_the_callers_rows(export, stranger, ask):
    ask()
    assert "knowledge" not in export("format=jsonl")


def test_file_is_an_attachment_and_not_cached(client):
    headers = client.get("/history/export/?format=jsonl").headers
    assert headers["Content-Disposition"] == 'attachment; filename="predictions.jsonl"'
    assert headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("query", ["format=xml", "verdict=maybe", "cursor=x", "owner=user:1"])
def test_unknown_format_or_filter_is_refused(client, query):
    assert client.get(f"/history/export/?{query}").status_code == 400


def test_wrong_method_is_refused(client):
    assert client.post("/history/export/").status_code == 405
