"""`manage.py retrain`: all steps, exit codes, lock and log."""

import fcntl
import logging

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from classifier.management.commands import retrain as command
from classifier.ml.artifacts import LITERT_FILE
from classifier.services import promotion
from tests.management.conftest import french_words

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db,
    pytest.mark.parametrize("lexicon", [("en", "fr")], indirect=True, ids=["two"]),
]
WORDS = ("theeau", "ingoui", "woreau", "othlle", "theoui")


@pytest.fixture
def retrain(toy, train, monkeypatch, caplog):
    """Return a function that retrains: the exit code."""
    monkeypatch.setattr(command, "_train", lambda _name, _card: train())
    caplog.set_level(logging.INFO, command.__name__)

    def retrain(*arguments):
        try:
            call_command("retrain", *arguments)
        except CommandError as error:
            return error.returncode
        return 0

    return retrain


def test_new_decisions_reach_the_active_version(retrain, review, toy):
    review("fr", *WORDS)
    assert retrain() == 0
    active = promotion.active_version("Ngram")
    assert active != toy.name
    assert {word for word, *_ in promotion.learnt("Ngram", active)} <= {*WORDS}


def test_each_step_is_logged(retrain, review, toy, caplog):
    review("fr", *WORDS)
    retrain("Ngram")
    active = promotion.active_version("Ngram")
    for line in (
        f"Ngram {toy.name} is active; ",
        f"Ngram {active} is trained.",
        f"Compared with {toy.name}:",
        f"Ngram {active} is active in place of {toy.name}.",
    ):
        assert line in caplog.text


def test_same_decisions_teach_nothing_new(retrain, review):
    assert retrain() == command.NOTHING_NEW
    review("fr", *WORDS)
    assert retrain() == 0
    review("fr", *WORDS)
    assert retrain() == command.NOTHING_NEW


def test_version_that_was_taken_back_does_not_return(retrain, review):
    review("fr", *WORDS)
    retrain()
    call_command("rollback", "Ngram")
    assert retrain() == command.NOTHING_NEW
    review("fr", "inglle")
    assert retrain() == 0


def test_undone_decision_is_forgotten(retrain, review, toy):
    from classifier.models import ReviewedWord
    from classifier.training.ngrams import read_weights

    review("fr", *WORDS)
    retrain()
    ReviewedWord.objects.all().delete()
    assert retrain() == 0
    active = promotion.folder_of("Ngram", promotion.active_version("Ngram"))
    assert promotion.learnt("Ngram", active.name) == set()
    tables = [read_weights(folder / LITERT_FILE, 3).table for folder in (active, toy)]
    np.testing.assert_array_equal(*tables)


def test_word_that_changes_no_weight_is_learnt_once(retrain, review):
    review("en", "theoth")
    assert retrain() == 0
    review("en", "wortheoth", "theing")
    assert retrain() == 0
    assert retrain() == command.NOTHING_NEW


def test_swapped_labels_are_refused(retrain, review, toy, caplog):
    review("en", *french_words(100))
    assert retrain() == command.REFUSED
    assert "The gate refuses" in caplog.text
    assert promotion.active_version("Ngram") == toy.name


def test_second_run_exits_at_once(retrain, review, settings):
    review("fr", *WORDS)
    settings.MODEL_DIRS[-1].mkdir(exist_ok=True)
    with (settings.MODEL_DIRS[-1] / command.LOCK_FILE).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert retrain() == command.RUNNING
    assert retrain() == 0


def test_failure_has_its_own_exit_code(retrain, review, toy, caplog):
    review("fr", *WORDS)
    (toy / LITERT_FILE).write_bytes(b"")
    assert retrain() == command.FAILED
    assert retrain("Nothing") == command.FAILED
    assert "There is no version" in caplog.text


def test_version_is_trained_on_an_export_of_the_moment(toy, review, settings):
    review("fr", *WORDS)
    call_command("retrain")
    folder = promotion.folder_of("Ngram", promotion.active_version("Ngram"))
    assert folder.parent.parent == settings.MODEL_DIRS[1]
    assert promotion.base_folder("Ngram") == toy
