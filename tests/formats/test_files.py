import csv
import dataclasses
import io
import json

import pytest

from classifier.formats.columns import ANSWERS
from classifier.formats.fields import answer_fields, comparison_fields
from classifier.formats.files import DOWNLOADS, FORMATS, escape_formula
from classifier.ml.answers import Comparison
from classifier.web.forms import DOWNLOAD_LABELS, FORMAT_LABELS
from classifier.words.lists import Row

LANGUAGES = ("en", "fr", "es")
ERROR = Row(2, code="no_letters", detail="No letters.")


def text_of(name, rows):
    """Return the file of `rows`, written in two chunks."""
    output = FORMATS[name](ANSWERS, LANGUAGES)
    return output.opening + output.rows(rows[:1]) + output.rows(rows[1:]) + output.closing


@pytest.fixture
def written(fake_models):
    """Return a function that writes the answers for words, and errors, in a format."""

    def write(name, words, errors=()):
        return text_of(name, [*map(Row, range(1, 9), fake_models["FF"].identify(words)), *errors])

    return write


@pytest.fixture
def compared(fake_models):
    """Return a function that writes all models' answers for words in a format."""

    def write(name, *words):
        answers = [fake.identify(words) for fake in fake_models.values()]
        comparisons = [Comparison(each) for each in zip(*answers, strict=True)]
        return text_of(name, [*map(Row, range(1, 9), comparisons)]), comparisons

    return write


def test_table_is_aligned_and_names_languages(written):
    assert written("table", ["orignal", "piano"]).splitlines() == [
        "orignal  single   French   French 66.6%, English 28.9%, Spanish 4.5%",
        "piano    several  -        English 35.0%, French 34.0%, Spanish 31.0%",
    ]


def test_tsv_has_a_header_and_a_column_for_each_language(written):
    table = csv.DictReader(io.StringIO(written("tsv", ["orignal"])), delimiter="\t")
    [answer] = list(table)

    start, end = ["word", "language", "verdict"], ["undetermined", "model", "model_version"]
    assert table.fieldnames == [*start, "en", "fr", "es", *end]
    assert (answer["language"], answer["fr"]) == ("fr", "0.6657")


def test_csv_holds_the_cells_of_tsv(written):
    words = ["orignal", "piano", "xqzt", 'say"cheese', "a,b"]

    assert [*csv.reader(io.StringIO(written("csv", words)))] == [
        *csv.reader(io.StringIO(written("tsv", words)), delimiter="\t")
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_formula_is_escaped(start):
    assert escape_formula(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize("cell", ["aujourd'hui-=+@", "", -0.5, None])
def test_other_cells_stay_as_they_are(cell):
    assert escape_formula(cell) == cell


def test_formulas_are_escaped_in_csv_and_exact_in_tsv(written):
    assert "\n'=orignal," in written("csv", ["=orignal"])
    assert "\n=orignal\t" in written("tsv", ["=orignal"])


def test_every_text_of_a_csv_is_escaped(fake_models):
    [answer] = fake_models["FF"].identify(["=orignal"])
    answer = dataclasses.replace(answer, model="@FF", model_version="-1", verdict="+", language="=fr")
    [row] = csv.DictReader(io.StringIO(text_of("csv", [Row(1, answer)])))

    texts = [row[name] for name in ("word", "language", "verdict", "model", "model_version")]
    assert texts == ["'=orignal", "'=fr", "'+", "'@FF", "'-1"]


def test_json_line_is_the_documented_answer_without_id_and_time(written, fake_models):
    [answer] = fake_models["FF"].identify(["orignal"])

    assert json.loads(written("jsonl", ["orignal"])) == {**answer_fields(answer), "correction": None, "reviewed": None}


def test_json_is_one_array_of_the_json_lines(written):
    words = ["orignal", "éléphant"]

    lines = written("jsonl", words, [ERROR]).splitlines()
    assert json.loads(written("json", words, [ERROR])) == [json.loads(line) for line in lines]


def test_accents_stay_readable_in_json(written):
    assert "éléphant" in written("jsonl", ["éléphant"])


def test_error_is_a_row_in_json(written):
    *_, line = written("jsonl", ["chat"], [ERROR]).splitlines()

    assert json.loads(line) == {"line": 2, "error": {"code": "no_letters", "detail": "No letters."}}


@pytest.mark.parametrize("name", ["table", "tsv", "csv"])
def test_error_is_no_row_elsewhere(written, name):
    assert written(name, ["chat"], [ERROR]) == written(name, ["chat"])


def test_no_rows_are_an_empty_array():
    assert json.loads(text_of("json", [])) == []


def test_text_shows_its_words_in_json(written):
    [line] = written("jsonl", ["un gâteau"]).splitlines()

    assert [word["word"] for word in json.loads(line)["words"]] == ["un", "gâteau"]


@pytest.mark.parametrize("name", ["tsv", "csv"])
def test_text_is_one_line_of_columns(written, name):
    [line] = written(name, ["un gâteau"]).splitlines()[1:]

    assert line.startswith("un gâteau")


def test_long_text_does_not_widen_a_table(written):
    _, line = written("table", ["chat " * 20 + "noir", "chat"]).splitlines()

    assert line.index("single") == 42


def test_all_models_are_one_object_in_json(compared):
    text, [comparison] = compared("jsonl", "orignal")

    assert json.loads(text) == {**comparison_fields(comparison), "correction": None, "reviewed": None}


def test_all_models_are_a_line_each_in_columns(compared):
    text, _ = compared("tsv", "orignal", "piano")

    rows = [(row["word"], row["model"]) for row in csv.DictReader(io.StringIO(text), delimiter="\t")]
    assert rows == [("orignal", "Ngram"), ("orignal", "FF"), ("piano", "Ngram"), ("piano", "FF")]


def test_all_models_are_named_in_a_table(compared):
    text, _ = compared("table", "orignal")

    assert text.splitlines() == [
        "orignal  Ngram  single   French   French 66.6%, English 28.9%, Spanish 4.5%",
        "orignal  FF     single   French   French 66.6%, English 28.9%, Spanish 4.5%",
    ]


def test_labels_name_every_download():
    assert set(FORMATS) >= set(DOWNLOADS) == set(FORMAT_LABELS) == set(DOWNLOAD_LABELS)
