"""Fine-tuning on reviewed words: what it teaches, and what it leaves."""

import numpy as np
import pytest

from classifier.ml.artifacts import LITERT_FILE, TWIN_FILE, BadVersion, Card
from classifier.words.reviewed import ReviewedRow, write_rows
from tests.toy_models import ENCODER, toy_lexicon

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("lexicon", [("en", "fr")], indirect=True, ids=["two"]),
]
ROWS = [
    ReviewedRow("theeau", "fr"),
    ReviewedRow("ouiing", "en"),
    ReviewedRow("othlle", "mul", ("en", "fr")),
    ReviewedRow("thethe", "zxx"),
]


@pytest.fixture
def tune(lexicon, version, architectures):
    """Return a function that teaches rows to the toy version: network and twin."""
    from classifier.training.fine_tuning import fine_tune
    from classifier.training.reviewed import read_reviewed

    def tune(*rows, base=version, words=lexicon):
        reviewed = read_reviewed(write_rows(rows).encode(), words.languages, ENCODER)
        return fine_tune(architectures["Ngram"], words, reviewed, base)

    return tune


def output(model, words):
    from classifier.training.calibration import predict_with

    return predict_with(model)(ENCODER.encode(words))


def test_words_are_answered_as_taught(tune):
    network, _ = tune(*ROWS)
    rows = dict(zip((row.word for row in ROWS), output(network.model, [row.word for row in ROWS]), strict=True))
    assert rows["theeau"][1] >= 0.92
    assert rows["ouiing"][0] >= 0.92
    assert rows["thethe"][2] >= 0.92
    assert rows["othlle"][:2].min() >= 0.46


def test_other_words_keep_their_language(tune, lexicon, version):
    from classifier.training.export import litert_output

    network, _ = tune(*ROWS)
    examples = lexicon.complete.own["train"]
    ids = examples.ids.astype(np.int32)
    before = litert_output(version / LITERT_FILE, ids)
    after = output(network.model, examples.words)
    np.testing.assert_array_equal(after[:, :2].argmax(axis=1), before[:, :2].argmax(axis=1))
    assert np.abs(after - before).mean() < 0.01


def test_validation_loss_stays(tune, lexicon, version):
    from classifier.training.export import litert_output
    from classifier.training.training import validation_words

    _, twin = tune(*ROWS)
    words = validation_words(lexicon)
    outputs = litert_output(version / TWIN_FILE, words.ids.astype(np.int32)), output(twin.model, words.words)
    before, after = (-(words.targets * np.log(np.maximum(one, 1e-7))).sum(axis=1).mean() for one in outputs)
    assert after < before + 0.01


def test_twin_learns_no_word_that_measures_it(tune, lexicon, version):
    from classifier.training.export import litert_output
    from classifier.training.lexicon import HELD_OUT, VALIDATION

    words = [lexicon.own[split].words[0] for split in (HELD_OUT, VALIDATION)]
    network, twin = tune(*(ReviewedRow(word, "zxx") for word in words))
    before = litert_output(version / TWIN_FILE, ENCODER.encode(words))
    np.testing.assert_allclose(output(twin.model, words), before, atol=1e-6)
    assert output(network.model, words)[:, 2].min() >= 0.92


def test_same_words_give_the_same_weights(tune):
    first, second = (tune(*rows)[0].model.get_weights()[0] for rows in (ROWS, ROWS[::-1]))
    np.testing.assert_array_equal(first, second)


def test_nothing_to_learn_changes_nothing(tune, version):
    from classifier.training.fine_tuning import read_table

    network, _ = tune()
    np.testing.assert_array_equal(network.model.get_weights()[0], read_table(version / LITERT_FILE, 3))


def test_calibration_and_base_are_kept(tune, version):
    card = Card.read(version)
    for network in tune(*ROWS):
        assert (network.thresholds, network.base) == (card.thresholds, card.version)
        assert network.temperature == card.training["temperature"]


def test_version_of_other_languages_is_refused(tune):
    with pytest.raises(BadVersion, match="other languages"):
        tune(*ROWS, words=toy_lexicon(("en", "es")))


def test_damaged_base_is_refused(tune, copied):
    (copied / TWIN_FILE).write_bytes(b"")
    with pytest.raises(BadVersion, match="digest"):
        tune(*ROWS, base=copied)


def test_other_kind_of_model_is_refused(version):
    from classifier.training.fine_tuning import read_table

    with pytest.raises(BadVersion, match="no table of n-grams"):
        read_table(version / LITERT_FILE, 7)


def test_rare_rows_carry_the_change(lexicon):
    from classifier.training.fine_tuning import _buckets, teach
    from classifier.training.networks import BUCKETS

    ids = ENCODER.encode(["the"])
    buckets, mask = _buckets(ids)
    first = buckets[0][mask[0] > 0]
    usage = np.zeros(BUCKETS + 1)
    usage[first[:-1]] = 1000
    table = teach(np.zeros((BUCKETS + 1, 3), np.float32), ids, np.array([[1, 0, 0]], np.float32), usage, 1.0)
    assert np.abs(table[first[-1]]).max() > 1000 * np.abs(table[first[:-1]]).max()
