"""Active versions, rollbacks, and the words that a version learnt."""

import pytest

from classifier.ml.artifacts import CARD_FILE, REVIEWED_FILE, write_active
from classifier.services import promotion
from classifier.services.own_feedback import has_news, mark_read
from classifier.services.review import decide, undo
from classifier.words.reviewed import ReviewedRow, write_rows
from tests.services.conftest import NEW, NEWER, OLD

pytestmark = pytest.mark.django_db


@pytest.fixture
def add(tmp_path, settings):
    """Return a function that adds a version that learnt some words."""
    settings.MODEL_DIRS = [tmp_path / "shipped", tmp_path / "trained"]
    settings.MODEL_DIRS[0].mkdir()
    write_active(settings.MODEL_DIRS[0], "Ngram", OLD)

    def add(version, *rows):
        folder = settings.MODEL_DIRS[1] / "Ngram" / version
        folder.mkdir(parents=True)
        (folder / CARD_FILE).touch()
        if rows:
            (folder / REVIEWED_FILE).write_text(write_rows(rows))

    for version in (OLD, NEWER):
        add(version)
    return add


@pytest.fixture
def outcome():
    """Return a function that stores the outcome of a review."""
    from classifier.models import ReviewedWord

    return lambda word, label="fr": ReviewedWord.objects.create(word_key=word, label=label, votes=1)


def trained_in():
    from classifier.models import ReviewedWord

    return dict(ReviewedWord.objects.values_list("word_key", "trained_in"))


def test_listed_version_is_active_without_activations(add):
    assert promotion.active_version("Ngram") == OLD
    assert promotion.active_version("Nothing") == ""


def test_newest_activation_is_active(add):
    add(NEW)
    promotion.activate("Ngram", NEW)
    assert promotion.activate("Ngram", NEWER).previous == NEW
    assert promotion.active_version("Ngram") == NEWER


def test_rollbacks_return_version_by_version(add):
    add(NEW)
    promotion.activate("Ngram", NEW)
    promotion.activate("Ngram", NEWER)
    assert promotion.rolled_back("Ngram") == ""
    assert promotion.roll_back("Ngram").version == NEW
    assert promotion.rolled_back("Ngram") == NEWER
    assert promotion.roll_back("Ngram").version == OLD
    with pytest.raises(promotion.NothingToRollBack, match=f"before {OLD}"):
        promotion.roll_back("Ngram")
    assert promotion.Activation.objects.count() == 4


def test_version_without_files_is_not_activated(add):
    with pytest.raises(promotion.MissingVersion, match="no version 20990101-00000000 of Ngram"):
        promotion.activate("Ngram", "20990101-00000000")
    assert not promotion.Activation.objects.exists()


def test_words_keep_the_first_version_that_learnt_them(add, outcome):
    outcome("orignal")
    outcome("chien")
    add(NEW, ReviewedRow("orignal", "fr"))
    promotion.activate("Ngram", NEW)
    assert trained_in() == {"orignal": NEW, "chien": ""}
    add("20261125-00000004", ReviewedRow("orignal", "fr"), ReviewedRow("chien", "fr"))
    promotion.activate("Ngram", "20261125-00000004")
    assert trained_in() == {"orignal": NEW, "chien": "20261125-00000004"}
    promotion.roll_back("Ngram")
    assert trained_in() == {"orignal": NEW, "chien": ""}
    promotion.roll_back("Ngram")
    assert trained_in() == {"orignal": "", "chien": ""}


def test_model_is_news_for_the_senders_of_its_words(add, outcome, submit):
    for word in ("orignal", "chien"):
        outcome(word)
        submit(owner=f"user:{word}", word=word, label="fr")
    add(NEW, ReviewedRow("orignal", "fr"))
    for change in (lambda: promotion.activate("Ngram", NEW), lambda: promotion.roll_back("Ngram")):
        change()
        assert [has_news("user:orignal"), has_news("user:chien")] == [True, False]
        mark_read("user:orignal")


def test_outcome_that_returns_is_in_the_model_that_learnt_it(add, submit, user):
    submit(owner="user:1", label="fr")
    about = {"word_key": "orignal", "reviewer": user}
    first = decide(**about, label="fr")
    add(NEW, ReviewedRow("orignal", "fr"))
    promotion.activate("Ngram", NEW)
    submit(owner="user:2", label="en")
    later = decide(**about, label="en")
    assert trained_in() == {"orignal": ""}
    undo(decision=later, reviewer=user)
    assert trained_in() == {"orignal": NEW}
    undo(decision=first, reviewer=user)
    decide(**about, label="fr")
    assert trained_in() == {"orignal": NEW}


def test_word_decided_otherwise_since_is_not_marked(add, outcome):
    outcome("orignal", "en")
    add(NEW, ReviewedRow("orignal", "fr"))
    promotion.activate("Ngram", NEW)
    assert trained_in() == {"orignal": ""}


def test_other_models_keep_their_words(add, outcome, settings):
    outcome("orignal")
    add(NEW, ReviewedRow("orignal", "fr"))
    promotion.activate("Ngram", NEW)
    folder = settings.MODEL_DIRS[1] / "FF" / NEWER
    folder.mkdir(parents=True)
    (folder / CARD_FILE).touch()
    promotion.activate("FF", NEWER)
    assert trained_in() == {"orignal": NEW}


def test_marking_takes_few_queries(add, outcome, django_assert_max_num_queries):
    rows = [ReviewedRow(chr(97 + number % 26) * (1 + number // 26), "fr") for number in range(300)]
    for row in rows:
        outcome(row.word)
    add(NEW, *rows)
    with django_assert_max_num_queries(10):
        promotion.activate("Ngram", NEW)
    assert set(trained_in().values()) == {NEW}
