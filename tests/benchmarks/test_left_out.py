"""What a model says of languages that it lacks."""

import json

import pytest

from benchmarks import languages_report, left_out
from tests.toy_models import toy_sparse_lexicon, toy_words

pytestmark = pytest.mark.slow


@pytest.fixture
def results(tmp_path, monkeypatch):
    """Measure toy models that lack Italian; return the results."""
    from classifier.training import sparse_lexicon

    (tmp_path / "single-words").mkdir()
    (tmp_path / "single-words" / "it.txt").write_text("\n".join(toy_words("zio cca ght lli", 20, "it")))
    monkeypatch.setenv("LINGUA_TESTDATA", str(tmp_path))
    monkeypatch.setattr(left_out, "RESULTS", tmp_path / "left_out.json")
    monkeypatch.setattr(languages_report, "LEFT_OUT", tmp_path / "left_out.json")
    monkeypatch.setattr("sys.argv", ["left_out", "it", "--passes", "0.1"])
    lacking = []

    def build(report, *, without):
        lacking.extend(without)
        return toy_sparse_lexicon(("en", "fr"))

    monkeypatch.setattr(sparse_lexicon, "build_all", build)
    left_out.main()
    assert lacking == ["it"]
    return json.loads((tmp_path / "left_out.json").read_text())


def test_each_language_left_out_is_measured_and_reported(results):
    row = results["languages"]["it"]
    assert row["words"] == 20
    assert row["single"] == pytest.approx(sum(row["named"].values()))
    assert row["single"] + row["unsure"] <= 1
    page = "\n".join(languages_report.left_out())
    assert f"| Italian `it` | 20 | {row['single']:.1%} | {row['unsure']:.1%} |" in page


def test_page_without_such_figures_says_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(languages_report, "LEFT_OUT", tmp_path / "none.json")
    assert not list(languages_report.left_out())
