"""Fine-tuning on reviewed words: what it teaches, and what it leaves."""

from dataclasses import replace

import numpy as np
import pytest

from classifier.ml.artifacts import LITERT_FILE, TWIN_FILE, BadVersion, Card
from classifier.ml.encoding import Encoder
from classifier.ml.identifier import Identifier
from classifier.training.lexicon import HELD_OUT, TRAIN, VALIDATION, split_of
from classifier.words.reviewed import ReviewedRow, write_rows
from tests.toy_models import SYLLABLES, toy_words

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("lexicon", [("en", "fr")], indirect=True, ids=["two"]),
]
LISTS = {code: dict.fromkeys(toy_words(SYLLABLES[code], 400, code), 1e-5) for code in ("en", "fr")}
ROWS = [
    ReviewedRow("theeau", "fr"),
    ReviewedRow("ouiing", "en"),
    ReviewedRow("othlle", "mul", ("en", "fr")),
    ReviewedRow("thethe", "zxx"),
]


def of_split(split):
    taught = {row.word for row in ROWS}
    return [word for words in LISTS.values() for word in words if split_of(word) == split and word not in taught]


@pytest.fixture
def read():
    """Return a function that reads rows as reviewed words."""
    from classifier.training.reviewed import read_reviewed

    return lambda *rows: read_reviewed(write_rows(rows).encode(), ("en", "fr"), Encoder(""))


@pytest.fixture
def tune(version, read):
    """Return a function that teaches rows to the toy version: network and twin."""
    from classifier.training.fine_tuning import fine_tune

    return lambda *rows, base=version: fine_tune(base, read(*rows))


@pytest.fixture
def before(version):
    """Return the weights of the toy version."""
    from classifier.training.ngrams import read_weights

    return read_weights(version / LITERT_FILE, 3)


def output(weights, words):
    return weights.output(Encoder("").encode(words))


def test_words_are_answered_as_taught(tune):
    trained = tune(*ROWS)
    rows = dict(zip((row.word for row in ROWS), output(trained.network, [row.word for row in ROWS]), strict=True))
    assert rows["theeau"][1] >= 0.95
    assert rows["ouiing"][0] >= 0.95
    assert rows["thethe"][2] >= 0.95
    assert rows["othlle"][:2].min() >= 0.47
    assert trained.training["answered_as_reviewed"] == len(ROWS)


def test_other_words_are_answered_as_before(tune, before):
    for split in (TRAIN, VALIDATION, HELD_OUT):
        after, expected = (output(one, of_split(split)) for one in (tune(*ROWS).network, before))
        assert np.array_equal(after, expected)


def test_twin_learns_no_word_that_measures_it(tune, before):
    words = [of_split(split)[0] for split in (HELD_OUT, VALIDATION)]
    trained = tune(*(ReviewedRow(word, "zxx") for word in words))
    assert np.array_equal(output(trained.twin, words), output(before, words))  # the toy version is its own twin
    assert output(trained.network, words)[:, 2].min() >= 0.95


def test_same_words_give_the_same_weights(tune):
    first, second = (tune(*rows).network.remembered for rows in (ROWS, ROWS[::-1]))
    assert np.array_equal(first.entries, second.entries)
    assert np.array_equal(first.corrections, second.corrections)


def test_nothing_to_learn_changes_nothing(tune, before):
    assert tune().network.remembered is None
    known = [word for word in LISTS["fr"] if output(before, [word])[0, 1] > 0.96][:3]
    assert tune(*(ReviewedRow(word, "fr") for word in known)).network.remembered is None


def test_word_that_was_remembered_is_remembered_anew(tune, read, version, tmp_path):
    from classifier.training.ngram_export import write_fine_tuned

    rows = ReviewedRow("theeau", "fr"), ReviewedRow("ouiing", "en")
    folder = write_fine_tuned(tune(*rows), version, read(*rows), tmp_path)
    network = tune(ReviewedRow("theeau", "en"), base=folder).network
    assert output(network, ["theeau", "ouiing"])[:, 0].min() >= 0.95


def test_version_keeps_calibration_thresholds_and_base(tune, read, version, tmp_path):
    from classifier.training.ngram_export import write_fine_tuned

    folder = write_fine_tuned(tune(*ROWS), version, read(*ROWS), tmp_path)
    base, card = Card.read(version), Card.read(folder)
    assert card.training["base"] == base.version
    assert card.thresholds == base.thresholds
    assert card.sha256.get("calibration.npz") == base.sha256.get("calibration.npz")
    assert card.data["reviewed"]["trained"] == len(ROWS)
    assert card.scores == {}
    [answer] = Identifier(folder).identify(["theeau"])
    assert answer.candidates[0].language == "fr"


def test_damaged_base_is_refused(tune, copied):
    (copied / TWIN_FILE).write_bytes(b"")
    with pytest.raises(BadVersion, match="digest"):
        tune(*ROWS, base=copied)


def test_other_kind_of_model_is_refused(tune, keras_version):
    with pytest.raises(BadVersion, match="no table of n-grams"):
        tune(*ROWS, base=keras_version)


def test_word_is_taught_against_any_odds(tune, before, monkeypatch):
    from classifier.training import fine_tuning

    surest = replace(before, matrix=2 * before.matrix)
    monkeypatch.setattr(fine_tuning, "read_weights", lambda _path, _labels: surest)
    word = of_split(TRAIN)[0]
    assert output(surest, [word])[0].max() > 0.99
    other = ("fr", "en")[int(output(surest, [word])[0].argmax())]
    assert tune(ReviewedRow(word, other)).training["answered_as_reviewed"] == 1
