"""GET /api/v1/predictions/export."""

import csv
import io
import json

import pytest

from classifier.services.feedback import submit_feedback

pytestmark = pytest.mark.django_db
ADDRESS = "/predictions/export"


@pytest.fixture
def exported(call, api_key):
    """Return a function that returns the text of an export."""

    def exported(query=""):
        response = call("GET", f"{ADDRESS}?{query}", key=api_key)
        assert response.status_code == 200
        return b"".join(response.streaming_content).decode()

    return exported


@pytest.fixture
def words(identified, api_key):
    return [identified(word, owner=api_key.owner) for word in ("orignal", "=1+1+a", "-ism", "@b", "piano")]


def test_json_lines_hold_what_the_list_holds_exactly(call, exported, words, api_key):
    lines = [json.loads(line) for line in exported("format=jsonl").splitlines()]

    assert lines == call("GET", "/predictions", key=api_key).json()["predictions"]
    assert lines[3]["word"] == "=1+1+a"


def test_csv_has_a_line_of_names_and_no_formulas(exported, words):
    rows = list(csv.DictReader(io.StringIO(exported("format=csv"))))

    assert [row["word"] for row in rows] == ["piano", "'@b", "'-ism", "'=1+1+a", "orignal"]
    assert rows[4]["candidates"] == "fr 0.6657; en 0.2893; es 0.045"


def test_csv_is_what_is_exported_without_a_word(exported, words):
    assert exported() == exported("format=csv")


def test_corrections_come_along(exported, words, api_key):
    submit_feedback(prediction=words[0], owner=api_key.owner, label="mul", languages=["fr", "en"])
    [row] = csv.DictReader(io.StringIO(exported("word=orignal")))

    assert (row["correction"], row["correction_status"]) == ("mul en fr", "pending")


def test_of_all_models_the_best_one_s_answer_is_in_the_table_with_their_agreement(exported, identified, api_key):
    identified("orignal", owner=api_key.owner, model="all")
    [row] = csv.DictReader(io.StringIO(exported()))

    assert (row["model"], row["language"], row["agreement"]) == ("Ngram", "fr", "1.0")


def test_exactly_the_rows_of_the_filter_are_exported(exported, words, identified):
    identified("house", owner="key:0")
    lines = exported("format=jsonl&verdict=several").splitlines()

    assert [json.loads(line)["word"] for line in lines] == ["piano"]


def test_many_rows_are_read_chunk_by_chunk(exported, words, monkeypatch):
    monkeypatch.setattr("classifier.services.history.CHUNK", 2)
    assert len(exported("format=jsonl").splitlines()) == 5


@pytest.mark.parametrize(("name", "kind"), [("csv", "text/csv"), ("jsonl", "application/jsonl")])
def test_the_file_says_what_it_is(call, api_key, name, kind):
    response = call("GET", f"{ADDRESS}?format={name}", key=api_key, headers={"accept": kind})

    assert response.streaming
    assert response["Content-Type"] == f"{kind}; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="predictions.{name}"'
    assert response["Cache-Control"] == "private, no-store"


def test_another_format_than_accepted_is_refused(call, api_key):
    response = call("GET", f"{ADDRESS}?format=jsonl", key=api_key, headers={"accept": "text/csv"})
    assert response.status_code == 406


@pytest.mark.parametrize(("query", "place"), [("format=xlsx", "format"), ("page_size=1", ""), ("verdict=x", "verdict")])
def test_what_is_no_filter_is_refused(call, errors, api_key, query, place):
    assert [found for found, _code in errors(call("GET", f"{ADDRESS}?{query}", key=api_key))] == [place]
