import json
from datetime import date

import pytest

from classifier.ml.artifacts import LITERT_FILE
from classifier.services import versions
from classifier.services.registry import UnknownModel

OLD, NEW = "20260101-0000000a", "20261122-00000001"


@pytest.fixture
def folders(tmp_path, settings):
    """Write two versions of "Ngram" with unreadable cards."""
    settings.MODEL_DIRS = [tmp_path / "shipped", tmp_path / "trained"]
    folders = [settings.MODEL_DIRS[1] / "Ngram" / OLD, settings.MODEL_DIRS[0] / "Ngram" / NEW]
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / "card.json").write_text("{}")
    return folders


def test_models_are_listed_best_first(without_model):
    without_model("FF")
    assert [(model.name, model.best, model.card is None) for model in versions.models()] == [
        ("Ngram", True, False),
        ("FF", False, True),
    ]


def test_versions_of_a_model_are_newest_first(folders):
    model = versions.model("ngram")
    assert model.name == "Ngram"
    assert [(version.name, version.serves, version.shipped) for version in model.versions] == [
        (NEW, True, True),
        (OLD, False, False),
    ]


def test_version_has_the_day_of_its_name(folders):
    assert [version.day for version in versions.model("Ngram").versions] == [date(2026, 11, 22), date(2026, 1, 1)]


def test_unreadable_card_is_none(folders):
    assert {version.card for version in versions.model("Ngram").versions} == {None}


def test_size_is_that_of_the_serving_version(folders):
    for folder, megabytes in zip(folders, (1, 2), strict=True):
        (folder / LITERT_FILE).write_bytes(bytes(megabytes * 1_000_000))
    assert versions.model("Ngram").megabytes == 2


def test_size_is_unknown_without_files_or_card(folders, without_model):
    assert versions.model("Ngram").megabytes is None
    without_model("Ngram")
    assert versions.model("Ngram").megabytes is None


def test_unknown_model_raises():
    with pytest.raises(UnknownModel):
        versions.model("GPT")


@pytest.mark.parametrize("text", [None, "{"])
def test_program_scores_are_empty_without_a_readable_file(tmp_path, text):
    path = tmp_path / "accuracy.json"
    if text:
        path.write_text(text)
    assert versions.read_program_scores(path) == {}


def test_program_scores_are_those_of_the_benchmark():
    results = json.loads(versions.COMPARISON.read_text())
    for kind, scores in versions.read_program_scores().items():
        runs = results["sets"]["3"]["runs"]
        accuracies = {name: run["accuracy"][kind]["as typed"] for name, run in runs.items()}
        assert {score.name: score.share.value for score in scores} == accuracies
