import csv
import dataclasses
import io
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifier.formats.columns import ANSWERS
from classifier.formats.fields import answer_fields, comparison_fields
from classifier.formats.files import FORMATS, csv_line, escape_formula
from classifier.ml.answers import Comparison
from classifier.ml.judging import answer_texts, judge_words
from classifier.words.lists import Row
from tests.calibrations import MANY, make_calibration, outputs, wide_card
from tests.conftest import fake_card

LANGUAGES = ("en", "fr", "es")
CALIBRATION = make_calibration()
ERROR = Row(2, code="no_letters", detail="No letters.")


def text_of(name, rows):
    """Return the file of `rows`, written in two chunks."""
    output = FORMATS[name](ANSWERS, LANGUAGES)
    return output.opening + output.rows(rows[:1]) + output.rows(rows[1:]) + output.closing


@pytest.fixture
def write_answers(fake_models):
    """Return a function that writes answers and errors."""

    def write(name, words, errors=()):
        return text_of(name, [*map(Row, range(1, 9), fake_models["FF"].identify(words)), *errors])

    return write


def test_text_of_words_of_different_languages_is_mixed(write_answers):
    [answer] = csv.DictReader(io.StringIO(write_answers("csv", ["gâteau mesa"])))
    assert (answer["verdict"], answer["mixed"]) == ("several", "fr es")
    assert "  mixed    -" in write_answers("table", ["gâteau mesa"])


@pytest.fixture
def write_comparisons(fake_models):
    """Return a function that writes the answers of all models."""

    def write(name, *words):
        answers = [fake.identify(words) for fake in fake_models.values()]
        comparisons = [Comparison(each) for each in zip(*answers, strict=True)]
        return text_of(name, [*map(Row, range(1, 9), comparisons)]), comparisons

    return write


UNITS = st.integers(0, 10**4)
OUTPUTS = st.lists(st.tuples(st.text("abéŒ’", min_size=1), UNITS, UNITS, UNITS, UNITS), min_size=1, max_size=9)


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=30)
@given(OUTPUTS, st.sampled_from([LANGUAGES, ("es", "en"), ("fr",)]))
def test_plain_words_are_written_together_as_one_by_one(name, rows, languages):
    words, output = [word for word, *_ in rows], np.array([numbers for _, *numbers in rows]) / 10**4
    assert_written_alike(name, fake_card("Ngram", "1"), words, output, {"languages": languages})


@pytest.mark.parametrize("name", FORMATS)
@settings(max_examples=10)
@given(st.integers(0, 99), st.sampled_from([("all",), MANY[:10], MANY[:11], MANY[5:8]]))
def test_plain_words_are_written_alike_with_sets_of_many_languages(name, seed, languages):
    shares, _ = outputs(MANY, 30, seed)
    words, output = [f"word{chr(97 + number % 26)}" for number in range(30)], np.insert(shares * 0.9, 40, 0.1, axis=1)
    assert_written_alike(name, wide_card(), words, output, {"languages": languages, "calibration": CALIBRATION})


def assert_written_alike(name, card, words, output, rules):
    file = FORMATS[name](ANSWERS, card.candidates(rules["languages"]))
    one_by_one = [
        answer_texts(card, [word], lambda _, row=row: row[None], **rules)[0]
        for word, row in zip(words, output, strict=True)
    ]
    lines = [Row(1, answer) for answer in one_by_one]
    file.fit(lines)

    assert file.plain_rows(judge_words(card, words, output, **rules)) == list(map(file.row, lines))


def test_table_is_aligned_and_names_languages(write_answers):
    assert write_answers("table", ["orignal", "piano"]).splitlines() == [
        "orignal  single   French   French 66.6%, English 28.9%, Spanish 4.5%",
        "piano    several  -        English 35.0%, French 34.0%, Spanish 31.0%",
    ]


def test_tsv_has_a_header_and_a_column_for_each_language(write_answers):
    table = csv.DictReader(io.StringIO(write_answers("tsv", ["orignal"])), delimiter="\t")
    [answer] = list(table)

    start, end = ["word", "language", "verdict", "set", "mixed"], ["undetermined", "model", "model_version"]
    assert table.fieldnames == [*start, "en", "fr", "es", *end]
    assert (answer["language"], answer["fr"]) == ("fr", "0.6657")


