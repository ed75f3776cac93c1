"""Toy languages with different letters, and models trained on them."""

import random

import pytest

from classifier.ml.encoding import Encoder
from classifier.training.lexicon import assemble

ENCODER = Encoder("abcdefghijklmnopqrstuvwxyz'-éèñ", length=12)
SYLLABLES = {
    "en": "the ing wor oth",
    "fr": "eau oui éte lle",
    "es": "oso ñar cion del",
    "de": "sch ung ber",
    "it": "zzo gli ami",
}


def toy_words(syllables, count, seed):
    draw = random.Random(seed)
    words = ["".join(draw.choices(syllables.split(), k=draw.randint(2, 5))) for _ in range(4 * count)]
    return list(dict.fromkeys(words))[:count]


def toy_lexicon(languages, words=400):
    """Return a lexicon of random words, with negatives."""
    own = [dict.fromkeys(toy_words(SYLLABLES[code], words, code), 1e-05) for code in languages]
    others = dict.fromkeys(toy_words("krz vvk xyq jwo", words, "xx"), 1e-5)
    return assemble(languages, own, others, ENCODER)


@pytest.fixture(scope="session", params=[("en", "fr"), ("en", "fr", "es", "de", "it")], ids=["two", "five"])
def lexicon(request):
    return toy_lexicon(request.param)


@pytest.fixture(scope="session")
def version(lexicon, tmp_path_factory):
    """Return the version folder of a toy model, unchanged by tests."""
    from classifier.training import export, training
    from classifier.training.networks import ARCHITECTURES

    twin = training.train_twin(ARCHITECTURES["Ngram"], lexicon, passes=20)
    trained = training.Trained(twin, twin)
    return export.write_version(trained, ARCHITECTURES["Ngram"], lexicon, tmp_path_factory.mktemp("models"))


@pytest.fixture
def copied(version, tmp_path):
    """Return a copy of the toy version to damage."""
    import shutil

    return shutil.copytree(version, tmp_path / version.parent.name / version.name)
