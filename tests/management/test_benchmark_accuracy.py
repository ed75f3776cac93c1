"""`manage.py benchmark_accuracy`: variants of texts, intervals and the report."""

import json
import random
import re
import sys
import unicodedata
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import accuracy, accuracy_report, markdown, systems
from benchmarks.systems import LINGUA, Detection, System
from classifier.training.test_sets import LabelledTexts
from tests.conftest import FakeIdentifier, fake_card

LANGUAGES = ("en", "fr", "es")
WORDS = {"en": "the\norignal\n", "fr": "château\nété\n", "es": "casa\npiano\n"}
texts = st.text(st.characters(codec="utf-8"), max_size=30)


def system(name, answers, *, ours=False):
    return System(name, "1", "a toy", lambda texts: detections([answers.get(text) for text in texts]), ours)


def detections(languages):
    """Return answers that become less sure from text to text."""
    return [Detection(language, 1 / place) for place, language in enumerate(languages, 1)]


OURS = system("Ngram", {"the": "en", "orignal": "fr", "château": "fr", "été": "fr", "casa": "es"}, ours=True)
THEIRS = system(LINGUA, {"the": "en", "orignal": "en", "château": "fr"})


@pytest.fixture
def folder(tmp_path):
    for kind in ("single-words", "word-pairs"):
        (tmp_path / "data" / kind).mkdir(parents=True)
        for code, words in WORDS.items():
            (tmp_path / "data" / kind / f"{code}.txt").write_text(words)
    return tmp_path / "data"


@pytest.fixture
def results(folder):
    return accuracy.measure([OURS, THEIRS], folder, LANGUAGES)


def run(*arguments):
    call_command("benchmark_accuracy", *map(str, arguments), stdout=StringIO(), stderr=StringIO())


def test_accents_are_stripped_and_nothing_else():
    assert accuracy.strip_accents("El Niño est déçu, ÉTÉ") == "El Nino est decu, ETE"


@given(texts)
def test_text_without_accents_has_no_marks(text):
    plain = accuracy.strip_accents(text)
    assert accuracy.strip_accents(plain) == plain
    assert not any(unicodedata.combining(sign) for sign in plain)


@given(texts, st.integers())
def test_typing_error_changes_one_place(text, seed):
    changed = accuracy.with_typing_error(text, random.Random(seed))
    assert abs(len(changed) - len(text)) <= 1
    start = next((i for i, (a, b) in enumerate(zip(text, changed, strict=False)) if a != b), len(text))
    assert changed[start + 2 :] in {text[start + 1 :], text[start + 2 :], text[start + 3 :]}


def test_typing_errors_are_of_four_kinds_and_repeat_by_seed():
    changed = [accuracy.with_typing_error("word", random.Random(seed)) for seed in range(60)]
    assert {len(text) for text in changed} == {3, 4, 5}
    assert {"owrd", "wrod", "wodr"} & set(changed)
    assert changed == [accuracy.with_typing_error("word", random.Random(seed)) for seed in range(60)]


def test_text_of_one_letter_stays_as_it_is():
    assert accuracy.with_typing_error("y", random.Random(1)) == "y"


def test_accuracy_matches_a_hand_computation(results):
    typed = results["results"]["single-words"]["as typed"]
    assert typed["Ngram"]["accuracy"] == round(4 / 6, 4)
    assert typed["Ngram"]["by_language"] == {"en": 0.5, "fr": 1.0, "es": 0.5}
    assert typed[LINGUA]["accuracy"] == 0.5
    assert results["results"]["single-words"]["in capitals"]["Ngram"]["accuracy"] == 0


def test_least_sure_answers_are_left_out_first(results):
    typed = results["results"]["single-words"]["as typed"]
    assert typed["Ngram"]["coverage"]["0.99"] == round(1 / 6, 4)  # orignal, the second word, is wrong
    assert "| **Ngram** (ours) | 16.7 |" in "\n".join(accuracy_report.coverage(results))


def test_refused_texts_are_counted(folder):
    (folder / "single-words" / "en.txt").write_text("the\n12\n")
    results = accuracy.measure([OURS], folder, LANGUAGES)
    assert results["refused"] == {"single-words": 1, "word-pairs": 0}
    assert "it refuses 1 single words." in "\n".join(accuracy_report.method(results))


def test_systems_get_the_same_texts(folder):
    batches = {}

    def recorder(name):
        def detect(texts):
            batches.setdefault(name, []).append(texts)
            return detections(["en"] * len(texts))

        return System(name, "1", "", detect)

    accuracy.measure([recorder("a"), recorder("b")], folder, LANGUAGES)
    assert batches["a"] == batches["b"]
    assert len(batches["a"]) == 2 * 4


def test_figures_repeat(folder, results):
    assert accuracy.measure([OURS, THEIRS], folder, LANGUAGES) == results