def test_csv_holds_the_cells_of_tsv(write_answers):
    words = ["orignal", "piano", "xqzt", 'say"cheese', "a,b"]

    assert [*csv.reader(io.StringIO(write_answers("csv", words)))] == [
        *csv.reader(io.StringIO(write_answers("tsv", words)), delimiter="\t")
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", " ="])
def test_formula_is_escaped(start):
    assert escape_formula(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize("cell", ["aujourd'hui-=+@", "", -0.5, None])
def test_cell_without_formula_is_unchanged(cell):
    assert escape_formula(cell) == cell


@pytest.mark.parametrize(
    ("cell", "escaped"),
    [
        ("a;=1+1;b", "a;'=1+1;b"),
        ("a; ＝1", "a;' ＝1"),
        ("a\n=1", "a\n'=1"),
        ("a\r\n+1", "a\r\n'+1"),
        ("a; b-c", "a; b-c"),
    ],
)
def test_formula_is_escaped_where_other_countries_begin_a_cell(cell, escaped):
    assert escape_formula(cell) == escaped


def test_cells_with_semicolons_are_quoted():
    assert csv_line(["a;b", 'say "c"', 1.0, None], "\n") == '"a;b","say ""c""",1.0,\n'


def test_formulas_are_escaped_in_csv_and_exact_in_tsv(write_answers):
    assert "\n'=orignal," in write_answers("csv", ["=orignal"])
    assert "\n=orignal\t" in write_answers("tsv", ["=orignal"])


def test_formulas_are_escaped_in_all_columns_of_csv(fake_models):
    [answer] = fake_models["FF"].identify(["=orignal"])
    answer = dataclasses.replace(answer, model="@FF", model_version="-1", verdict="+", language="=fr")
    [row] = csv.DictReader(io.StringIO(text_of("csv", [Row(1, answer)])))

    texts = [row[name] for name in ("word", "language", "verdict", "model", "model_version")]
    assert texts == ["'=orignal", "'=fr", "'+", "'@FF", "'-1"]


def test_json_line_is_the_documented_answer_without_what_is_stored(write_answers, fake_models):
    [answer] = fake_models["FF"].identify(["orignal"])

    assert json.loads(write_answers("jsonl", ["orignal"])) == answer_fields(answer)


def test_json_is_one_array_of_the_json_lines(write_answers):
    words = ["orignal", "éléphant"]

    lines = write_answers("jsonl", words, [ERROR]).splitlines()
    assert json.loads(write_answers("json", words, [ERROR])) == [json.loads(line) for line in lines]


def test_accents_stay_readable_in_json(write_answers):
    assert "éléphant" in write_answers("jsonl", ["éléphant"])


def test_json_line_of_an_error_has_its_number(write_answers):
    *_, line = write_answers("jsonl", ["chat"], [ERROR]).splitlines()

    assert json.loads(line) == {"line": 2, "error": {"code": "no_letters", "detail": "No letters."}}


@pytest.mark.parametrize("name", ["table", "tsv", "csv"])
def test_errors_are_left_out_of_tables(write_answers, name):
    assert write_answers(name, ["chat"], [ERROR]) == write_answers(name, ["chat"])


def test_json_without_rows_is_an_empty_array():
    assert json.loads(text_of("json", [])) == []


def test_json_of_a_text_holds_its_words(write_answers):
    [line] = write_answers("jsonl", ["un gâteau"]).splitlines()

    assert [word["word"] for word in json.loads(line)["words"]] == ["un", "gâteau"]


@pytest.mark.parametrize("name", ["tsv", "csv"])
def test_text_is_one_line_of_columns(write_answers, name):
    [line] = write_answers(name, ["un gâteau"]).splitlines()[1:]

    assert line.startswith("un gâteau")


def test_long_text_does_not_widen_a_table(write_answers):
    _, line = write_answers("table", ["chat " * 20 + "noir", "chat"]).splitlines()

    assert line.index("single") == 42


def test_all_models_are_one_object_in_json(write_comparisons):
    text, [comparison] = write_comparisons("jsonl", "orignal")

    assert json.loads(text) == comparison_fields(comparison)


def test_all_models_are_a_line_each_in_columns(write_comparisons):
    text, _ = write_comparisons("tsv", "orignal", "piano")

    rows = [(row["word"], row["model"]) for row in csv.DictReader(io.StringIO(text), delimiter="\t")]
    assert rows == [("orignal", "Ngram"), ("orignal", "FF"), ("piano", "Ngram"), ("piano", "FF")]


def test_all_models_are_named_in_a_table(write_comparisons):
    text, _ = write_comparisons("table", "orignal")

    assert text.splitlines() == [
        "orignal  Ngram  single   French   French 66.6%, English 28.9%, Spanish 4.5%",
        "orignal  FF     single   French   French 66.6%, English 28.9%, Spanish 4.5%",
    ]
