"""Stand-alone charts: complete, small and reproducible."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from django.conf import settings

from classifier.charts import Score
from classifier.ml.metrics import wilson_interval
from classifier.scores import set_scores
from classifier.training import evaluation, figures
from classifier.training.test_sets import LabelledTexts
from tests.conftest import FakeIdentifier, fake_card

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ("Ngram", "FF")
HISTORY = {"loss": [0.9, 0.5, 0.4], "val_loss": [0.3, 0.2, 0.21]}


@pytest.fixture(scope="module")
def cards():
    return {name: replace(fake_card(name, "20261122-00000001"), training={"history": HISTORY}) for name in NAMES}


@pytest.fixture(scope="module")
def measured(cards):
    words = LabelledTexts("held-out", ["the", "château", "casa", "piano", "xqzt"], ["en", "fr", "es", "en", "fr"])
    return {name: evaluation.evaluate(FakeIdentifier(card), words) for name, card in cards.items()}


@pytest.fixture(scope="module")
def scores(measured):
    return {name: set_scores("held-out", one) for name, one in measured.items()}


@pytest.fixture
def write(tmp_path):
    """Return a function that saves and reads a figure."""
    return lambda figure, title="A & B": figures.save(figure, tmp_path / "new" / "figure.svg", title).read_text()


def all_figures(scores):
    return [
        figures.accuracy_by_model({"held-out": scores, "mine": scores}),
        figures.accuracy_by_length(scores),
        figures.confusion(scores),
        figures.reliability(scores),
        figures.training(dict.fromkeys(scores, HISTORY)),
        figures.bars({"a second": dict.fromkeys(scores, 1234.5), "ms": dict.fromkeys(scores, 0.5)}, ours={"FF"}),
    ]


def texts_of(svg):
    return [text.text for text in ET.fromstring(svg).iter(f"{SVG}text")]


def colours(css):
    """Return the colours of a style sheet, light and dark."""
    light, dark = css.split("prefers-color-scheme: dark", 1)
    return [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part)) for part in (light, dark.split("}\n")[0])]


def test_figures_are_written(cards, measured, tmp_path):
    folders = {name: tmp_path / name for name in NAMES}
    paths = list(figures.draw(cards, {"held-out": measured, "sentences": measured}, folders, tmp_path / "images"))
    beside = [tmp_path / name / f"{kind}.svg" for name in NAMES for kind in ("confusion", "reliability", "training")]
    compared = ("accuracy-by-model", "accuracy-by-length", "confusion", "reliability", "training")
    assert sorted(paths) == sorted(beside + [tmp_path / "images" / f"{name}.svg" for name in compared])
    assert all(path.stat().st_size < 30_000 for path in paths)


def test_scores_that_are_missing_are_not_drawn(cards, measured, tmp_path):
    untrained = {name: replace(card, training={}) for name, card in cards.items()}
    sentences = {name: {**one, "by_length": []} for name, one in measured.items()}
    paths = figures.draw(untrained, {"sentences": sentences}, dict.fromkeys(NAMES, tmp_path), tmp_path)
    assert {path.stem for path in paths} == {"confusion", "reliability", "accuracy-by-model"}


def test_same_scores_give_the_same_bytes_in_any_language(scores, write, settings):
    first = [write(figure) for figure in all_figures(scores)]
    settings.LANGUAGE_CODE = "fr"
    assert [write(figure) for figure in all_figures(scores)] == first


def test_title_is_escaped_and_text_is_text(scores, write):
    svg = write(figures.confusion(scores), "a < b & c")
    assert ET.fromstring(svg).find(f"{SVG}title").text == "A < b & c"
    assert {"Ngram", "FF", "en", "fr", "es", "0.0", "100.0", "true language", "answer, %"} <= set(texts_of(svg))


def test_numbers_are_those_of_the_scores(write):
    svg = write(figures.accuracy({"single-words": [Score("lingua", 1500, wilson_interval(0.851, 1500), ours=False)]}))
    assert texts_of(svg) == ["Single words", "lingua", "85.1\N{NO-BREAK SPACE}%", "82", "84", "86", "88"]
    assert svg.count('class="dots other"') == 1


def test_longest_bar_is_the_largest_magnitude(write):
    svg = write(figures.bars({"a second": {"ours": 500.0, "theirs": 1000.0}}, ours={"ours"}))
    assert texts_of(svg) == ["a second", "ours", "500", "theirs", "1,000"]
    assert re.findall(r'width="([\d.]+)%"', svg) == ["50.00", "100.00"]
    assert svg.count('class="bars other"') == 1


def test_calibration_error_stands_beside_each_model(measured, write):
    exact = {name: set_scores("", {**one, "expected_calibration_error": 0.0264}) for name, one in measured.items()}
    assert texts_of(write(figures.reliability(exact))).count("ECE 0.026") == 2


@pytest.mark.parametrize("models", [1, 2, 5, 20])
def test_charts_lie_inside_their_figure(scores, models):
    for figure in all_figures({f"model {place}": scores["FF"] for place in range(models)}):
        across, down = figure.step
        width, height = figure.size
        assert figure.width >= 50
        assert width >= figure.side + len(figure.titles) * across
        assert height >= len(figure.rows) * down


def test_figures_that_compare_are_as_wide_as_the_page(scores):
    assert {figure.size[0] for figure in all_figures(scores)} == {figures.WIDTH}


def test_file_needs_nothing_from_outside(scores, write):
    for figure in all_figures(scores):
        svg = write(figure).replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?:|url\(|@import|href|\d{4}-\d\d-\d\d|nan|None", svg)


def test_colours_are_those_of_the_site():
    site = colours((settings.BASE_DIR / "static/tokens.css").read_text())
    style = (settings.BASE_DIR / "templates/figures/style.css").read_text()
    for own, all_tokens in zip(colours(style), site, strict=True):
        assert own.items() <= all_tokens.items()
        assert set(re.findall(r"var\(--([\w-]+)\)", style)) == set(own)
