"""Exports of the admin's lists."""

import csv
import io
import json

import pytest
from django.urls import reverse

from classifier.models import Activation, Decision
from classifier.review import exports
from classifier.services.batches import create_batch
from classifier.services.review import decide
from classifier.words.lists import build_word_list

pytestmark = pytest.mark.django_db


@pytest.fixture
def export(admin_client):
    """Return a function that exports rows of a table, all of them by default."""

    def export(table, *rows, action="export_csv", client=admin_client, **query):
        address = reverse(f"admin:classifier_{table}_changelist", query=query)
        fields = {"action": action, "_selected_action": [row.pk for row in rows] or [0]}
        response = client.post(address, fields | ({} if rows else {"select_across": "1"}))
        return b"".join(response.streaming_content).decode("utf-8-sig") if response.streaming else response

    return export


def lines(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_selected_predictions_are_exported_as_listed(export, make_prediction):
    rows = [make_prediction(word, owner="user:7") for word in ("orignal", "piano", "xqzt")]
    first, second = lines(export("prediction", rows[0], rows[1]))
    assert list(first) == list(exports.PREDICTIONS)
    assert (first["word"], first["answer"], first["language"]) == ("piano", "English, French and Spanish", "")
    assert (second["answer"], second["language"], second["owner"]) == ("French", "fr", "user 7")


def test_selection_across_pages_keeps_filter_and_order(export, make_prediction, monkeypatch):
    monkeypatch.setattr(exports, "CHUNK", 50)
    words = [f"{first}{second}eau" for first in "abcdefghijkl" for second in "abcdefghij"]
    for word in (*words, "orignal"):
        make_prediction(word)
    oldest_first = "7"
    assert [line["word"] for line in lines(export("prediction", q="a", o=oldest_first))] == words[:10]
    assert [line["word"] for line in lines(export("prediction"))] == ["orignal", *reversed(words)]


def test_json_lines_keep_types_and_words_in_full(export, make_prediction):
    word = "w" * 100
    [line] = export("prediction", make_prediction(word), action="export_jsonl").splitlines()
    row = json.loads(line)
    assert (row["word"], row["probability"]) == (word, 0.9184)
    assert list(row) == list(exports.PREDICTIONS)


def test_formulas_are_escaped_for_spreadsheets_only(export, make_prediction):
    row = make_prediction("=eau")
    assert lines(export("prediction", row))[0]["word"] == "'=eau"
    assert json.loads(export("prediction", row, action="export_jsonl"))["word"] == "=eau"


def test_private_words_are_not_exported(export, make_prediction):
    make_prediction("orignal", private=True, owner="user:7")
    [line] = lines(export("prediction"))
    assert (line["word"], line["owner"]) == ("", "nobody")
    assert "orignal" not in str(line)


def test_feedback_decisions_and_outcomes_are_exported(export, say, user):
    say("piano", "mul", by=["user:1", "user:2"], languages=["en", "fr"])
    decide(word_key="piano", reviewer=user, label="en", reason="says who")
    feedback, _ = lines(export("feedback"))
    assert (feedback["label"], feedback["label_code"], feedback["votes"]) == ("English and French", "mul en fr", "2")
    assert (feedback["status_code"], feedback["decided"], feedback["decided_code"]) == ("otherwise", "English", "en")
    [decision] = lines(export("decision"))
    assert (decision["word"], decision["reviewer"], decision["reason"]) == ("piano", "ana", "says who")
    [outcome] = lines(export("reviewedword"))
    assert outcome == {"word": "piano", "label": "English", "label_code": "en", "votes": "0", "trained_in": ""}


def test_batches_and_activations_are_exported(export):
    words = build_word_list([(1, "orignal"), (2, "piano")])
    create_batch(words, owner="user:7", name="words.csv", model="", languages=())
    [batch] = lines(export("batch"))
    assert (batch["name"], batch["answered"], batch["owner"]) == ("words.csv", "2", "user 7")
    Activation.objects.create(name="Ngram", version="20261129-00000002")
    assert lines(export("activation"))[0]["version"] == "20261129-00000002"


def test_names_are_in_the_language_of_the_page(export, make_prediction, admin_client):
    admin_client.cookies["django_language"] = "fr"
    assert lines(export("prediction", make_prediction()))[0]["answer"] == "Français"


def test_export_takes_few_queries(export, say, django_assert_max_num_queries):
    say("orignal", "en", by=[f"user:{number}" for number in range(30)])
    with django_assert_max_num_queries(12):
        assert len(lines(export("feedback"))) == 30


def test_export_needs_permission_to_view(export, staff, make_prediction):
    row = make_prediction()
    assert export("prediction", row, client=staff("view_feedback")).status_code == 403


def test_viewer_may_export(export, staff, make_prediction):
    assert "orignal" in export("prediction", make_prediction(), client=staff("view_prediction"))


def test_rows_deleted_meanwhile_are_left_out(make_prediction):
    from classifier.models import Prediction

    rows = [make_prediction(word) for word in ("orignal", "piano")]
    found = exports.read_rows(Prediction.objects.all(), Prediction.objects.order_by("id"))
    Prediction.objects.filter(pk=rows[0].pk).delete()
    assert list(found) == [rows[1]]
    assert not Decision.objects.exists()
