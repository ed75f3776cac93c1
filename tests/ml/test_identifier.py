"""Answers of LiteRT models: verified, ranked and independent of batches."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from classifier.ml import identifier as identifier_module
from classifier.ml.artifacts import CARD_FILE, KERAS_FILE, LITERT_FILE, BadVersion, digest
from classifier.ml.identifier import Identifier
from classifier.ml.texts import combine, normalise_rows
from tests.toy_models import SYLLABLES, toy_words


@pytest.fixture(scope="module")
def toy(version):
    return Identifier(version)


def test_words_of_each_language_are_recognised(toy):
    for language in toy.card.languages:
        answers = toy.identify(toy_words(SYLLABLES[language], 40, "new"))
        assert sum(answer.candidates[0].language == language for answer in answers) > 36


def test_word_of_no_language_is_unsure(toy):
    [answer] = toy.identify(["krzvvk"])
    assert (answer.verdict, answer.language) == ("unsure", None)
    assert answer.undetermined > 0.5


def test_batch_gives_the_output_of_single_words(toy):
    words = [word for language in toy.card.languages for word in toy_words(SYLLABLES[language], 200, "many")]
    singly = np.concatenate([toy.probabilities([word]) for word in words])
    assert np.abs(toy.probabilities(words) - singly).max() <= 2e-7


def test_texts_are_recognised_better_than_words(toy):
    for language in toy.card.languages:
        words = toy_words(SYLLABLES[language], 80, "new")
        answers = toy.identify([" ".join(pair) for pair in zip(words[::2], words[1::2], strict=True)])
        assert sum(answer.candidates[0].language == language for answer in answers) > 38


def test_text_is_one_inference(toy, monkeypatch):
    batches, run = [], toy.probabilities
    monkeypatch.setattr(Identifier, "probabilities", lambda self, words: batches.append(words) or run(words))
    toy.identify(["theing wor", "oth"])
    assert batches == [["theing", "wor", "oth"]]


def test_capitals_and_decomposed_letters_change_nothing(toy):
    first, *others = toy.probabilities(["éteoui", "ÉTEOUI", "e\u0301teoui"])
    assert all((row == first).all() for row in others)


def test_threads_share_one_identifier(toy):
    words = toy_words(SYLLABLES["en"], 50, "threads")
    expected = [toy.identify([word]) for word in words]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda word: toy.identify([word]), words)) == expected


def test_keras_and_litert_nearly_agree(keras_version):
    import keras

    toy = Identifier(keras_version)
    words = [*toy.card.golden, *toy_words("the ing eau sch krz", 100, "agree")]
    model = keras.saving.load_model(keras_version / KERAS_FILE, compile=False)
    keras_output = model.predict(toy.card.encoder.encode(words), verbose=0)
    assert np.abs(keras_output - toy.probabilities(words)).mean() < 0.02  # weights of 8 bits


def test_empty_list_gives_no_answers(toy):
    assert toy.identify([]) == []


def change_golden(folder, change):
    card = json.loads((folder / CARD_FILE).read_text())
    card["golden"] = {word: change(row) for word, row in card["golden"].items()}
    (folder / CARD_FILE).write_text(json.dumps(card))


def test_wrong_golden_words_are_refused(copied):
    change_golden(copied, lambda row: row[::-1])
    with pytest.raises(BadVersion, match="golden"):
        Identifier(copied)


def test_invalid_model_file_with_correct_digest_is_refused(copied):
    (copied / LITERT_FILE).write_bytes(b"not a model")
    card = json.loads((copied / CARD_FILE).read_text())
    card["sha256"][LITERT_FILE] = digest(copied / LITERT_FILE)
    (copied / CARD_FILE).write_text(json.dumps(card))
    with pytest.raises(BadVersion, match="cannot run"):
        Identifier(copied)


def test_weights_that_are_not_numbers_are_refused(copied, monkeypatch):
    broken = np.full((len(json.loads((copied / CARD_FILE).read_text())["golden"]), 1), np.nan)
    monkeypatch.setattr(Identifier, "probabilities", lambda self, words: np.tile(broken, len(self.card.labels)))
    with pytest.raises(BadVersion, match="golden"):
        Identifier(copied)


def test_keras_file_is_never_opened(keras_version, tmp_path):
    copied = shutil.copytree(keras_version, tmp_path / keras_version.parent.name / keras_version.name)
    (copied / KERAS_FILE).write_bytes(b"hostile")
    assert Identifier(copied).identify(["theing"])[0].candidates


def test_words_and_lists_share_one_interpreter(version, monkeypatch):
    interpreters = []
    make = identifier_module.Interpreter
    monkeypatch.setattr(identifier_module, "Interpreter", lambda **options: interpreters.append(1) or make(**options))
    toy = Identifier(version)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda size: toy.probabilities(["theing"] * size), [100, 1] * 32))
    assert len(interpreters) == 1


@pytest.mark.parametrize("apostrophe", "’ʼ´`")
def test_elision_has_the_same_output_with_any_apostrophe(toy, apostrophe):
    plain, other = toy.probabilities(["l'eaueau", f"l{apostrophe}eaueau"])
    assert (plain == other).all()
    assert not np.allclose(plain, toy._run(["l'eaueau"])[0])


def test_long_word_in_han_has_the_output_of_its_pieces_together(toy, monkeypatch):
    pieces = {"日本語の": [0.8, 0.2], "単語": [0.6, 0.4]}
    monkeypatch.setattr(toy, "card", replace(toy.card, labels=("ja", "zh", "und"), alphabet=""))
    monkeypatch.setattr(toy, "_run", lambda words: np.array([[*pieces.get(word, [0.5, 0.5]), 0.0] for word in words]))
    [whole] = toy.probabilities(["日本語の単語"])
    assert whole[0] == pytest.approx(combine(np.array(list(pieces.values())), np.zeros(2))[0][0], abs=1e-6)


def test_elision_has_the_output_of_its_parts_together(toy):
    whole, *parts = toy._run(["l'eaueau", "l", "eaueau"])
    [output] = toy.probabilities(["l'eaueau"])
    undetermined = toy.card.labels.index("und")
    shares, _ = combine(normalise_rows(np.delete(parts, undetermined, axis=1)), np.array(parts)[:, undetermined])
    assert output[undetermined] == parts[1][undetermined]
    assert np.delete(output, undetermined) == pytest.approx((1 - output[undetermined]) * shares, abs=1e-6)
    assert not np.allclose(output, whole)
