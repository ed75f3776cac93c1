import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from classifier import registry
from classifier.management.commands import identify as command
from classifier.models import Prediction

# A process of its own, with the fake models of the tests.
PROGRAM = """
import sys
from tests import conftest
import django
django.setup()
from classifier import registry
fake = conftest.FakeIdentifier(conftest.fake_card("FF", "20261122-00000002"))
registry.active_versions = lambda: {"FF": fake.card.version}
registry._load = lambda name, version: fake
from django.core.management import execute_from_command_line
execute_from_command_line(["manage.py", "identify", *sys.argv[1:]])
"""


@pytest.fixture
def run(capsys, monkeypatch, tmp_path):
    """Return a function that runs the command and returns its output, its errors and its exit code."""

    def run(*arguments, stdin=b"", **options):
        (tmp_path / "stdin").write_bytes(stdin)
        code = 0
        with (tmp_path / "stdin").open() as file:
            monkeypatch.setattr(sys, "stdin", file)
            try:
                call_command("identify", *arguments, **options)
            except CommandError as error:
                code = error.returncode
                sys.stderr.write(str(error))
        captured = capsys.readouterr()
        return SimpleNamespace(out=captured.out, err=captured.err, code=code)

    return run


def process(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], cwd=settings.BASE_DIR, check=False, **options, timeout=60
    )


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


def test_a_dash_is_standard_input(run):
    assert words_of(run("--input", "-", "--format", "jsonl", stdin=b"orignal\n")) == ["orignal"]


def test_people_get_a_table(run):
    assert run("orignal").out == "orignal  single   French   French 66.6%, English 28.9%, Spanish 4.5%\n"


def test_the_default_is_the_best_model(run):
    assert json.loads(run("orignal", "--format", "jsonl").out)["model"] == registry.default_model()


def test_a_model_is_chosen_in_any_case(run):
    assert json.loads(run("orignal", "--model", "ff", "--format", "jsonl").out)["model"] == "FF"


def test_languages_restrict_candidates_and_columns(run):
    result = run("orignal", "--languages", "ES, en", "--format", "tsv")

    assert result.out.splitlines()[0].split("\t")[3:5] == ["es", "en"]


def test_nothing_is_stored_unless_asked_for(run, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        run("orignal")


@pytest.mark.django_db
def test_with_store_the_answers_are_a_batch_without_owner(run, monkeypatch):
    monkeypatch.setattr(command, "CHUNK", 2)

    run("--store", "--model", "FF", "--languages", "fr,en", stdin=b"orignal\n12\ndog\npiano\n")

    rows = Prediction.objects.order_by("id")
    assert [(row.word, row.source, row.owner, row.model) for row in rows] == [
        (word, "cli", "", "FF") for word in ("orignal", "dog", "piano")
    ]
    assert len({row.batch for row in rows}) == 1
    assert rows[0].languages == ["fr", "en"]


@pytest.mark.django_db
def test_stored_or_not_the_answer_is_the_same(run):
    words = ["orignal", "piano", "xqzt", "--format", "jsonl"]

    assert run(*words, "--store").out == run(*words).out


def test_a_bad_line_is_reported_with_its_number_and_the_others_are_answered(run):
    result = run("--format", "tsv", stdin=b"orignal\n12 !\n\ndog\n")

    assert [line.split("\t")[0] for line in result.out.splitlines()] == ["word", "orignal", "dog"]
    assert result.err.splitlines()[:2] == ["line 2: The word contains no letters.", "line 3: Enter a word."]
    assert result.code == 1


def test_a_report_does_not_repeat_the_word(run):
    assert "chevreuil" not in run(stdin=b"chevreuil\x00\n").err


def test_a_bad_argument_is_reported_by_its_place(run):
    assert run("dog", "12").err.startswith("word 2: ")


def test_in_json_there_is_a_row_for_every_line(run):
    rows = [json.loads(line) for line in run("--format", "jsonl", stdin=b"orignal\n12\n\xff\n").out.splitlines()]

    assert [row.get("error", {}).get("code") for row in rows] == [None, "no_letters", "encoding"]
    assert [row.get("line") for row in rows] == [None, 2, 3]


def test_a_line_may_be_a_text(run):
    [row] = [json.loads(line) for line in run("--format", "jsonl", stdin="un gâteau\n".encode()).out.splitlines()]

    assert (row["word"], [word["word"] for word in row["words"]]) == ("un gâteau", ["un", "gâteau"])


def test_all_models_answer_side_by_side(run):
    row = json.loads(run("orignal", "--model", "All", "--format", "jsonl").out)

    assert ([answer["model"] for answer in row["answers"]], row["agreement"]) == (["Ngram", "FF"], 1)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["orignal", "un gâteau"])
def test_all_models_stored_or_not_say_the_same(run, text):
    words = [text, "--model", "all", "--format", "jsonl"]

    assert run(*words, "--store").out == run(*words).out
    assert Prediction.objects.get().comparison()


def test_a_broken_model_among_all_is_left_out_and_named(run, without_model):
    without_model("FF")

    result = run("orignal", "--model", "all", "--format", "jsonl")
    assert (json.loads(result.out)["unavailable"], result.code) == (["FF"], 0)
    assert result.err == "FF cannot answer and is left out.\n"


