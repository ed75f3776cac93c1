"""Shipped models reach their floors and their cards' scores."""

import os
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from classifier.ml.artifacts import ALL_LANGUAGES, read_active
from classifier.ml.encoding import Encoder
from classifier.services import loading, registry
from classifier.training import evaluation, everyday, languages, test_sets, word_sources
from classifier.training.lexicon import HELD_OUT, split_of

pytestmark = [pytest.mark.real_models, pytest.mark.slow]

# Accuracy a little below, negative log-likelihood a little above the measurement on the held-out words.
FLOORS = {
    "Ngram": (0.80, 0.50, 0.05),
    "FF": (0.802, 0.53, 0.06),
    "CNN": (0.820, 0.48, 0.06),
    "CNNsep": (0.806, 0.53, 0.06),
    "RNN": (0.823, 0.46, 0.06),
}
PUBLIC_FLOORS = {"Ngram": 0.898, "FF": 0.882, "CNN": 0.873, "CNNsep": 0.875, "RNN": 0.88}  # single words
# Share of `single` and right answers on common words, and on elisions and compounds.
EVERYDAY_FLOORS = {
    "Ngram": (0.985, 0.975),
    "FF": (0.985, 0.98),
    "CNN": (0.97, 0.98),
    "CNNsep": (0.96, 0.98),
    "RNN": (0.985, 0.98),
}
# Among all languages, on held-out words of the 20,000 most frequent ones: how often the language is the first one, and
# how often it is in the set.
LANGUAGE_FLOORS = {
    "en": (0.23, 0.87),
    "de": (0.50, 0.88),
    "nl": (0.36, 0.83),
    "pt": (0.42, 0.86),
    "pl": (0.69, 0.90),
    "tr": (0.69, 0.92),
    "fi": (0.72, 0.92),
    "eu": (0.63, 0.94),
    "sw": (0.44, 0.92),
    "et": (0.69, 0.94),
    "el": (0.96, 0.96),
    "ru": (0.70, 0.93),
    "uk": (0.72, 0.91),
    "ar": (0.84, 0.93),
    "fa": (0.68, 0.91),
    "he": (0.96, 0.96),
    "hi": (0.96, 0.96),
    "ko": (0.96, 0.96),
    "ja": (0.75, 0.90),
    "zh": (0.90, 0.96),
}
SHARED_WORDS = ["piano", "no", "animal", "hotel", "menu"]
SHIPPED = list(read_active(settings.BASE_DIR / "ml_models"))
each_model = pytest.mark.parametrize("name", SHIPPED)


@pytest.fixture(scope="module")
def held_out():
    return evaluation.read_held_out(("en", "fr", "es"), Encoder())


@pytest.fixture(scope="module")
def measured(held_out):
    """Return a function that measures a model once."""
    known = {}

    def scores(name):
        if name not in known:
            strings = {"random strings": test_sets.random_strings()}
            model = registry.current().get(name)
            twin = evaluation.identifier_for("held-out", model, loading.folders(name, model.card.version))
            known[name] = evaluation.evaluate(twin, held_out, strings)
        return known[name]

    return scores


def test_shipped_models_have_floors():
    assert SHIPPED
    assert set(SHIPPED) <= FLOORS.keys() & PUBLIC_FLOORS.keys() & EVERYDAY_FLOORS.keys()


@each_model
def test_model_reaches_its_floors_on_held_out_words(name, measured):
    accuracy, likelihood, calibration = FLOORS[name]
    scores = measured(name)
    assert scores["accuracy"] >= accuracy
    assert scores["negative_log_likelihood"] <= likelihood
    assert scores["expected_calibration_error"] <= calibration


@each_model
def test_card_holds_the_measured_scores(name, measured):
    in_card, now = registry.current().get(name).card.scores["held-out"], measured(name)
    assert in_card["words"] == now["words"]
    assert in_card["accuracy"] == pytest.approx(now["accuracy"], abs=5e-4)
    assert in_card["negative_log_likelihood"] == pytest.approx(now["negative_log_likelihood"], abs=5e-4)


@cache
def read_wide_twin():
    """Return the twin of the model of all languages."""
    model = registry.current().get(SHIPPED[0])
    return evaluation.identifier_for("held-out", model, loading.folders(SHIPPED[0], model.card.version))


@pytest.mark.parametrize("language", LANGUAGE_FLOORS)
def test_language_reaches_its_floors_among_all(language):
    own = word_sources.frequencies(languages.all_languages()[language], most_words=20_000)
    words = [word for word in own if split_of(word) == HELD_OUT]
    answers = read_wide_twin().identify(words, [ALL_LANGUAGES])
    first = sum(answer.candidates[0].language == language for answer in answers) / len(words)
    held = sum(language in answer.set for answer in answers) / len(words)
    floors = LANGUAGE_FLOORS[language]
    assert first >= floors[0], f"{language} is the first language of {first:.3f} of {len(words)} words"
    assert held >= floors[1], f"{language} is in {held:.3f} of the sets"


@pytest.fixture(scope="module")
def everyday_words():
    return list(everyday.read_everyday(("en", "fr", "es"), Encoder()))


@each_model
def test_model_reaches_its_floors_on_everyday_words(name, everyday_words):
    for test, floor in zip(everyday_words, EVERYDAY_FLOORS[name], strict=True):
        verdicts = evaluation.evaluate(registry.current().get(name), test)["verdicts"]
        assert verdicts["single_and_right"] >= floor, test.name


def test_models_agree_with_their_twins():
    agreements = [registry.current().get(name).card.training.get("agreement") for name in SHIPPED]
    assert min(filter(None, agreements)) >= 0.88  # most words are rare, and many of those in several languages


@each_model
def test_single_is_nearly_always_right(name, measured):
    verdicts = measured(name)["verdicts"]
    assert verdicts["single_right"] >= 0.95
    assert verdicts["single"] >= 0.3  # without it a model could be right by never being sure


@each_model
def test_random_strings_are_seldom_single(name, measured):
    assert measured(name)["single_elsewhere"]["random strings"] <= 0.015


@each_model
def test_shared_words_are_several(name):
    answers = registry.current().get(name).identify(SHARED_WORDS)
    assert {answer.word: answer.verdict for answer in answers} == dict.fromkeys(SHARED_WORDS, "several")


@pytest.mark.lingua
def test_models_reach_their_public_floors_and_the_best_is_first():
    words = test_sets.read_test_set(Path(os.environ["LINGUA_TESTDATA"]), ("en", "fr", "es"))
    accuracies = {name: evaluation.evaluate(registry.current().get(name), words)["accuracy"] for name in SHIPPED}
    assert {name: accuracy for name, accuracy in accuracies.items() if accuracy < PUBLIC_FLOORS[name]} == {}
    assert max(accuracies, key=accuracies.get) == SHIPPED[0]


@pytest.mark.lingua
@pytest.mark.parametrize("language", ["de", "pl"])
@each_model
def test_words_of_other_languages_are_seldom_single(name, language):
    words = test_sets.read_test_set(Path(os.environ["LINGUA_TESTDATA"]), [language]).texts
    identifier = registry.current().get(name)
    assert evaluation.share_of_single(identifier, words, identifier.card.candidates()) <= 0.08
