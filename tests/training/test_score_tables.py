"""Tables of scores for the terminal and for Markdown pages."""

import pytest

from classifier.training import evaluation
from classifier.training.score_tables import fill_page, text_table
from classifier.training.test_sets import LabelledTexts
from tests.conftest import FakeIdentifier, fake_card

CARD = fake_card("Ngram", "20261122-00000001")
TEXTS = ["the", "château", "casa", "orignal", "orignal", "été"]
LABELS = ["en", "fr", "es", "en", "en", "es"]
PAGE = "before\n<!-- accuracy -->\nold\n<!-- /accuracy -->\nafter\n"


@pytest.fixture
def scores():
    """Scores of a model that takes two English words and a Spanish one for French."""
    return {"Ngram": evaluation.evaluate(FakeIdentifier(CARD), LabelledTexts("mine", TEXTS, LABELS))}


def test_table_is_as_wide_as_its_longest_model(scores):
    title, line, accuracy, *_ = text_table("mine", {"a-model-with-a-long-name": scores["Ngram"], **scores})
    assert title.split() == ["mine:", "6", "texts", "a-model-with-a-long-name", "Ngram"]
    assert len(line) == len(title)
    assert accuracy.split() == ["accuracy", "0.5000", "0.5000"]


def test_most_frequent_confusion_comes_first(scores):
    confusions = text_table("mine", scores)[-4:-1]
    assert [line.removeprefix("most often confused").strip() for line in confusions] == ["en as fr 2", "es as fr 1", ""]


def test_score_that_cannot_be_measured_is_a_dash(scores):
    scores["Ngram"]["verdicts"]["single_right"] = None
    [cell] = [line.split()[-1] for line in text_table("mine", scores) if "right when single" in line]
    assert cell == "-"


def test_marked_part_of_a_page_is_replaced(scores, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    for _ in range(2):
        fill_page(page, {"Ngram": CARD}, {"mine": scores})
        start, rows, end = page.read_text().partition("| `Ngram` | 0.00 million | 0 min | 50.0% |")
        assert rows
        assert start.startswith("before\n<!-- accuracy -->\n| model |")
        assert "old" not in start
        assert end == "\n<!-- /accuracy -->\nafter\n"
