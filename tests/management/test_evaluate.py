"""`manage.py evaluate`: test sets, tables, saved scores and charts."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from classifier.ml.artifacts import Card
from classifier.training import evaluation, everyday
from classifier.training.test_sets import LabelledTexts
from tests.conftest import FakeIdentifier, fake_card

WORDS = {"en": "the\norignal\n", "fr": "château\n", "es": "casa\n", "de": "das\nxqzt\n"}


@pytest.fixture
def folder(tmp_path):
    for kind in ("single-words", "sentences"):
        (tmp_path / "data" / kind).mkdir(parents=True)
        for code, texts in WORDS.items():
            (tmp_path / "data" / kind / f"{code}.txt").write_text(texts)
    return tmp_path / "data"


@pytest.fixture
def on_disk(fake_models, settings, tmp_path):
    """Put cards of the fakes on disk; return their folders."""
    settings.MODEL_DIRS = [tmp_path / "models"]
    folders = {}
    for name, fake in fake_models.items():
        folders[name] = tmp_path / "models" / name / fake.card.version
        folders[name].mkdir(parents=True)
        golden = {"a": (1.0, 0.0, 0.0, 0.0)}
        replace(fake_card(name, fake.card.version), golden=golden, scores={"old": {}}).write(folders[name])
    return folders


@pytest.fixture
def reload(serve, on_disk):
    """Return a function that serves the cards on disk."""
    return lambda: serve({name: FakeIdentifier(Card.read(folder)) for name, folder in on_disk.items()})


def evaluate(*arguments):
    out, err = StringIO(), StringIO()
    call_command("evaluate", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def line(table, label):
    [row] = [row for row in table.splitlines() if row.strip().startswith(label)]
    return row.split()


def test_folder_is_measured_for_all_models(folder):
    table, _ = evaluate("--data", folder, "--kind", "single-words")
    assert table.splitlines()[0].split() == ["single-words:", "4", "texts", "Ngram", "FF"]
    assert line(table, "accuracy")[1:] == ["0.7500", "0.7500"]
    assert line(table, "English")[1:] == ["0.5000", "0.5000"]
    assert line(table, "single on German")[3:] == ["50.0%", "50.0%"]
    assert line(table, "right when single")[3:] == ["75.0%", "75.0%"]
    assert line(table, "most often")[3:] == ["en", "as", "fr", "1"] * 2


def test_kinds_of_a_folder_are_measured(folder):
    table, _ = evaluate("--data", folder)
    assert "single-words: 4 texts" in table
    assert "sentences: 4 texts" in table


def test_named_model_is_chosen_in_any_case(folder):
    table, _ = evaluate("ff", "--data", folder, "--kind", "sentences")
    assert "Ngram" not in table


def test_tsv_file_is_measured(tmp_path):
    (tmp_path / "mine.tsv").write_text("the\ten\ncasa\tes\n")
    table, _ = evaluate("--data", tmp_path / "mine.tsv")
    assert "mine: 2 texts" in table
    assert line(table, "French")[1:] == ["-", "-"]
    assert line(table, "single on random strings")[4:] == line(table, "single on random strings")[4:5] * 2


def test_default_data_are_own_words_and_the_folder_of_the_environment(folder, monkeypatch):
    words = LabelledTexts("held-out", ["the"], ["en"], [0.1])
    common = LabelledTexts("common-words", ["the"], ["en"])
    monkeypatch.setattr(evaluation, "read_held_out", lambda languages, encoder: words)
    monkeypatch.setattr(everyday, "read_everyday", lambda languages, encoder: [common])
    monkeypatch.setenv("LINGUA_TESTDATA", str(folder))
    table, _ = evaluate()
    names = [row.split(":")[0] for row in table.splitlines() if ": " in row]
    assert names == ["held-out", "short-texts", "common-words", "single-words", "sentences"]
    monkeypatch.delenv("LINGUA_TESTDATA")
    assert "single-words" not in evaluate()[0]


def test_cards_are_not_written_by_default(folder, on_disk):
    before = [(path / "card.json").read_text() for path in on_disk.values()]
    evaluate("--data", folder)
    assert [(path / "card.json").read_text() for path in on_disk.values()] == before


def test_saved_scores_join_those_of_the_card(folder, on_disk):
    _, messages = evaluate("Ngram", "--data", folder, "--save")
    scores = json.loads((on_disk["Ngram"] / "card.json").read_text())["scores"]
    assert list(scores) == ["old", "single-words", "sentences"]
    assert scores["single-words"]["accuracy"] == 0.75
    assert "scores written" in messages
    assert list(json.loads((on_disk["FF"] / "card.json").read_text())["scores"]) == ["old"]


def test_pictures_are_drawn_beside_the_card_and_to_compare(folder, on_disk, tmp_path):
    evaluate("--data", folder, "--kind", "single-words", "--pictures", "--images", tmp_path / "images")
    assert {path.name for path in on_disk["FF"].glob("*.svg")} == {"confusion.svg", "reliability.svg"}
    assert (tmp_path / "images" / "accuracy-by-model.svg").is_file()


def test_saved_scores_are_printed_and_drawn_without_measuring(folder, on_disk, reload, tmp_path, monkeypatch):
    printed, _ = evaluate("--data", folder, "--save")
    reload()
    monkeypatch.setattr(evaluation, "evaluate", None)
    table, _ = evaluate("--saved", "--pictures", "--images", tmp_path / "images")
    assert table == printed
    assert (tmp_path / "images" / "accuracy-by-model.svg").is_file()


def test_saved_scores_are_those_of_all_models(folder, on_disk, reload):
    evaluate("--data", folder, "--save", "--kind", "single-words")
    evaluate("FF", "--data", folder, "--save", "--kind", "sentences")
    reload()
    assert "sentences" not in evaluate("--saved")[0]
    assert "sentences" in evaluate("FF", "--saved")[0]


def test_cards_without_common_scores_are_refused():
    with pytest.raises(CommandError, match="no scores on the same texts"):
        evaluate("--saved")


@pytest.mark.parametrize("option", [["--save"], ["--data", "held-out"], ["--kind", "sentences"]])
def test_options_of_measuring_are_refused_with_saved_scores(option):
    with pytest.raises(CommandError, match="--saved measures nothing"):
        evaluate("--saved", *option)


def test_scores_of_a_version_not_on_disk_are_refused(folder, settings, tmp_path):
    settings.MODEL_DIRS = [tmp_path]
    with pytest.raises(CommandError, match="no version 20261122-00000001 of Ngram on disk"):
        evaluate("Ngram", "--data", folder, "--save")


def test_unknown_model_is_refused(folder):
    with pytest.raises(CommandError, match="Ngram, FF"):
        evaluate("XYZ", "--data", folder)


def test_unknown_version_is_refused(folder, on_disk):
    with pytest.raises(CommandError, match="no version 20200101-00000000 of FF"):
        evaluate("ff/20200101-00000000", "--data", folder)


def test_version_without_sound_files_is_refused(folder, on_disk):
    with pytest.raises(CommandError, match=r"model\.tflite"):
        evaluate(f"FF/{on_disk['FF'].name}", "--data", folder)


def test_measuring_without_models_is_refused(folder, serve):
    serve({})
    with pytest.raises(CommandError, match="train some first"):
        evaluate("--data", folder)


def test_unreadable_data_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"missing\.tsv: cannot be read"):
        evaluate("--data", tmp_path / "missing.tsv")


@pytest.mark.slow
@pytest.mark.real_models
def test_measuring_needs_no_tensorflow(folder, settings):
    program = (
        "import sys; from django.core.management import execute_from_command_line as run; "
        f"run(['manage.py', 'evaluate', '--data', {str(folder)!r}]); "
        "sys.exit(bool({'tensorflow', 'keras', 'wordfreq'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL)


def test_tables_are_written_between_their_marks(folder, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "before\n<!-- accuracy -->\nold\n<!-- /accuracy -->\nafter\n<!-- verdicts -->\n<!-- /verdicts -->\n"
    )
    evaluate("--data", folder, "--tables", page)
    first = page.read_text()
    assert re.match(r"before\n<!-- accuracy -->\n\| model \|(.*\n){4}<!-- /accuracy -->\nafter\n<!-- verdicts", first)
    assert "| model | weights | trained in | single words (4) | sentences (4) |" in first
    assert "| `FF` | 0.00 million | 0 min | 75.0% | 75.0% |" in first
    assert "`single` on German | `single` on random strings |" in first
    assert len({line.count("|") for line in first.split("<!-- verdicts -->")[1].splitlines() if "|" in line}) == 1
    evaluate("--data", folder, "--tables", page)
    assert page.read_text() == first


def test_page_without_marks_stays_as_it_is(folder, tmp_path):
    (tmp_path / "page.md").write_text("nothing\n")
    evaluate("--data", folder, "--tables", tmp_path / "page.md")
    assert (tmp_path / "page.md").read_text() == "nothing\n"
