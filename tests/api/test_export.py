"""GET /api/v1/predictions/export."""

import csv
import io
import json

import pytest

from classifier.models import Prediction
from classifier.services.feedback import submit_feedback

pytestmark = pytest.mark.django_db
ADDRESS = "/predictions/export"


@pytest.fixture
def export(call, api_key):
    """Return a function that exports and returns the text."""

    def export(query=""):
        response = call("GET", f"{ADDRESS}?{query}", key=api_key)
        assert response.status_code == 200
        return b"".join(response.streaming_content).decode("utf-8-sig")

    return export


@pytest.fixture
def words(make_prediction, api_key):
    return [make_prediction(word, owner=api_key.owner) for word in ("orignal", "=1+1+a", "-ism", "@b", "piano")]


def test_json_lines_hold_what_the_list_holds_exactly(call, export, words, api_key):
    lines = [json.loads(line) for line in export("format=jsonl").splitlines()]

    assert lines == call("GET", "/predictions", key=api_key).json()["predictions"]
    assert lines[3]["word"] == "=1+1+a"


def test_csv_has_a_line_of_names_and_no_formulas(export, words):
    rows = list(csv.DictReader(io.StringIO(export("format=csv"))))

    assert [row["word"] for row in rows] == ["piano", "'@b", "'-ism", "'=1+1+a", "orignal"]
    assert rows[4]["candidates"] == "fr 0.6657; en 0.2893; es 0.045"


def test_csv_is_the_default_format(export, words):
    assert export() == export("format=csv")


def test_corrections_are_export(export, words, api_key):
    submit_feedback(prediction=words[0], owner=api_key.owner, label="mul", languages=["fr", "en"])
    [row] = csv.DictReader(io.StringIO(export("word=orignal")))

    assert (row["correction"], row["correction_status"]) == ("mul en fr", "pending")


def test_answer_of_all_models_is_the_best_ones_with_their_agreement(export, make_prediction, api_key):
    make_prediction("orignal", owner=api_key.owner, model="all")
    [row] = csv.DictReader(io.StringIO(export()))

    assert (row["model"], row["language"], row["agreement"]) == ("Ngram", "fr", "1.0")


def test_filters_select_the_exported_rows(export, words, make_prediction):
    make_prediction("house", owner="key:0")
    lines = export("format=jsonl&verdict=several").splitlines()

    assert [json.loads(line)["word"] for line in lines] == ["piano"]


def test_many_rows_are_read_chunk_by_chunk(export, words, monkeypatch):
    monkeypatch.setattr("classifier.services.history.CHUNK", 2)
    assert len(export("format=jsonl").splitlines()) == 5


@pytest.mark.parametrize(("name", "kind"), [("csv", "text/csv"), ("jsonl", "application/jsonl")])
def test_file_has_a_type_and_a_name(call, api_key, name, kind):
    response = call("GET", f"{ADDRESS}?format={name}", key=api_key, headers={"accept": kind})

    assert response.streaming
    assert response["Content-Type"] == f"{kind}; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="predictions.{name}"'
    assert response["Cache-Control"] == "private, no-store"


def test_format_that_is_not_accepted_is_refused(call, api_key):
    response = call("GET", f"{ADDRESS}?format=jsonl", key=api_key, headers={"accept": "text/csv"})
    assert response.status_code == 406


def test_rows_of_a_model_that_serves_no_more_are_export(export, words):
    Prediction.objects.filter(word="piano").update(model="GRU")
    [line] = export("format=jsonl&model=GRU").splitlines()
    assert json.loads(line)["word"] == "piano"


@pytest.mark.parametrize(
    ("query", "place"), [("format=4711", "format"), ("page_size=4711", ""), ("verdict=4711", "verdict")]
)
def test_wrong_parameter_is_refused(call, errors, api_key, query, place):
    response = call("GET", f"{ADDRESS}?{query}", key=api_key)
    assert [parameter for parameter, _code in errors(response)] == [place]
    assert "4711" not in response.text
