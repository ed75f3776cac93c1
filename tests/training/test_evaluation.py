"""Evaluation of models, and scores in cards."""

from dataclasses import replace

import numpy as np
import pytest

from classifier.ml.artifacts import Card
from classifier.training import evaluation
from classifier.training.lexicon import HELD_OUT, split_of
from classifier.training.test_sets import BadTestSet, LabelledTexts
from tests.conftest import FakeIdentifier, fake_card
from tests.toy_models import toy_lexicon

FAKE = FakeIdentifier(fake_card("Ngram", "20261122-00000001"))
TEXTS = LabelledTexts(
    "mine", ["the", "château", "casa", "orignal", "piano", "xqzt"], ["en", "fr", "es", "en", "fr", "fr"]
)


def test_scores_match_a_hand_computation():
    scores = evaluation.evaluate(FAKE, TEXTS)
    assert scores["words"] == 6
    assert scores["accuracy"] == round(4 / 6, 4)  # the fake answers English for piano, French for orignal
    assert scores["by_language"] == {"en": 0.5, "fr": 0.6667, "es": 1.0}
    assert scores["confusion"] == [[1, 1, 0], [1, 2, 0], [0, 0, 1]]
    assert scores["words_per_second"] > 0


def test_verdict_scores_are_shares_and_the_accuracy_of_single():
    verdicts = evaluation.evaluate(FAKE, TEXTS)["verdicts"]
    assert verdicts == {"single": round(4 / 6, 4), "several": 0.1667, "unsure": 0.1667} | {
        "single_right": 0.75,
        "single_and_right": 0.5,
    }


def test_share_of_right_singles_is_none_without_singles():
    verdicts = evaluation.evaluate(FAKE, LabelledTexts("mine", ["piano", "xqzt"], ["en", "fr"]))["verdicts"]
    assert (verdicts["single"], verdicts["single_right"]) == (0, None)


def test_single_on_texts_of_no_language_is_measured():
    scores = evaluation.evaluate(FAKE, TEXTS, {"strings": ["xqzt", "xqzt", "xqzt", "the"], "German": ["das"]})
    assert scores["single_elsewhere"] == {"strings": 0.25, "German": 1.0}


def test_accuracy_by_length_counts_letters_not_bytes():
    assert evaluation.evaluate(FAKE, LabelledTexts("mine", ["été", "ñame"], ["fr", "fr"]))["by_length"] == [
        {"letters": "1-3", "words": 1, "accuracy": 1.0},
        {"letters": "4-5", "words": 1, "accuracy": 0.0},
    ]


def test_texts_of_several_words_have_no_length():
    scores = evaluation.evaluate(FAKE, LabelledTexts("mine", ["the château", "casa"], ["fr", "es"]))
    assert scores["by_length"] == []
    assert scores["words"] == 2


def test_text_that_the_form_refuses_is_an_error():
    refused = LabelledTexts("mine", [*TEXTS.texts, "12", "https://a.example"], [*TEXTS.labels, "en", "en"])
    scores = evaluation.evaluate(FAKE, refused, {"signs": ["the", "?"]})
    assert (scores["words"], scores["refused"], scores["accuracy"]) == (8, 2, 0.5)
    assert scores["single_elsewhere"] == {"signs": 0.5}


def test_texts_that_the_form_refuses_altogether_are_no_test_set():
    with pytest.raises(BadTestSet, match="none of the 2 texts holds a word"):
        evaluation.evaluate(FAKE, LabelledTexts("mine", ["12", "?"], ["en", "en"]))


def test_accuracy_by_frequency_has_a_row_for_each_class():
    test = replace(TEXTS, frequencies=[1e-2, 1e-8, 1e-5, 1e-6, 9e-8, 0])
    assert evaluation.evaluate(FAKE, test)["by_frequency"] == [
        {"frequency": "rare", "words": 3, "accuracy": 0.6667},
        {"frequency": "medium", "words": 1, "accuracy": 0.0},
        {"frequency": "common", "words": 2, "accuracy": 1.0},
    ]
    assert evaluation.evaluate(FAKE, TEXTS)["by_frequency"] == []


def test_language_that_the_model_does_not_know_is_refused():
    with pytest.raises(BadTestSet, match="Ngram does not know de, nl"):
        evaluation.evaluate(FAKE, LabelledTexts("mine", ["das", "dat", "the"], ["de", "nl", "en"]))


WIDE = FakeIdentifier(replace(FAKE.card, default_languages=("en", "fr")))


def test_default_candidates_are_measured():
    scores = evaluation.evaluate(WIDE, LabelledTexts("mine", ["the", "château", "orignal"], ["en", "fr", "fr"]))
    assert scores["confusion"] == [[1, 0], [0, 2]]


def test_labels_of_other_languages_are_candidates_too():
    scores = evaluation.evaluate(WIDE, LabelledTexts("mine", ["the", "casa"], ["en", "es"]))
    assert scores["by_language"] == {"en": 1.0, "fr": None, "es": 1.0}


def test_what_an_answer_leaves_out_is_spread_over_its_other_candidates():
    [answer] = FAKE.identify(["the"])
    answer.probabilities = {"en": 0.72, "und": 0.2}
    rows = evaluation.candidate_probabilities(("en", "fr", "es"), [answer])
    assert rows.tolist() == pytest.approx(np.array([[0.9, 0.05, 0.05]]))


def test_held_out_words_have_their_most_frequent_language():
    lexicon = toy_lexicon(("en", "fr"))
    words = evaluation.held_out_test_set(lexicon)
    assert words.texts == lexicon.own[HELD_OUT].words
    assert {split_of(word) for word in words.texts} == {HELD_OUT}
    assert set(words.labels) == {"en", "fr"}


def test_card_keeps_scores_by_test_set(tmp_path):
    card = replace(fake_card("Ngram", "20261122-00000001"), golden={"a": (1, 0, 0, 0)}, scores={"old": 1, "mine": 2})
    folder = tmp_path / card.name / card.version
    folder.mkdir(parents=True)
    card.write(folder)
    evaluation.save_scores(folder, {"mine": 3})
    assert Card.read(folder) == replace(card, scores={"old": 1, "mine": 3})


@pytest.mark.slow
def test_version_is_measured_into_its_card(copied, lexicon):
    from classifier.training.ngram_export import held_out_test_set

    words = held_out_test_set(lexicon)
    defaults = Card.read(copied).candidates()
    scores = evaluation.score_version(copied, {"held-out": words.where([label in defaults for label in words.labels])})
    assert list(scores["held-out"]["by_language"]) == list(defaults)
    assert scores["held-out"]["accuracy"] > 0.9
    assert Card.read(copied).scores == scores
