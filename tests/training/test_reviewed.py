"""Reviewed words as training data."""

import numpy as np
import pytest

from classifier.words.reviewed import MEASURE, BadTable, ReviewedRow, write_rows
from tests.toy_models import ENCODER, toy_lexicon

pytestmark = pytest.mark.slow
LANGUAGES = ("en", "fr")


def read(*rows, languages=LANGUAGES):
    from classifier.training.reviewed import read_reviewed

    return read_reviewed(write_rows(rows).encode(), languages, ENCODER)


@pytest.mark.parametrize(
    ("row", "target"),
    [
        (ReviewedRow("mot", "fr"), (0, 1, 0)),
        (ReviewedRow("mot", "de"), (0, 0, 1)),
        (ReviewedRow("mot", "mis"), (0, 0, 1)),
        (ReviewedRow("mot", "zxx"), (0, 0, 1)),
        (ReviewedRow("mot", "mul", ("en", "fr")), (0.5, 0.5, 0)),
        (ReviewedRow("mot", "mul", ("de", "en")), (1, 0, 0)),
        (ReviewedRow("mot", "mul", ("de", "it")), (0, 0, 1)),
    ],
)
def test_label_becomes_the_target(row, target):
    np.testing.assert_allclose(read(row).examples.targets, [target])


@pytest.mark.parametrize("label", ["hr", "bs", "sr-Latn"])
def test_languages_that_lists_put_together_are_one(label):
    words = read(ReviewedRow("riječ", label), languages=("en", "sr-Latn"))
    np.testing.assert_allclose(words.examples.targets, [(0, 1, 0)])


def test_word_shared_by_languages_that_lists_put_together_is_theirs():
    words = read(ReviewedRow("riječ", "mul", ("hr", "bs", "en")), languages=("en", "sr-Latn"))
    np.testing.assert_allclose(words.examples.targets, [(0.5, 0.5, 0)])


def test_letters_of_all_scripts_are_kept():
    from classifier.ml.encoding import Encoder
    from classifier.training.reviewed import read_reviewed

    words = read_reviewed(write_rows([ReviewedRow("한국", "ko")]).encode(), ("ko",), Encoder(""))
    assert words.examples.ids[0, 1:3].tolist() == [ord("한"), ord("국")]


@pytest.mark.parametrize("word", ["two words", "l'eau", "a-b"])
def test_word_that_a_model_answers_in_parts_does_not_train(word):
    reviewed = read(ReviewedRow(word, "fr"), ReviewedRow("mot", "fr"))
    assert reviewed.examples.words == ["mot"]
    assert reviewed.summary()["rows"] == 2


def test_unsure_and_measuring_words_never_train():
    reviewed = read(ReviewedRow("one", "und"), ReviewedRow("two", "en", use=MEASURE), ReviewedRow("three", "en"))
    assert reviewed.examples.words == ["three"]
    assert [row.word for row in reviewed.rows] == ["three", "two"]
    assert reviewed.summary() | {"export": ""} == {"export": "", "rows": 3, "trained": 1, "measuring": 1}


def test_digest_is_that_of_the_file():
    import hashlib

    row = ReviewedRow("mot", "fr")
    assert read(row).digest == hashlib.sha256(write_rows([row]).encode()).hexdigest()


def test_reviewed_word_replaces_its_row_in_the_lexicon():
    from classifier.training.lexicon import TRAIN
    from classifier.training.reviewed import WEIGHT, with_reviewed

    lexicon = toy_lexicon(LANGUAGES)
    word, foreign = lexicon.own[TRAIN].words[0], lexicon.foreign[TRAIN].words[0]
    changed = with_reviewed(lexicon, read(ReviewedRow(word, "fr"), ReviewedRow(foreign, "en")))
    examples = changed.own[TRAIN]
    assert [examples.words.count(one) for one in (word, foreign)] == [1, 1]
    assert foreign not in changed.foreign[TRAIN].words
    np.testing.assert_allclose(examples.targets[examples.words.index(word)], [0, 1, 0])
    assert examples.weights[examples.words.index(word)] == WEIGHT
    assert changed.digest != lexicon.digest


def test_held_out_words_teach_only_the_network_that_serves():
    from classifier.training.lexicon import HELD_OUT, TRAIN, VALIDATION
    from classifier.training.reviewed import with_reviewed

    lexicon = toy_lexicon(LANGUAGES)
    words = [lexicon.own[split].words[0] for split in (VALIDATION, HELD_OUT)]
    changed = with_reviewed(lexicon, read(*(ReviewedRow(word, "zxx") for word in words)))
    assert not {*words} & {word for part in changed.own.values() for word in part.words}
    assert {*words} <= {*changed.complete.own[TRAIN].words}


def test_reviewed_words_keep_their_letters_and_targets_in_a_pass():
    from classifier.training.batches import Batches
    from classifier.training.networks import ARCHITECTURES
    from classifier.training.reviewed import with_reviewed

    lexicon = with_reviewed(toy_lexicon(LANGUAGES), read(ReviewedRow("éteñ", "en")))
    batches = Batches(lexicon, ARCHITECTURES["Ngram"], lambda ids: np.full((len(ids), 3), 1 / 3, np.float32), seed=1)
    [ids] = ENCODER.encode(["éteñ"])
    rows = (batches.ids == ids).all(axis=1)
    assert rows.sum() == 16
    np.testing.assert_allclose(batches.targets[rows], [[1, 0, 0]] * 16)


def test_bad_table_is_refused():
    from classifier.training.reviewed import read_reviewed

    with pytest.raises(BadTable, match="line 1"):
        read_reviewed(b"word\tlabel\n", LANGUAGES, ENCODER)
