from dataclasses import replace

import pytest

from classifier.ml.answers import Comparison
from classifier.models import Feedback, Prediction
from classifier.templatetags import answer_text
from tests.conftest import make_answer


def answer_of(fakes, en, fr, es, und=0.0):
    return make_answer(fakes["Ngram"].card, "word", {"en": en, "fr": fr, "es": es, "und": und})


@pytest.mark.parametrize(
    ("shares", "text"),
    [
        ((0.9, 0.06, 0.04), "Probably English, 90\xa0%"),
        ((0.0, 0.0, 1.0), "Probably Spanish, over 99\xa0%"),
        ((0.003, 0.9939, 0.0031), "Probably French, 99\xa0%"),
        ((0.45, 0.47, 0.08), "French and English share this word"),
        ((0.3, 0.3, 0.4), "Spanish, English and French share this word"),
        ((0.1, 0.1, 0.1, 0.7), "Not sure"),
    ],
)
def test_answer_is_a_sentence(fake_models, shares, text):
    assert answer_text.sentence(answer_of(fake_models, *shares)) == text


@pytest.mark.parametrize(
    ("shares", "text"),
    [((0.9, 0.06, 0.04), "English"), ((0.45, 0.47, 0.08), "French and English"), ((0.1, 0.1, 0.1, 0.7), "Not sure")],
)
def test_brief_answer_is_a_name(fake_models, shares, text):
    assert answer_text.brief(answer_of(fake_models, *shares)) == text


@pytest.mark.parametrize(
    ("share", "decimals", "text"), [(0.6657, 0, "67\xa0%"), (0.6657, 1, "66.6\xa0%"), (1, 0, "100\xa0%")]
)
def test_share_is_rounded_not_cut(share, decimals, text):
    assert answer_text.percent(share, decimals) == text


def test_width_has_a_point_in_every_language(settings):
    settings.LANGUAGE_CODE = "fr"
    assert answer_text.width(0.6657) == "66.57"


def test_other_decision_is_named():
    prediction = Prediction()
    prediction.outcomes = {}  # else a query
    feedback = Feedback(status="otherwise", decided_label="mul", decided_languages=["en", "es"])
    assert answer_text.status_text(feedback, prediction) == "A reviewer decided: English and Spanish."


@pytest.mark.parametrize(("label", "code"), [("fr", "fr"), ("mul", ""), ("zxx", "")])
def test_code_is_empty_unless_the_label_is_a_language(label, code):
    assert answer_text.code(Feedback(label=label)) == code


def comparison_of(fakes, *shares):
    return Comparison(tuple(answer_of(fakes, *each) for each in shares))


@pytest.mark.parametrize(
    ("shares", "text", "others"),
    [
        ([(0, 1, 0)], "Probably French, over 99\xa0%", []),
        ([(0, 1, 0), (0, 0.9, 0.1)], "All 2 models say: French", []),
        ([(0, 1, 0), (1, 0, 0)], "The models disagree", ["Ngram: French", "Ngram: English"]),
        ([(1, 0, 0), (0, 1, 0), (0, 1, 0)], "2 of 3 models say: French", ["Ngram: English"]),
        ([(0.5, 0.5, 0), (1, 0, 0), (0.5, 0.5, 0)], "2 of 3 models say: shared by English and French", None),
        ([(0.5, 0.5, 0), (1, 0, 0), (0, 0.5, 0.5)], "The models disagree", None),
        ([(0, 1, 0), (0.1, 0, 0, 0.9), (0.1, 0, 0, 0.9)], "2 of 3 models say: not sure", ["Ngram: French"]),
    ],
)
def test_headline_of_a_comparison_is_what_most_models_say(fake_models, shares, text, others):
    comparison = comparison_of(fake_models, *shares)
    assert answer_text.headline(comparison) == text
    assert others is None or answer_text.other_opinions(comparison) == others


@pytest.mark.parametrize(("share", "text"), [(0.5, "50\xa0%"), (0.9996, "over 99\xa0%"), (0.001, "under 1\xa0%")])
def test_estimate_claims_neither_0_nor_100_percent(share, text):
    assert answer_text.estimate(share) == text


def test_pieces_hold_the_whole_text(fake_models):
    [answer] = fake_models["Ngram"].identify(["« Oui, » 7 fois !"])
    pieces = [(piece.text, word and word.word) for piece, word in answer_text.piece_answers(answer)]
    assert pieces == [("«", None), ("Oui,", "Oui"), ("»", None), ("7", None), ("fois", "fois"), ("!", None)]


def test_answers_stay_beside_their_words_when_a_text_is_split_in_another_way(fake_models):
    [answer] = fake_models["Ngram"].identify(["un gâteau"])
    stored = replace(answer, word="un et/ou gâteau", words=(*answer.words[:1], replace(answer.words[0], word="et/ou")))
    pieces = [(piece.text, word and word.word) for piece, word in answer_text.piece_answers(stored)]
    assert pieces == [("un", "un"), ("et/", None), ("ou", None), ("gâteau", None)]


def test_unknown_model_has_no_line():
    assert answer_text.model_line("Toy") == ""


WIDE = {"verdict": "several", "language": None, "confidence": 0.9}


@pytest.mark.parametrize(
    ("languages", "text", "name"),
    [
        (("nl", "af"), "Probably Dutch or Afrikaans", "Dutch or Afrikaans"),
        (("nl", "af", "de"), "Probably Dutch, Afrikaans or German", "Dutch, Afrikaans or German"),
        (
            ("nl", "af", "de", "da", "sv"),
            "Probably Dutch, Afrikaans or one of 3 more",
            "Dutch or one of 4 more",
        ),
    ],
)
def test_prediction_set_is_named_in_short_as_alternatives(fake_models, languages, text, name):
    answer = replace(answer_of(fake_models, 0.4, 0.3, 0.3), set=languages, **WIDE)
    assert (answer_text.sentence(answer), answer_text.brief(answer)) == (text, name)


def test_many_languages_that_share_a_word_are_counted(fake_models):
    probabilities = {"en": 0.3, "fr": 0.28, "es": 0.22, "de": 0.2, "und": 0.0}
    card = replace(fake_models["FF"].card, labels=(*probabilities,))
    answer = replace(make_answer(card, "word", probabilities), verdict="several", language=None)
    assert answer_text.sentence(answer) == "English, French and 2 more share this word"
