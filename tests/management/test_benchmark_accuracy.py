"""`manage.py benchmark_accuracy`: figures, report and errors."""

import json
import re
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from benchmarks import systems
from tests.benchmarks.conftest import folder, results  # noqa: F401 - fixtures


def run(*arguments):
    call_command("benchmark_accuracy", *map(str, arguments), stdout=StringIO(), stderr=StringIO())


def test_report_alone_needs_the_figures_of_an_earlier_run(tmp_path):
    with pytest.raises(CommandError, match="give --data"):
        run("--output", tmp_path / "none.json", "--report", tmp_path / "page.md")


def test_report_is_made_from_the_figures(results, tmp_path):  # noqa: F811
    (tmp_path / "figures.json").write_text(json.dumps(results))
    run("--output", tmp_path / "figures.json", "--report", tmp_path / "page.md")
    assert (tmp_path / "page.md").read_text().startswith("# Accuracy")
    assert (tmp_path / "images" / "accuracy.svg").is_file()


def test_unknown_system_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(systems, "shipped_models", lambda: {"Ngram": tmp_path})
    with pytest.raises(ValueError, match="There is no XYZ. Choose from: Ngram, lingua"):
        systems.systems(["XYZ"])


def test_missing_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "simplemma.strategies.dictionaries.dictionary_factory", None)
    with pytest.raises(ImportError, match="simplemma"):
        systems.systems(["simplemma"])


@pytest.mark.slow
@pytest.mark.real_models
def test_systems_are_measured_quickly_into_a_file(folder, tmp_path):  # noqa: F811
    output = tmp_path / "figures.json"
    run("--data", folder, "--output", output, "--quick", "--systems", "Ngram", "simplemma", "wordfreq lists")
    figures = json.loads(output.read_text())
    assert list(figures["systems"]) == ["Ngram", "simplemma", "wordfreq lists"]
    assert list(figures["sets"]) == ["3", "everyday"]
    ours = figures["sets"]["3"]["runs"]["Ngram"]
    assert ours["accuracy"]["single-words"]["as typed"] > 0.5
    assert ours["cost"]["memory_mb"] > 1
    assert figures["lost_words"]["3"]["other"] in {"simplemma", "wordfreq lists"}
    assert figures["sets"]["everyday"]["runs"]["Ngram"]["single_and_right"]["common-words"] > 0.9
    (folder / "single-words" / "en.txt").write_text("other\n")
    with pytest.raises(CommandError, match="of other texts. Choose another --output"):
        run("--data", folder, "--output", output, "--systems", "Ngram")


def test_pins_agree_with_those_of_the_project():
    pins = [
        dict(re.findall(r"^([\w-]+)==(\S+)", (systems.SHIPPED.parent / name).read_text(), re.MULTILINE))
        for name in ("requirements-benchmark.txt", "requirements.txt")
    ]
    both = pins[0].keys() & pins[1].keys()
    assert both == {"wordfreq", "langidentify-full-model", "simplemma"}
    assert all(pins[0][name] == pins[1][name] for name in both)
