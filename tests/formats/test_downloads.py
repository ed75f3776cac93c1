"""Downloads of batches and histories."""

import csv
import io
import json

import pytest
from django.db import OperationalError
from django.utils import translation

from classifier.formats.columns import BATCH, HISTORY
from classifier.formats.files import download
from classifier.models import Prediction
from classifier.services import batches, history
from classifier.services.batches import REASONS
from classifier.services.feedback import submit_feedback
from classifier.words.lists import Row, WordList

pytestmark = pytest.mark.django_db
OWNER = "visitor:a"
ERROR = Row(2, code="no_letters", detail=REASONS["no_letters"])


def text_of(rows, name, layout=BATCH):
    return b"".join(download(rows, layout, name).streaming_content).decode("utf-8-sig")


@pytest.fixture
def rows(make_prediction):
    """Return the rows of a word, an error, and a formula."""
    return [Row(1, make_prediction("orignal", owner=OWNER)), ERROR, Row(3, make_prediction("=eau", owner=OWNER))]


def test_csv_of_a_batch_has_a_line_for_each_row(rows):
    lines = [*csv.DictReader(io.StringIO(text_of(rows, "csv")))]

    assert [(line["row"], line["word"], line["language"], line["error"]) for line in lines] == [
        ("1", "orignal", "fr", ""),
        ("2", "", "", "This contains no letters."),
        ("3", "'=eau", "fr", ""),
    ]
    assert float(lines[0]["fr"]) == 0.6657


def test_json_lines_of_a_batch_have_an_object_for_each_row(rows):
    first, second, third = map(json.loads, text_of(rows, "jsonl").splitlines())

    assert (first["row"], first["word"], first["language"]) == (1, "orignal", "fr")
    assert first["id"] == str(rows[0].value.public_id)
    assert second == {"row": 2, "error": {"code": "no_letters", "detail": "This contains no letters."}}
    assert third["word"] == "=eau"


def test_csv_begins_with_the_mark_by_which_excel_knows_utf8(rows):
    starts = [next(iter(download(rows, BATCH, name).streaming_content)) for name in ("csv", "jsonl")]

    assert [start.startswith(b"\xef\xbb\xbf") for start in starts] == [True, False]


@pytest.mark.parametrize("name", ["csv", "jsonl"])
def test_files_are_the_same_in_every_language(rows, name):
    english = text_of(rows, name)
    with translation.override("fr"):
        assert text_of(rows, name) == english


def test_columns_of_languages_are_those_asked_for(make_prediction):
    row = Row(2, make_prediction("orignal", languages=["es", "en"]))
    lines = text_of([Row(1, code="required"), row], "csv").splitlines()

    assert lines[0] == "row,word,language,verdict,set,mixed,es,en,undetermined,model,model_version,error"
    assert [line.partition(",")[0] for line in lines[1:]] == ["1", "2"]


def test_columns_are_those_of_all_candidates_also_of_those_left_out(make_prediction, wide):
    rows = [
        Row(number, make_prediction(word, languages=wide.card.languages[:10])) for number, word in enumerate("aλ", 1)
    ]
    names, *lines = (line.split(",") for line in text_of(rows, "csv").splitlines())

    assert names[6:16] == list(wide.card.languages[:10])
    assert {len(line) for line in lines} == {len(names)}
    assert "" in lines[1][6:16]


def test_of_unknown_candidates_the_first_three_have_columns(make_prediction, wide, without_model):
    rows = [Row(1, make_prediction("λόγος", languages=["all"]))]
    without_model("Ngram")  # which answered
    names, cells = (line.split(",") for line in text_of(rows, "csv").splitlines())

    assert (names[6], cells[6]) == ("language_1", "el")


def test_file_of_errors_has_no_columns_of_languages():
    assert text_of([ERROR], "csv").splitlines() == [
        "row,word,language,verdict,set,mixed,undetermined,model,model_version,error",
        "2,,,,,,,,,This contains no letters.",
    ]


def test_csv_has_the_best_of_all_models_and_json_lines_have_each(make_prediction):
    rows = [Row(1, make_prediction("orignal", model="all"))]

    assert len(text_of(rows, "csv").splitlines()) == 2
    assert [answer["model"] for answer in json.loads(text_of(rows, "jsonl"))["answers"]] == ["Ngram", "FF"]


def test_private_file_of_all_models_needs_no_query(django_assert_num_queries):
    rows = batches.answer_privately(WordList(["orignal"] * 20, list(range(1, 21))), model="all", languages=())
    with django_assert_num_queries(0):
        first = json.loads(text_of(rows, "jsonl").splitlines()[0])
    assert (first["id"], len(first["answers"])) == (None, 2)


def test_comment_with_a_line_separator_stays_on_its_line(make_prediction):
    submit_feedback(prediction=make_prediction(owner=OWNER), owner=OWNER, label="es", comment="one\u2028two\u2029three")
    [line] = text_of([Row(1, Prediction.objects.get())], "jsonl").splitlines()

    assert json.loads(line)["correction"]["comment"] == "one\u2028two\u2029three"


def test_formulas_of_a_history_are_escaped_in_all_columns(make_prediction):
    make_prediction("=eau", owner=OWNER)
    prediction = Prediction.objects.get()
    prediction.model, prediction.model_version = "@FF", "-1"
    [line] = csv.DictReader(io.StringIO(text_of([Row(1, prediction)], "csv", HISTORY)))

    assert (line["word"], line["model"], line["model_version"]) == ("'=eau", "'@FF", "'-1")


def test_lines_of_a_history_end_with_crlf(make_prediction):
    make_prediction("orignal", owner=OWNER)
    text = text_of(history.read_history(Prediction.objects.of(OWNER), OWNER), "csv", HISTORY)

    assert text.count("\r\n") == text.count("\n") == 2


def test_rows_are_sent_in_chunks(make_prediction):
    prediction = make_prediction("orignal")
    response = download((Row(number, prediction) for number in range(1, 251)), BATCH, "csv")

    assert [chunk.count(b"\n") for chunk in response.streaming_content] == [0, 1, 100, 100, 50, 0]


def test_error_before_the_first_answer_is_no_broken_file():
    def fail():
        yield ERROR
        raise OperationalError

    with pytest.raises(OperationalError):
        download(fail(), BATCH, "csv")
