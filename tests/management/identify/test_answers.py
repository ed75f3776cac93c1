import json

import pytest
from django.core.management import CommandError, call_command

from classifier.formats.files import FORMATS
from classifier.management import word_input
from classifier.models import Prediction
from classifier.services import registry


def words_of(result):
    return [json.loads(line)["word"] for line in result.out.splitlines()]


def test_words_are_arguments(run):
    result = run("orignal", "dog", "--format", "jsonl")

    assert (words_of(result), result.err, result.code) == (["orignal", "dog"], "", 0)


def test_words_are_lines_of_standard_input(run):
    assert words_of(run("--format", "jsonl", stdin="éléphant\ndog\n".encode())) == ["éléphant", "dog"]


def test_words_are_lines_of_a_file(run, tmp_path):
    (tmp_path / "words").write_text("orignal\ndog\n")

    assert words_of(run("--input", str(tmp_path / "words"), "--format", "jsonl")) == ["orignal", "dog"]


def test_column_of_a_table_is_read_and_named(run, tmp_path):
    (tmp_path / "words.csv").write_bytes("n;Wort;été\n1;chat;x\n2;dog;y\n".encode("cp1252"))

    result = run("--input", str(tmp_path / "words.csv"), "--column", "wort", "--format", "jsonl")
    assert words_of(result) == ["chat", "dog"]
    assert result.err.splitlines() == [
        "The file is not UTF-8; read as Windows-1252.",
        "Read column Wort of n, Wort, été; choose another with --column.",
    ]


def test_missing_column_is_a_failure(run):
    result = run("--column", "mot", stdin=b"a;b\n")

    assert (result.code, "a · b" in result.err) == (2, True)


def test_dash_is_standard_input(run):
    assert words_of(run("--input", "-", "--format", "jsonl", stdin=b"orignal\n")) == ["orignal"]


def test_default_format_is_a_table(run):
    assert run("orignal").out == "orignal  single   French   French 66.6%, English 28.9%, Spanish 4.5%\n"


def test_default_model_is_the_best(run):
    assert json.loads(run("orignal", "--format", "jsonl").out)["model"] == registry.current().default


def test_model_is_chosen_in_any_case(run):
    assert json.loads(run("orignal", "--model", "ff", "--format", "jsonl").out)["model"] == "FF"


def test_languages_restrict_candidates_and_columns(run):
    result = run("orignal", "--languages", "ES, en", "--format", "tsv")

    assert result.out.splitlines()[0].split("\t")[5:7] == ["es", "en"]


def test_language_is_chosen_by_any_of_its_codes(run):
    result = run("orignal", "--languages", "spa,en-GB,EN", "--format", "tsv")

    assert result.out.splitlines()[0].split("\t")[5:8] == ["es", "en", "undetermined"]


def test_of_many_candidates_the_first_three_have_columns(run, wide):
    names, cells = (line.split("\t") for line in run("λόγος", "--languages", "ALL", "--format", "tsv").out.splitlines())

    answer = dict(zip(names, cells, strict=True))
    assert names[5:12] == [
        *(f"{kind}_{rank}" for rank in (1, 2, 3) for kind in ("language", "probability")),
        "undetermined",
    ]
    assert (answer["set"], answer["language_1"], float(answer["probability_1"]) > 0.9) == ("el", "el", True)


def test_models_that_do_not_know_the_languages_are_left_out(run, wide):
    result = run("orignal", "--model", "all", "--languages", "en,el", "--format", "jsonl")

    assert json.loads(result.out)["unavailable"] == ["FF"]
    assert result.err == "FF cannot answer and is left out.\n"


def test_confidence_of_sets_is_chosen(run, wide):
    answers = [json.loads(run("orignal", "--confidence", p, "--format", "jsonl").out) for p in ("0.5", "0.99")]

    assert [answer["confidence"] for answer in answers] == [0.5, 0.99]
    assert len(answers[0]["set"]) < len(answers[1]["set"])


@pytest.mark.parametrize("confidence", ["0.4", "1", "nan", "high"])
def test_confidence_out_of_range_is_refused(run, wide, confidence):
    with pytest.raises(CommandError, match=r"Give a number from 0\.5 to 0\.99\."):
        call_command("identify", "orignal", "--confidence", confidence)


