"""Networks and a small lexicon to train on."""

import pytest

from tests.toy_models import toy_lexicon


@pytest.fixture(scope="module")
def architectures():
    from classifier.training.networks import ARCHITECTURES

    return ARCHITECTURES


@pytest.fixture(scope="module")
def small():
    return toy_lexicon(("en", "fr"))