def test_interval_without_errors_does_not_claim_certainty():
    scores = {"a": {"accuracy": 1.0}}
    assert markdown.with_interval(scores, "a", 1500) == "**100.0** <sub>99.7–100.0</sub>"
    assert markdown.percent(1.0, 1500) == "100.0 % (99.7 to 100.0)"


def test_differences_are_paired():
    test = LabelledTexts("mine", ["x"] * 100, ["en"] * 100)
    answers = detections(["en"] * 60 + ["fr"] * 40)
    same = accuracy.compare({LINGUA: answers, "a": answers}, test, ["en"])["a"]["ahead_of_lingua"]
    assert same == {"difference": 0, "low": 0, "high": 0}


def test_words_lost_and_won_are_told_apart():
    test = LabelledTexts("single-words", ["the", "orignal", "château", "été", "casa"], ["en", "en", "fr", "fr", "es"])
    words = accuracy.lost_words(FakeIdentifier(fake_card("Ngram", "1")), THEIRS, test)
    lost = {"word": "orignal", "language": "en", "answered": "fr", "verdict": "single"}
    assert words == {"model": "Ngram", "won": 2, "lost": [lost]}


def test_page_shows_the_results(results, tmp_path):
    lost = {"word": "orignal", "language": "en", "answered": "fr", "verdict": "single"}
    page = tmp_path / "accuracy.md"
    accuracy_report.write(
        {**results, "lost_words": {"model": "Ngram", "won": 2, "lost": [lost]}}, page, tmp_path / "a.svg"
    )
    text = page.read_text()
    assert "**Ngram is right for 66.7 %" in text
    assert "| Ngram | +16.7 <sub>" in text
    assert "- English: orignal (fr\\*)" in text
    assert "2 of the 1,000 published texts" in text
    assert "![Accuracy" in text
    assert (tmp_path / "a.svg").is_file()


def test_tables_are_whole(results, tmp_path):
    accuracy_report.write(results, tmp_path / "accuracy.md", tmp_path / "a.svg")
    tables = re.findall(r"(?:^\|.*\n)+", (tmp_path / "accuracy.md").read_text(), re.MULTILINE)
    assert len(tables) == 7  # ahead of lingua, coverage, two kinds, by language, by length, systems
    assert all(len({line.count("|") for line in table.splitlines()}) == 1 for table in tables)


def test_columns_where_others_are_better_are_listed(results):
    lines = list(accuracy_report.where_others_are_better(results))
    assert "- Single words as typed, English: lingua 100.0; ours 50.0" in lines


def test_absence_of_better_systems_is_stated(folder):
    results = accuracy.measure([system("Ngram", dict.fromkeys(["x"]), ours=True)], folder, LANGUAGES)
    assert "In none of the columns above." in list(accuracy_report.where_others_are_better(results))


def test_page_without_lingua_compares_with_nobody(folder, tmp_path):
    accuracy_report.write(accuracy.measure([OURS], folder, LANGUAGES), tmp_path / "page.md", tmp_path / "a.svg")
    assert "ahead of lingua" not in (tmp_path / "page.md").read_text()


def test_report_alone_needs_the_figures_of_an_earlier_run(tmp_path):
    with pytest.raises(CommandError, match="give --data"):
        run("--output", tmp_path / "none.json", "--report", tmp_path / "page.md")


def test_report_is_made_from_the_figures(results, tmp_path):
    (tmp_path / "figures.json").write_text(json.dumps(results))
    run("--output", tmp_path / "figures.json", "--report", tmp_path / "page.md")
    assert (tmp_path / "page.md").read_text().startswith("# Accuracy")
    assert (tmp_path / "images" / "accuracy.svg").is_file()


def test_unknown_system_is_refused(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(systems, "shipped_models", lambda: {"Ngram": tmp_path})
    with pytest.raises(ValueError, match="There is no XYZ. Choose from: Ngram, lingua"):
        systems.systems(LANGUAGES, ["XYZ"])


def test_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "simplemma", None)
    with pytest.raises(ImportError, match="simplemma"):
        systems.systems(LANGUAGES, ["simplemma"])


@pytest.mark.slow
@pytest.mark.real_models
def test_our_models_are_measured_into_a_file(folder, tmp_path):
    run("--data", folder, "--output", tmp_path / "figures.json", "--systems", "Ngram", "wordfreq lists")
    results = json.loads((tmp_path / "figures.json").read_text())
    assert [one["name"] for one in results["systems"]] == ["Ngram", "wordfreq lists"]
    assert results["results"]["single-words"]["as typed"]["Ngram"]["accuracy"] > 0.5
    assert "lost_words" not in results


def test_pins_agree_with_those_of_the_project():
    pins = [
        dict(re.findall(r"^([\w-]+)==(\S+)", (systems.SHIPPED.parent / name).read_text(), re.MULTILINE))
        for name in ("requirements-benchmark.txt", "requirements.txt")
    ]
    both = pins[0].keys() & pins[1].keys()
    assert both == {"wordfreq"}
    assert all(pins[0][name] == pins[1][name] for name in both)
