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


def toy_sparse_lexicon(languages, words=400):
    """Return the same words as a lexicon of n-grams."""
    from classifier.training import sparse_lexicon

    own = [dict.fromkeys(toy_words(SYLLABLES[code], words, code), 1e-5) for code in languages]
    others = dict.fromkeys(toy_words("krz vvk xyq jwo", words, "xx"), 1e-5)
    return sparse_lexicon.assemble(languages, own, others)


@pytest.fixture(scope="session", params=[("en", "fr"), ("en", "fr", "es", "de", "it")], ids=["two", "five"])
def lexicon(request):
    return toy_sparse_lexicon(request.param)


@pytest.fixture(scope="session")
def version(lexicon, tmp_path_factory):
    """Return the version folder of a toy model of n-grams, unchanged by tests."""
    return write_toy_version(lexicon, tmp_path_factory.mktemp("models"))


def write_toy_version(lexicon, directory, *, passes=0.4, seed=1):
    """Train and write a toy model, which is its own twin; return its folder."""
    from classifier.training import ngram_export, ngram_training

    weights = ngram_training.Training(lexicon, passes=passes, seed=seed).train_twin()
    figures = {"seed": seed, "passes": passes, "history": {"loss": [1.0, 0.5]}}
    return ngram_export.write_version(ngram_export.Trained(weights, weights, figures), lexicon, directory)


@pytest.fixture(scope="session")
def keras_version(tmp_path_factory):
    """Return the version folder of a toy Keras network, unchanged by tests."""
    from classifier.training import export, training
    from classifier.training.networks import ARCHITECTURES

    lexicon = toy_lexicon(("en", "fr"))
    twin = training.train_twin(ARCHITECTURES["FF"], lexicon, passes=20)
    trained = training.Trained(twin, twin)
    return export.write_version(trained, ARCHITECTURES["FF"], lexicon, tmp_path_factory.mktemp("models"))


@pytest.fixture
def copied(version, tmp_path):
    """Return a copy of the toy version to damage."""
    import shutil

    return shutil.copytree(version, tmp_path / version.parent.name / version.name)
