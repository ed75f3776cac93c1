from functools import partial

import pytest

from classifier.ml.encoding import normalise
from classifier.ml.occlusion import letters_of, occlude_letters, occlude_words


@pytest.fixture
def explain(fake_models):
    """Return a function that explains the answer for a text."""
    model = fake_models["Ngram"]

    def explain(text, languages=()):
        [answer] = model.identify([text], languages)
        return (
            occlude_words(answer)
            if answer.words
            else occlude_letters(answer, partial(model.judge, languages=languages))
        )

    return explain


def changes(explanation):
    return [(part.text, part.probability_without, part.change) for part in explanation.parts]


def test_letter_that_raises_the_probability_speaks_for_the_answer(explain):
    explanation = explain("né")  # French by its ending; "n" is English to the fake
    assert (explanation.label, explanation.probability) == ("fr", 0.9184)
    assert changes(explanation) == [("n", 0.9184, 0), ("é", 0.051, 0.8674)]
    assert explanation.strongest.text == "é"


def test_letter_that_lowers_the_probability_speaks_against_the_answer(explain):
    [first, *_] = explain("piano").parts
    assert (first.probability_without, first.change) == (0.9184, pytest.approx(-0.5684))


def test_explanation_is_about_the_requested_languages(explain):
    [_, last] = explain("né", ["fr", "es"]).parts
    assert last.probability_without == pytest.approx(0.05 / 0.08)


def test_explanation_of_none_of_these_is_about_und(explain):
    explanation = explain("xqzt")
    assert (explanation.label, explanation.probability) == ("und", 0.9)
    assert {part.change for part in explanation.parts} == {0.88}


@pytest.mark.parametrize("word", ["é", "e\N{COMBINING CIRCUMFLEX ACCENT BELOW}", "(a!)"])
def test_single_letter_has_no_explanation(explain, word):
    assert explain(word).parts == ()
    assert explain(word).strongest is None


def test_punctuation_around_a_word_is_not_explained(explain):
    assert [part.text for part in explain("« né ! »").parts] == ["n", "é"]


def test_letter_keeps_its_marks():
    assert letters_of("n\N{COMBINING TILDE}x\u0323\u0301o") == ["n\N{COMBINING TILDE}", "x\u0323\u0301", "o"]


def test_shortened_words_are_one_inference(fake_models):
    batches = []

    def judge(words):
        batches.append([normalise(word) for word in words])
        return fake_models["Ngram"].judge(words)

    [answer] = fake_models["Ngram"].identify(["été"])
    occlude_letters(answer, judge)
    assert batches == [["té", "éé", "ét"]]


def test_word_of_a_text_is_left_out_once(explain, fake_models):
    explanation = explain("gâteau bateau hello")
    [without_hello] = fake_models["Ngram"].identify(["gâteau bateau"])
    assert [part.text for part in explanation.parts] == ["gâteau", "bateau", "hello"]
    assert explanation.parts[2].probability_without == without_hello.candidates[0].probability
    assert explanation.parts[2].change < 0 < explanation.parts[0].change


def test_explanation_of_a_foreign_text_is_about_und(explain):
    explanation = explain("xqzt xqzt hello")
    assert explanation.label == "und"
    assert [part.change > 0 for part in explanation.parts] == [True, True, False]