def test_json_is_one_document(run):
    assert len(json.loads(run("--format", "json", stdin=b"orignal\n12\ndog\n").out)) == 3


@pytest.mark.parametrize("form", ["table", "tsv", "csv", "json", "jsonl"])
def test_an_empty_file_is_fine(run, form):
    assert run("--format", form).code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["dog", "--model", "GPT"],
        ["dog", "--languages", "en,xx"],
        ["dog", "--languages", "und"],
        ["dog", "--languages", "de", "--model", "all"],
        ["dog", "--input", "words"],
        ["--input", "no/such/file"],
        ["--input", "."],
    ],
)
def test_what_cannot_be_done_says_so_and_writes_nothing(run, arguments):
    result = run(*arguments)

    assert (result.out, result.code) == ("", 2)
    assert result.err


def test_a_model_without_files_says_what_to_do(run, monkeypatch):
    monkeypatch.setattr(registry, "_load", lambda *_: None)
    monkeypatch.setattr(registry, "_serving", {})

    result = run("dog", "--model", "FF")
    assert (result.code, "manage.py train FF" in result.err) == (2, True)


def test_words_are_answered_in_chunks(run, monkeypatch, fake_models):
    sizes = []
    identify = type(fake_models["FF"]).identify
    monkeypatch.setattr(command, "CHUNK", 3)
    monkeypatch.setattr(
        type(fake_models["FF"]),
        "identify",
        lambda self, words, languages: sizes.append(len(words)) or identify(self, words, languages),
    )

    run("--format", "jsonl", stdin=b"dog\n" * 7)
    assert sizes == [3, 3, 1]


@pytest.fixture
def on_a_terminal(monkeypatch):
    """Let standard error, and what else the test names, be a terminal."""
    monkeypatch.setattr(command, "LONG_FILE", 4)

    def apply(*streams):
        for stream in streams:
            monkeypatch.setattr(stream, "isatty", lambda: True)

    return apply


def test_a_long_file_has_a_progress_bar_on_a_terminal(run, on_a_terminal):
    on_a_terminal(sys.stderr)

    result = run("--format", "jsonl", stdin=b"dog\n" * 9)
    assert "/36.0" in result.err
    assert words_of(result) == ["dog"] * 9


def test_a_report_is_not_written_into_the_progress_bar(run, on_a_terminal):
    on_a_terminal(sys.stderr)

    assert "line 2: The word contains no letters." in run(stdin=b"dog\n12\ndog\n").err.replace("\r", "\n").splitlines()


def test_a_short_file_has_none(run, on_a_terminal):
    on_a_terminal(sys.stderr)

    assert run(stdin=b"dog").err == ""


def test_there_is_none_away_from_a_terminal(run, on_a_terminal):
    on_a_terminal()

    assert run(stdin=b"dog\n" * 9).err == ""


def test_there_is_none_between_answers_on_the_same_terminal(run, on_a_terminal):
    on_a_terminal(sys.stderr, sys.stdout)

    assert run(stdin=b"dog\n" * 9).err == ""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["dog"], 0), (["dog", "12"], 1), (["dog", "--model", "GPT"], 2), (["dog", "--format", "xml"], 2), (["--x"], 2)],
)
def test_the_exit_code_tells_how_it_went(arguments, code):
    assert process(*arguments, capture_output=True).returncode == code


def test_a_reader_that_has_seen_enough_ends_it_quietly():
    reading, writing = os.pipe()
    os.close(reading)

    result = process("dog", stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (result.returncode, result.stderr) == (0, b"")


def test_a_full_disk_is_reported():
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        result = process("dog", stdout=full, stderr=subprocess.PIPE, text=True)

    assert (result.returncode, "No space left" in result.stderr) == (2, True)


def test_arguments_that_are_no_text_are_refused():
    assert b"word 1: This is not UTF-8." in process(b"caf\xe9", capture_output=True).stderr


@pytest.mark.real_models
def test_the_shipped_model_answers_and_nothing_else_is_said():
    program = [sys.executable, "manage.py", "identify", "orignal", "--format", "tsv"]

    result = subprocess.run(program, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[1].startswith("orignal\tfr\tsingle\t")
    assert result.stderr == ""


def test_what_is_wrong_with_a_model_is_still_said(tmp_path):
    folder = tmp_path / "Ngram" / "20261122-00000000"
    folder.mkdir(parents=True)
    (folder / "card.json").write_text("{}")
    (tmp_path / "active.json").write_text('{"Ngram": "20261122-00000000"}')
    program = [sys.executable, "manage.py", "identify", "orignal"]

    environment = {**os.environ, "MODEL_DIRS": str(tmp_path)}
    result = subprocess.run(
        program, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert "A model version is refused" in result.stderr


def test_it_starts_without_what_it_does_not_need():
    program = (
        "import sys, django; django.setup(); import classifier.management.commands.identify;"
        "print(*{'tensorflow', 'keras', 'tqdm', 'rest_framework.views'} & set(sys.modules))"
    )

    result = subprocess.run([sys.executable, "-c", program], cwd=settings.BASE_DIR, capture_output=True, check=True)
    assert result.stdout.strip() == b""
