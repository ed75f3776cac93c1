"""Synthetic calibrations: the outputs of an imagined model for words of known languages."""

import io

import numpy as np

from classifier.ml.artifacts import Card
from classifier.ml.conformal import Calibration, units_of
from classifier.ml.verdict import Thresholds

MANY = tuple(f"l{number:02}" for number in range(40))  # more languages than answers keep candidates


def outputs(languages, words, seed, sharpness=3.0):
    """Return probabilities (words, languages) and the place of each word's language, (words,).

    The model is right about as often as it says, and surer of some words than of others.
    """
    draw = np.random.default_rng(seed)
    labels = draw.integers(len(languages), size=words)
    logits = draw.normal(size=(words, len(languages)))
    logits[np.arange(words), labels] += draw.exponential(sharpness, words)
    shares = np.exp(logits)
    return shares / shares.sum(axis=1, keepdims=True), labels


def calibration_file(shares, labels, kept=16, lengths=5, undetermined=1.0):
    """Return the content of calibration.npz for such outputs for words of so many letters and with so much `und`."""
    places = np.argsort(-shares, axis=1, kind="stable")[:, :kept]
    file = io.BytesIO()
    np.savez_compressed(
        file,
        labels=labels.astype(np.uint8),
        lengths=np.broadcast_to(np.uint8(lengths), labels.shape),
        places=places.astype(np.uint8),
        probabilities=units_of(np.take_along_axis(shares, places, axis=1)),
        undetermined=np.broadcast_to(units_of(np.float64(undetermined)), labels.shape),
        common_labels=np.empty(0, np.uint8),
        common_words=np.empty(0, np.uint32),
    )
    return file.getvalue()


def make_calibration(languages=MANY, words=4000, seed=1):
    """Return the calibration of an imagined model."""
    return Calibration(calibration_file(*outputs(languages, words, seed)), languages)


def wide_card(languages=MANY, default=()):
    """Return the card of a model of many languages."""
    return Card(
        name="Ngram",
        version="20261122-00000003",
        labels=(*languages, "und"),
        alphabet="",
        length=28,
        thresholds=Thresholds(single=0.6, several=0.2, undetermined=0.5),
        golden={},
        tolerance=0,
        sha256={},
        default_languages=tuple(default),
    )
