"""Training, calibration and export of all networks."""

import json

import numpy as np
import pytest

from classifier.ml.artifacts import CARD_FILE, KERAS_FILE, LITERT_FILE, Card, verify
from classifier.ml.identifier import Identifier
from classifier.training.lexicon import HELD_OUT
from tests.toy_models import SYLLABLES, toy_words

pytestmark = pytest.mark.slow

NAMES = ("FF", "CNN", "CNNsep", "RNN")


@pytest.fixture(scope="module")
def training():
    from classifier.training import training

    return training


def test_table_holds_the_five_networks(architectures):
    assert tuple(architectures) == ("Ngram", *NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_network_learns_and_is_exported(name, training, architectures, small, tmp_path):
    from classifier.training import export

    twin = training.train_twin(architectures[name], small, passes=40)
    folder = export.write_version(training.Trained(twin, twin), architectures[name], small, tmp_path)
    assert verify(folder, [LITERT_FILE, KERAS_FILE]).name == name
    held_out = small.own[HELD_OUT]
    output = export.litert_output(folder / LITERT_FILE, held_out.ids.astype(np.int32))
    assert (output[:, :-1].argmax(axis=1) == held_out.targets[:, :-1].argmax(axis=1)).mean() > 0.9
    assert output.sum(axis=1) == pytest.approx(np.ones(len(output)), abs=1e-5)
    keras_output = training.predict_with(training.keras.saving.load_model(folder / KERAS_FILE, compile=False))(
        held_out.ids.astype(np.int32)
    )
    assert np.abs(output - keras_output).mean() < 0.02  # weights of 8 bits


@pytest.mark.parametrize("name", NAMES)
def test_same_seed_gives_the_same_weights(name, training, architectures, small):
    first, again, other = (
        training.train_twin(architectures[name], small, passes=1, seed=seed).model.get_weights() for seed in (7, 7, 8)
    )
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert any(not np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_version_is_a_date_and_the_digest_of_the_litert_file(version):
    card = json.loads((version / CARD_FILE).read_text())
    assert version.name.split("-")[1] == card["sha256"][LITERT_FILE][:8]


def test_card_describes_data_and_training(version, lexicon):
    card = Card.read(version)
    assert card.data["digest"] == lexicon.digest
    assert card.training["seed"] == 1
    losses = card.training["history"]["loss"]
    assert losses[-1] < losses[0]
    assert set(card.libraries) >= {"tensorflow", "numpy", "wordfreq", "simplemma"}
    assert "CC BY-SA" in card.licence


def test_network_takes_passes_and_thresholds_from_its_twin(training, architectures, small):
    network, twin = training.train(architectures["FF"], small, passes=3)
    assert network.passes == twin.passes == len(twin.history["val_loss"]) == 3
    assert (network.thresholds.single, network.temperature) == (twin.thresholds.single, twin.temperature)
    assert network.thresholds.several <= twin.thresholds.several


def test_layers_are_trained_in_the_precision_of_the_architecture(architectures, small):
    network = architectures["FF"].to_train(small.encoder, 2)
    assert {layer.compute_dtype for layer in network.layers} >= {"bfloat16", "float32"}
    assert {str(weight.dtype) for weight in network.weights} == {"float32"}
    assert {layer.compute_dtype for layer in architectures["FF"](small.encoder, 2).layers} == {"float32"}


def test_network_is_trained_on_other_words_than_its_twin(training, architectures, small):
    network, twin = (one.model.get_weights() for one in training.train(architectures["FF"], small, passes=1))
    assert any(not np.array_equal(a, b) for a, b in zip(network, twin, strict=True))


def test_unknown_strings_are_und(version):
    answers = Identifier(version).identify(["xyqvvkjwo", "krzkrzvvk", *toy_words(SYLLABLES["en"], 20, "known")])
    assert [answer.verdict for answer in answers[:2]] == ["unsure", "unsure"]
    assert sum(answer.undetermined < 0.5 for answer in answers[2:]) > 15