def test_answers_are_not_stored_by_default(run, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        run("orignal")


@pytest.mark.django_db
def test_stored_answers_are_a_batch_without_owner(run, monkeypatch):
    monkeypatch.setattr(word_input, "CHUNK", 2)

    run("--store", "--model", "FF", "--languages", "fr,en", stdin=b"orignal\n12\ndog\npiano\n")

    rows = Prediction.objects.order_by("id")
    assert [(row.word, row.source, row.owner, row.model) for row in rows] == [
        (word, "cli", "", "FF") for word in ("orignal", "dog", "piano")
    ]
    assert len({row.batch for row in rows}) == 1
    assert rows[0].languages == ["fr", "en"]


@pytest.mark.django_db
@pytest.mark.parametrize("form", FORMATS)
def test_stored_answers_equal_those_not_stored(run, form):
    lines = "Orignal\n un gâteau\npiano\n12\nl’eau\npiano\nxqzt, mesa\nbien-être\n=été\n".encode()

    assert run("--format", form, "--store", stdin=lines).out == run("--format", form, stdin=lines).out


@pytest.mark.django_db
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("languages", ["", "all", "el,en"])
def test_stored_answers_of_a_wide_model_equal_those_not_stored(run, wide, form, languages):
    lines = "orignal\n日本 λόγος\nمرحبا\nсобака\n日本語の単語\nl’eau\nof\n".encode()
    arguments = ("--format", form, "--languages", languages, "--confidence", "0.95")

    assert run(*arguments, "--store", stdin=lines).out == run(*arguments, stdin=lines).out


@pytest.mark.django_db
def test_repeated_word_is_stored_each_time(run):
    run("--store", stdin=b"dog\ndog\n")

    assert Prediction.objects.filter(word="dog").count() == 2


def test_invalid_line_is_reported_by_number(run):
    result = run("--format", "tsv", stdin=b"orignal\n\n12 !\ndog\n")

    assert [line.split("\t")[0] for line in result.out.splitlines()] == ["word", "orignal", "dog"]
    assert result.err.splitlines()[:-1] == ["line 3: The word contains no letters."]
    assert result.code == 1


def test_report_does_not_repeat_the_word(run):
    assert "chevreuil" not in run(stdin=b"chevreuil\x00\n").err


def test_invalid_argument_is_reported_by_number(run):
    assert run("dog", "12").err.startswith("word 2: ")


def test_json_has_a_row_for_each_line(run):
    rows = [
        json.loads(line) for line in run("--format", "jsonl", stdin="é\n12\n".encode() + b"\xff\n").out.splitlines()
    ]

    assert [row.get("error", {}).get("code") for row in rows] == [None, "no_letters", "invalid_unicode"]
    assert [row.get("line") for row in rows] == [None, 2, 3]


def test_line_may_be_a_text(run):
    [row] = [json.loads(line) for line in run("--format", "jsonl", stdin="un gâteau\n".encode()).out.splitlines()]

    assert (row["word"], [word["word"] for word in row["words"]]) == ("un gâteau", ["un", "gâteau"])


def test_models_are_compared(run):
    row = json.loads(run("orignal", "--model", "All", "--format", "jsonl").out)

    assert ([answer["model"] for answer in row["answers"]], row["agreement"]) == (["Ngram", "FF"], 1)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["orignal", "un gâteau"])
def test_stored_comparison_equals_the_one_not_stored(run, text):
    words = [text, "--model", "all", "--format", "jsonl"]

    assert run(*words, "--store").out == run(*words).out
    assert Prediction.objects.get().comparison()


def test_broken_model_is_left_out_and_named(run, without_model):
    without_model("FF")

    result = run("orignal", "--model", "all", "--format", "jsonl")
    assert (json.loads(result.out)["unavailable"], result.code) == (["FF"], 0)
    assert result.err == "FF cannot answer and is left out.\n"


def test_json_output_is_one_document(run):
    assert len(json.loads(run("--format", "json", stdin=b"orignal\n12\ndog\n").out)) == 3


@pytest.mark.parametrize("form", ["table", "tsv", "csv", "json", "jsonl"])
def test_empty_file_gives_no_error(run, form):
    assert run("--format", form).code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["dog", "--model", "GPT"],
        ["dog", "--languages", "en,xx"],
        ["dog", "--languages", "en,qqq"],
        ["dog", "--languages", "und"],
        ["dog", "--languages", "de", "--model", "all"],
        ["dog", "--input", "words"],
        ["dog", "--column", "1"],
        ["--input", "no/such/file"],
        ["--input", "."],
    ],
)
def test_failure_has_a_message_and_no_output(run, arguments):
    result = run(*arguments)

    assert (result.out, result.code) == ("", 2)
    assert result.err


def test_missing_model_has_a_hint(run, without_model):
    without_model("FF")

    result = run("dog", "--model", "FF")
    assert (result.code, "manage.py train FF" in result.err) == (2, True)


def test_words_are_answered_in_chunks(run, monkeypatch, fake_models):
    sizes, fake = [], type(fake_models["FF"])
    probabilities = fake.probabilities
    monkeypatch.setattr(word_input, "CHUNK", 3)
    monkeypatch.setattr(
        fake, "probabilities", lambda self, words: sizes.append(len(words)) or probabilities(self, words)
    )

    run("--processes", "1", "--format", "jsonl", stdin=b"a\nb\nc\nd\ne\nf\ng\n")
    assert sizes == [3, 3, 1]


def test_repeated_word_is_answered_once(run, monkeypatch, fake_models):
    asked, fake = [], type(fake_models["FF"])
    probabilities = fake.probabilities
    monkeypatch.setattr(fake, "probabilities", lambda self, words: asked.extend(words) or probabilities(self, words))

    assert words_of(run("--format", "jsonl", stdin=b"dog\ncat\ndog\n")) == ["dog", "cat", "dog"]
    assert asked == ["dog", "cat"]
