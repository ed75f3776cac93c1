"""Temperature and thresholds are chosen on validation words."""

import numpy as np
import pytest

from classifier.ml.identifier import Identifier
from classifier.ml.verdict import Thresholds
from classifier.training.lexicon import VALIDATION, Examples
from tests.toy_models import toy_lexicon

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lexicon():
    return toy_lexicon(("en", "fr"))


@pytest.fixture(scope="module")
def calibration():
    from classifier.training import calibration

    return calibration


def test_temperature_undoes_overconfidence(calibration):
    random = np.random.default_rng(1)
    truth = random.dirichlet(np.ones(3), 4000).astype(np.float32)
    overconfident = truth**1.5 / (truth**1.5).sum(axis=1, keepdims=True)
    ids, und = np.zeros((4000, 4), np.int16), np.zeros((4000, 1), np.float32)
    examples = Examples([""] * 4000, ids, np.concatenate([truth, und], axis=1), *np.ones((2, 4000), np.float32))
    assert calibration.fit_temperature(np.concatenate([overconfident, und], axis=1), examples) == pytest.approx(
        1.5, 0.03
    )


def test_single_is_right_on_validation_words(calibration, keras_version, lexicon):
    toy = Identifier(keras_version)
    own = lexicon.own[VALIDATION]
    answers = toy.identify(own.words)
    truth = [lexicon.languages[index] for index in own.targets[:, :-1].argmax(axis=1)]
    right = [answer.language == label for answer, label in zip(answers, truth, strict=True) if answer.language]
    assert sum(right) >= calibration.SINGLE_ACCURACY * len(right) > 0


@pytest.mark.parametrize(
    ("second", "und", "widened"),
    [(0.118, 0.2, (0.11, 0.5)), (0.3, 0.2, (0.15, 0.5)), (0.3, 0.537, (0.15, 0.54)), (0.01, 0.9, (0.08, 0.6))],
)
def test_thresholds_let_the_network_that_serves_share_words(calibration, lexicon, second, und, widened):
    known = 1 - und
    rows = lambda ids: np.tile(np.float32([known * (1 - second), known * second, und]), (len(ids), 1))  # noqa: E731
    thresholds = calibration.allow_shared_words(Thresholds(0.7, 0.15, 0.5), rows, lexicon)
    assert thresholds == Thresholds(0.7, *widened)
