"""Pictures: complete, small, the same bytes for the same scores, and readable in light and dark."""

import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from classifier.training import evaluation, figure_style, figures
from classifier.training.test_sets import LabelledTexts
from tests.conftest import FakeIdentifier, fake_card

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ("Ngram", "FF")
HISTORY = {"loss": [0.9, 0.5, 0.4], "val_loss": [0.3, 0.2, 0.21]}


@pytest.fixture(scope="module")
def cards():
    return {name: replace(fake_card(name, "20261122-00000001"), training={"history": HISTORY}) for name in NAMES}


@pytest.fixture(scope="module")
def scores(cards):
    words = LabelledTexts("held-out", ["the", "château", "casa", "piano", "xqzt"], ["en", "fr", "es", "en", "fr"])
    return {name: evaluation.evaluate(FakeIdentifier(card), words) for name, card in cards.items()}


def drawn(figure, tmp_path, title="A & B"):
    return figure_style.save(figure, tmp_path / "picture.svg", title).read_text()


def texts_of(svg):
    return ["".join(text.itertext()).strip() for text in ET.fromstring(svg).iter(f"{SVG}text")]


def test_all_pictures_are_drawn(cards, scores, tmp_path):
    folders = {name: tmp_path / name for name in NAMES}
    paths = list(figures.draw(cards, {"held-out": scores, "sentences": scores}, folders, tmp_path / "images"))
    beside = [tmp_path / name / f"{what}.svg" for name in NAMES for what in ("confusion", "reliability", "training")]
    compared = ("accuracy-by-model", "accuracy-by-length", "confusion", "reliability", "training")
    assert sorted(paths) == sorted(beside + [tmp_path / "images" / f"{name}.svg" for name in compared])
    assert all(path.stat().st_size < 30_000 for path in paths)


def test_what_was_not_measured_is_not_drawn(cards, scores, tmp_path):
    untrained = {name: replace(card, training={}) for name, card in cards.items()}
    sentences = {name: {**one, "by_length": []} for name, one in scores.items()}
    paths = figures.draw(untrained, {"sentences": sentences}, dict.fromkeys(NAMES, tmp_path), tmp_path)
    assert {path.stem for path in paths} == {"confusion", "reliability", "accuracy-by-model"}


def test_the_same_scores_give_the_same_bytes(scores, tmp_path):
    assert drawn(figures.reliability(scores), tmp_path) == drawn(figures.reliability(scores), tmp_path)


def test_a_picture_holds_no_date_and_no_font_of_this_machine(scores, tmp_path):
    svg = drawn(figures.confusion(scores), tmp_path)
    assert not re.search(r"\d{4}-\d\d-\d\d|DejaVu|<metadata|<!--", svg)


def test_text_is_text_and_the_title_is_escaped(scores, tmp_path):
    svg = drawn(figures.confusion(scores), tmp_path)
    assert ET.fromstring(svg).find(f"{SVG}title").text == "A & B"
    assert {"Ngram", "FF", "en", "fr", "es", "0.0", "100.0"} <= set(texts_of(svg))


def test_rounding_coordinates_leaves_figures_alone(scores, tmp_path):
    exact = {name: {**one, "expected_calibration_error": 0.0264} for name, one in scores.items()}
    assert texts_of(drawn(figures.reliability(exact), tmp_path)).count("ECE 0.026") == 2


@pytest.mark.parametrize("picture", [figures.confusion, figures.reliability, figures.accuracy_by_length])
def test_every_colour_has_its_counterpart_on_dark_paper(picture, scores, tmp_path):
    svg = drawn(picture(scores), tmp_path)
    used = set(re.findall(r"(?:fill|stroke): (#[0-9a-f]{6})", re.sub(r"<style>.*?</style>", "", svg)))
    assert used
    assert used <= {light for light, _ in figure_style.COLOURS}
    assert all(f': {colour}"]' in svg for colour in used)
