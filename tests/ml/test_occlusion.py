import numpy as np
import pytest

from classifier.ml.encoding import normalise
from classifier.ml.occlusion import letters_of, without_each_letter, without_each_word


@pytest.fixture
def explain(fake_models):
    """Return a function that explains the answer for a word or text."""
    model = fake_models["Ngram"]

    def explain(text, languages=()):
        [answer] = model.identify([text], languages)
        return (
            without_each_word(answer)
            if answer.words
            else without_each_letter(answer, model.card.labels, model.probabilities)
        )

    return explain


def changes(explanation):
    return [(part.text, part.without, part.change) for part in explanation.parts]


def test_a_letter_without_which_the_answer_falls_speaks_for_it(explain):
    explanation = explain("né")  # French by its ending; "n" is English to the fake
    assert (explanation.label, explanation.probability) == ("fr", 0.9184)
    assert changes(explanation) == [("n", 0.9184, 0), ("é", 0.051, 0.8674)]
    assert explanation.strongest.text == "é"


def test_a_letter_without_which_the_answer_rises_speaks_against_it(explain):
    [first, *_] = explain("piano").parts
    assert (first.without, first.change) == (0.9184, pytest.approx(-0.5684))


def test_the_share_is_that_among_the_languages_asked_for(explain):
    [_, last] = explain("né", ["fr", "es"]).parts
    assert last.without == pytest.approx(0.05 / 0.08)


def test_of_none_of_these_its_own_probability_is_watched(explain):
    explanation = explain("xqzt")
    assert (explanation.label, explanation.probability) == ("und", 0.9)
    assert {part.change for part in explanation.parts} == {0.88}


@pytest.mark.parametrize("word", ["é", "e\N{COMBINING CIRCUMFLEX ACCENT BELOW}", "(a!)"])
def test_of_a_single_letter_nothing_can_be_left_out(explain, word):
    assert explain(word).parts == ()
    assert explain(word).strongest is None


def test_punctuation_around_a_word_is_no_letter_of_it(explain):
    assert [part.text for part in explain("« né ! »").parts] == ["n", "é"]


def test_a_letter_keeps_its_marks():
    assert letters_of("n\N{COMBINING TILDE}x\u0323\u0301o") == ["n\N{COMBINING TILDE}", "x\u0323\u0301", "o"]


def test_all_shortened_words_go_through_the_model_at_once(fake_models):
    asked = []

    def probabilities(words):
        asked.append([normalise(word) for word in words])
        return np.full((len(words), 4), 0.25)

    [answer] = fake_models["Ngram"].identify(["été"])
    without_each_letter(answer, fake_models["Ngram"].card.labels, probabilities)
    assert asked == [["té", "éé", "ét"]]


def test_of_a_text_each_word_is_left_out_once(explain, fake_models):
    explanation = explain("gâteau bateau hello")
    [without_hello] = fake_models["Ngram"].identify(["gâteau bateau"])
    assert [part.text for part in explanation.parts] == ["gâteau", "bateau", "hello"]
    assert explanation.parts[2].without == without_hello.candidates[0].probability
    assert explanation.parts[2].change < 0 < explanation.parts[0].change


def test_of_a_foreign_text_none_of_these_is_watched(explain):
    explanation = explain("xqzt xqzt hello")
    assert explanation.label == "und"
    assert [part.change > 0 for part in explanation.parts] == [True, True, False]
