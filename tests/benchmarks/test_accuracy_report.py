"""docs/accuracy.md from figures: tables, leads and pictures."""

import re

import pytest

from benchmarks import accuracy_report, accuracy_tables, markdown
from benchmarks.packages import LINGUA
from benchmarks.set_results import all_sets, set_results
from classifier.ml.metrics import Interval
from classifier.scores import THREE
from tests.benchmarks.conftest import OURS, run, system

LOST = {"word": "orignal", "language": "en", "answered": "fr", "probability": 0.9, "verdict": "single"}


@pytest.fixture
def page(results, tmp_path):
    """Return a function that writes the page: its text."""

    def page(**others):
        accuracy_report.write({**results, **others}, tmp_path / "accuracy.md", tmp_path / "images" / "a.svg")
        assert (tmp_path / "images" / "a.svg").is_file()
        return (tmp_path / "accuracy.md").read_text()

    return page


def test_page_shows_the_results(page):
    lost = {"model": "Ngram", "other": LINGUA, "won": 2, "lost": 1, "single": 1, "words": [LOST]}
    text = page(lost_words={THREE: lost})
    assert "| 3 languages | 50.0 / 50.0 | – | – | **66.7** / **66.7** |" in text
    assert "| lingua | +16.7 <sub>" in text
    assert "*orignal* en (fr\\*)" in text
    assert "2 of the 1,000 published texts" in text
    assert "![Accuracy of all systems on single words](images/a.svg)" in text


def test_tables_are_whole(page):
    tables = re.findall(r"(?:^\|.*\n)+", page(), re.MULTILINE)
    # the strongest, leads by kind and by model, two kinds by spelling, coverage, by length, by language, systems
    assert len(tables) == 10
    assert all(len({line.count("|") for line in table.splitlines()}) == 1 for table in tables)


def test_wide_sets_have_their_own_details(results, page):
    entry = results["sets"][THREE]
    runs = {name: {**one, "as_one": dict.fromkeys(entry["texts"], 1)} for name, one in entry["runs"].items()}
    sets = {name: {**entry, "runs": runs} for name in (THREE, "13", "42", "all: eldc")}
    sets["all: eldc"] = {**entry, "runs": {"Ngram": runs["Ngram"], LINGUA: runs[LINGUA]}}
    text = page(sets=sets)
    assert "three of the others bring some of them" in text
    assert "<details><summary>Single words by language" in text


def test_languages_have_their_own_leads(results):
    [one] = all_sets(results)
    assert one.by_language("Ngram") == {"en": 0.5, "fr": 1.0, "es": 0.5}
    assert one.ahead("Ngram", LINGUA, language="en").value == -0.5
    assert one.ahead("Ngram", "Ngram") == (0, 0, 0)


def test_lead_is_bold_where_its_interval_excludes_nothing():
    assert markdown.lead(Interval(0.05, 0.01, 0.09)) == "**+5.0** <sub>+1.0 to +9.0</sub>"
    assert markdown.lead(Interval(-0.05, -0.11, 0.01)) == "-5.0 <sub>-11.0 to +1.0</sub>"


def test_interval_without_errors_does_not_claim_certainty():
    assert markdown.with_interval({"a": 1.0}, "a", 1500) == "**100.0** <sub>99.7–100.0</sub>"
    assert markdown.percent(1.0, 1500) == "100.0 % (99.7 to 100.0)"


def test_columns_where_others_are_better_are_listed(results):
    lines = list(accuracy_tables.where_others_are_better(set_results(results, THREE)))
    assert "- Single words as typed, English: lingua 100.0; ours 50.0" in lines


def test_absence_of_better_systems_is_stated(folder):
    one = set_results(run(folder, [OURS]), THREE)
    assert "In none of the columns above." in list(accuracy_tables.where_others_are_better(one))


def test_page_without_other_programs_compares_with_nobody(folder, tmp_path):
    accuracy_report.write(run(folder, [system("Ngram", ours=True)]), tmp_path / "page.md", tmp_path / "a.svg")
    text = (tmp_path / "page.md").read_text()
    assert "Ngram is right for 66.7 %" in text
    assert "ahead" not in text
