"""A fake of a calibrated model of many languages, told by script and by chance."""

import zlib
from dataclasses import dataclass

import numpy as np
import pytest

from classifier.ml.conformal import Calibration
from tests.calibrations import calibration_file, wide_card
from tests.conftest import FakeIdentifier

LANGUAGES = ("en", "fr", "es", "de", "it", "nl", "pt", "sv", "el", "ru", "uk", "ar", "fa", "he", "ja", "zh")
# The languages of letters up to each code point; Latin ones up to the first.
SCRIPTS = {0x36F: LANGUAGES[:8], 0x3FF: ("el",), 0x52F: ("ru", "uk"), 0x5FF: ("he",), 0x6FF: ("ar", "fa")}
SCRIPTS |= {0x30FF: ("ja",), 0xFFFF: ("zh", "ja")}


@dataclass(frozen=True)
class WideIdentifier(FakeIdentifier):
    """Identifier with a rule for a model."""

    def _row(self, word):
        possible = next(codes for last, codes in SCRIPTS.items() if ord(word[0]) <= last)
        draw = np.random.default_rng(zlib.crc32(word.encode()))
        weights = np.full(len(LANGUAGES), 1e-4)
        weights[[LANGUAGES.index(code) for code in possible]] += draw.exponential(size=len(possible)) ** 3
        return [*(0.98 * weights / weights.sum()), 0.02]


@pytest.fixture(scope="session")
def wide_model():
    """Return the model, with `en`, `fr` and `es` by default, and a calibration by words of its languages."""
    card = wide_card(LANGUAGES, default=("en", "fr", "es"))
    words = [f"{letter}{number}" for letter in "aлαבعあ文" for number in range(700)]
    output = np.array(WideIdentifier(card).probabilities(words))[:, :-1] / 0.98
    draw = np.random.default_rng(1)
    labels = np.array([draw.choice(len(LANGUAGES), p=row / row.sum()) for row in output])
    return WideIdentifier(card, Calibration(calibration_file(output, labels, kept=8), LANGUAGES))


@pytest.fixture
def wide(wide_model, serve, fake_models):
    """Serve the model as the best one, and one of three languages."""
    serve({"Ngram": wide_model, "FF": fake_models["FF"]})
    return wide_model
