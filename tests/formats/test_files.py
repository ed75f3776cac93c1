import csv
import io
import json

import pytest

from classifier.formats.fields import answer_fields, comparison_fields
from classifier.formats.files import FORMATS, without_formula
from classifier.ml.answers import Comparison
from classifier.words.lists import Refusal

LANGUAGES = ("en", "fr", "es")


@pytest.fixture
def written(fake_models):
    """Return a function that writes words, in two chunks, in a format."""

    def write(name, words, refusals=()):
        output = FORMATS[name](LANGUAGES)
        first, *rest = [*fake_models["FF"].identify(words), *refusals]
        return output.opening + output.rows([first]) + output.rows(rest) + output.closing

    return write


def test_a_table_is_aligned_and_speaks_of_languages(written):
    assert written("table", ["orignal", "piano"]).splitlines() == [
        "orignal  single   French   French 66.6%, English 28.9%, Spanish 4.5%",
        "piano    several  -        English 35.0%, French 34.0%, Spanish 31.0%",
    ]


def test_tsv_has_a_header_and_a_column_for_each_language(written):
    header, row = csv.DictReader(io.StringIO(written("tsv", ["orignal"])), delimiter="\t"), "fr"
    [answer] = list(header)

    assert header.fieldnames == [
        "word",
        "language",
        "verdict",
        "en",
        "fr",
        "es",
        "undetermined",
        "model",
        "model_version",
    ]
    assert (answer["language"], answer["fr"]) == (row, "0.6657")


def test_csv_holds_what_tsv_holds(written):
    words = ["orignal", "piano", "xqzt", 'say"cheese', "a,b"]

    assert [*csv.reader(io.StringIO(written("csv", words)))] == [
        *csv.reader(io.StringIO(written("tsv", words)), delimiter="\t")
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_formula_is_made_harmless(start):
    assert without_formula(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


def test_a_word_is_no_formula():
    assert without_formula("aujourd'hui-=+@") == "aujourd'hui-=+@"


def test_csv_has_no_formula_where_tsv_is_exact(written):
    assert "\n'=orignal," in written("csv", ["=orignal"])
    assert "\n=orignal\t" in written("tsv", ["=orignal"])


def test_a_json_line_is_the_documented_answer_without_id_and_time(written, fake_models):
    [answer] = fake_models["FF"].identify(["orignal"])

    assert json.loads(written("jsonl", ["orignal"])) == {**answer_fields(answer), "correction": None, "reviewed": None}


def test_json_is_one_array_of_the_json_lines(written):
    words, refusals = ["orignal", "éléphant"], [Refusal(3, "no_letters", "No letters.")]

    lines = written("jsonl", words, refusals).splitlines()
    assert json.loads(written("json", words, refusals)) == [json.loads(line) for line in lines]


def test_accents_stay_readable_in_json(written):
    assert "éléphant" in written("jsonl", ["éléphant"])


def test_a_refused_line_is_a_row_in_json(written):
    *_, line = written("jsonl", ["chat"], [Refusal(2, "no_letters", "No letters.")]).splitlines()

    assert json.loads(line) == {"line": 2, "error": {"code": "no_letters", "detail": "No letters."}}


@pytest.mark.parametrize("name", ["table", "tsv", "csv"])
def test_a_refused_line_is_no_row_elsewhere(written, name):
    assert written(name, ["chat"], [Refusal(2, "no_letters", "No letters.")]) == written(name, ["chat"])


def test_nothing_is_an_empty_array():
    output = FORMATS["json"](LANGUAGES)

    assert json.loads(output.opening + output.rows([]) + output.closing) == []


@pytest.fixture
def compared(fake_models):
    """Return a function that writes what all models say about words, in a format."""

    def write(name, *words):
        said = [fake.identify(words) for fake in fake_models.values()]
        output = FORMATS[name](LANGUAGES)
        rows = [Comparison(answers) for answers in zip(*said, strict=True)]
        return output.opening + output.rows(rows) + output.closing, rows

    return write


def test_a_text_shows_its_words_in_json(written):
    [line] = written("jsonl", ["un gâteau"]).splitlines()

    assert [word["word"] for word in json.loads(line)["words"]] == ["un", "gâteau"]


@pytest.mark.parametrize("name", ["tsv", "csv"])
def test_a_text_is_one_line_of_columns(written, name):
    [line] = written(name, ["un gâteau"]).splitlines()[1:]

    assert line.startswith("un gâteau")


def test_a_long_text_does_not_push_a_table_apart(written):
    _, line = written("table", ["chat " * 20 + "noir", "chat"]).splitlines()

    assert line.index("single") == 42


def test_all_models_are_one_object_in_json(compared):
    text, [row] = compared("jsonl", "orignal")

    assert json.loads(text) == {**comparison_fields(row), "correction": None, "reviewed": None}


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
