"""Targets, verdicts and the page of `make benchmark`."""

import json
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings

from benchmarks.performance import __main__ as command
from benchmarks.performance import report, results, serving
from benchmarks.performance.results import GOAL, MET, MISSED, QUICK, Measured, Row, as_json, beside
from benchmarks.server import SERVE

BEFORE = {"date": "2026-11-30 12:00 UTC", "processor": "a processor", "cores": 2, "load": 0.5}


def measured(*rows, details=None):
    return as_json(Measured("ten words", list(rows), details or {}), BEFORE, QUICK)


@pytest.fixture
def figures():
    """Return what two measures wrote."""
    rounds = [{"requests": 100.0, "p99": 20.0, "cpu": 0.5}]
    return {
        "post": measured(
            beside("word", "/s", [90.0, 100.0], "FastAPI", [100.0, 100.0], required=1.0, goal=1.5),
            Row("one word: CPU", 0.5, "ms", 0.8, 0.4, at_most=True),
            details={serving.OURS: rounds, serving.EMPTY: rounds},
        ),
        "identify": measured(beside("`identify`", "words/s", [3000.0], "lingua", [1000.0], required=2.0, goal=3.0)),
    }


@pytest.mark.parametrize(("value", "verdict"), [(0.9, MISSED), (1.0, MET), (1.4, MET), (1.5, GOAL)])
def test_figure_reaches_what_it_is_at_least(value, verdict):
    assert Row("a word", value, "requests/s", 1.0, 1.5).verdict == verdict


@pytest.mark.parametrize(("value", "verdict"), [(4.1, MISSED), (4.0, MET), (2.0, GOAL)])
def test_figure_reaches_what_it_is_at_most(value, verdict):
    assert Row("a page", value, "ms", 4, 2, at_most=True).verdict == verdict


def test_figure_without_targets_has_no_verdict():
    assert Row("a page", 1.0, "ms").verdict == ""


def test_targets_hold_for_the_median_of_the_rounds_ratios():
    row = beside("a word", "requests/s", [10.0, 90.0, 30.0], "peer", [5.0, 30.0, 30.0], required=2.0)
    assert (row.figure, row.peer_figure, row.ratio, row.verdict) == (30.0, 30.0, 2.0, MET)


def test_rows_survive_the_file(figures):
    [row, _] = results.read_rows(json.loads(json.dumps(figures["post"])))
    assert (row.ratio, row.verdict) == (0.95, MISSED)


def test_table_puts_ratio_target_and_verdict_beside_each_figure(figures):
    [_, _, *rows] = report.table([row for one in figures.values() for row in results.read_rows(one)])
    times = report.TIMES
    missed = (
        f"| word | **0.95 {times}** <sub>0.9 to 1</sub> | 95 /s | FastAPI | 100 /s | ≥ 1 {times} | ≥ 1.5 {times} | "
    )
    assert rows == [
        f"{missed}**missed** |",
        "| one word: CPU |  | 0.5 ms |  |  | ≤ 0.8 ms | ≤ 0.4 ms | required |",
        f"| `identify` | **3 {times}** | 3,000 words/s | lingua | 1,000 words/s | ≥ 2 {times} | ≥ 3 {times} | goal |",
    ]


def test_page_keeps_the_text_around_its_figures(figures, tmp_path):
    page = tmp_path / "performance.md"
    page.write_text(f"# Speed\n\n{report.START}\nold\n{report.END}\n\n## Method\n")
    report.write(figures, page)
    report.write(figures, page)
    text = page.read_text()
    assert text.startswith(f"# Speed\n\n{report.START}\n\n| what |")
    assert text.endswith(f"{report.END}\n\n## Method\n")
    assert "old" not in text
    assert "Missed:\n\n- word (0.95" in text
    assert "| `identify` | ten words (quick run) | 2026-11-30 12:00 UTC | 2 cores, a processor | 0.5 |" in text


def test_pictures_show_every_server_and_program(figures, tmp_path):
    report.draw(figures, tmp_path)
    texts = [
        {text.text for text in ET.parse(tmp_path / f"performance-{name}.svg").iter("{http://www.w3.org/2000/svg}text")}
        for name in ("servers", "offline")
    ]
    assert {serving.OURS, serving.EMPTY, "100", "20.0", "0.50"} <= texts[0]
    assert {"identify", "lingua", "3,000", "1,000"} <= texts[1]


def test_measures_are_merged_in_order(figures, tmp_path):
    path = tmp_path / "new" / "performance.json"
    command.write(path, {"identify": figures["identify"]})
    command.write(path, command.read(path) | {"post": figures["post"]})
    assert list(command.read(path)) == ["post", "identify"]


def test_measure_that_lacks_something_is_left_out(monkeypatch, tmp_path, capsys):
    def lack(_plan):
        """Need a server."""
        raise results.Unavailable("skipped: no server")

    monkeypatch.setattr(command, "MEASURES", {"postgresql": lack, "run": lambda _plan: Measured("a clone", [])})
    command.measure(["postgresql", "run"], QUICK, tmp_path / "figures.json")
    assert list(command.read(tmp_path / "figures.json")) == ["run"]
    assert "postgresql: skipped: no server" in capsys.readouterr().err


def test_batches_hold_all_words_as_document_and_as_lines():
    [(_, documents), (_, lines)] = serving.batches(["a"] * 2500)
    assert [len(json.loads(body)["items"]) for body in documents.records] == [1000, 1000, 500]
    assert [len(body.splitlines()) for body in lines.records] == [1000, 1000, 500]


def test_server_measured_is_the_one_of_make_serve():
    last = (settings.BASE_DIR / "deploy" / "start").read_text().splitlines()[-1]
    assert SERVE.replace("--bind 127.0.0.1:{port}", '"$@"') in last


def test_page_shows_its_file_of_figures():
    figures = command.read(command.FIGURES)
    assert list(figures) == list(command.MEASURES)
    page = command.FIGURES.with_suffix(".md").read_text()
    for part in (report.targets, report.missed, report.method):
        assert "\n".join(part(figures)) in page
