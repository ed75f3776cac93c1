import pytest

from classifier.languages import join_names, label_name, language_name
from classifier.ml.answers import Comparison
from classifier.ml.identifier import make_answer
from classifier.models import Feedback
from classifier.templatetags import answer_text


def answered(fakes, en, fr, es, und=0.0):
    return make_answer(fakes["Ngram"].card, "word", {"en": en, "fr": fr, "es": es, "und": und})


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ((0.9, 0.06, 0.04), "Probably English, 90\xa0%"),
        ((0.0, 0.0, 1.0), "Probably Spanish, over 99\xa0%"),
        ((0.003, 0.9939, 0.0031), "Probably French, 99\xa0%"),
        ((0.45, 0.47, 0.08), "French and English share this word"),
        ((0.3, 0.3, 0.4), "Spanish, English and French share this word"),
        ((0.1, 0.1, 0.1, 0.7), "Not sure"),
    ],
)
def test_answer_is_a_sentence(fake_models, shares, said):
    assert answer_text.sentence(answered(fake_models, *shares)) == said


@pytest.mark.parametrize(
    ("shares", "said"),
    [((0.9, 0.06, 0.04), "English"), ((0.45, 0.47, 0.08), "French and English"), ((0.1, 0.1, 0.1, 0.7), "Not sure")],
)
def test_answer_in_a_list_is_short(fake_models, shares, said):
    assert answer_text.brief(answered(fake_models, *shares)) == said


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ((0.9, 0.06, 0.04), ""),
        ((0.45, 0.47, 0.08), "nobody can tell"),
        ((0.1, 0.1, 0.1, 0.7), "none of the languages"),
        ((0.5, 0.2, 0.2, 0.1), "stands out"),
    ],
)
def test_hint_explains_uncertain_answers(fake_models, shares, said):
    hint = answer_text.verdict_reason(answered(fake_models, *shares))
    assert said in hint
    assert bool(hint) is bool(said)


@pytest.mark.parametrize(
    ("share", "decimals", "said"), [(0.6657, 0, "67\xa0%"), (0.6657, 1, "66.6\xa0%"), (1, 0, "100\xa0%")]
)
def test_share_is_rounded_not_cut(share, decimals, said):
    assert answer_text.percent(share, decimals) == said


def test_width_has_a_point_in_every_language(settings):
    settings.LANGUAGE_CODE = "fr"
    assert answer_text.width(0.6657) == "66.57"


@pytest.mark.parametrize(
    ("label", "languages", "said"), [("mul", ["en", "es"], "English and Spanish"), ("zxx", [], "")]
)
def test_reviewers_label_is_shown_when_it_differs(label, languages, said):
    feedback = Feedback(label="zxx", decided_label=label, decided_languages=languages)
    assert answer_text.decided_label(feedback) == said


@pytest.mark.parametrize(("label", "code"), [("fr", "fr"), ("mul", ""), ("zxx", "")])
def test_only_a_language_marks_a_word(label, code):
    assert answer_text.code(Feedback(label=label)) == code


def compared(fakes, *shares):
    return Comparison(tuple(answered(fakes, *each) for each in shares))


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ([(0, 1, 0)], "Only this model could answer."),
        ([(0, 1, 0), (0, 0.9, 0.1)], "All 2 models say so."),
        ([(0, 1, 0), (1, 0, 0)], "Each model says something else."),
        ([(0, 1, 0), (1, 0, 0), (0, 1, 0)], "2 of 3 models agree: French."),
        ([(0.5, 0.5, 0), (1, 0, 0), (0, 0.5, 0.5)], "2 of 3 models agree: several languages."),
        ([(0, 1, 0), (0.1, 0, 0, 0.9), (0.1, 0, 0, 0.9)], "2 of 3 models agree: not sure."),
    ],
)
def test_agreement_is_told_in_a_sentence(fake_models, shares, said):
    assert answer_text.agreement(compared(fake_models, *shares)) == said


def test_tokens_hold_the_whole_text(fake_models):
    [text] = fake_models["Ngram"].identify(["« Oui, » 7 fois !"])
    shown = [(token, word and word.word) for token, word in answer_text.token_answers(text)]
    assert shown == [("«", None), ("Oui,", "Oui"), ("»", None), ("7", None), ("fois", "fois"), ("!", None)]


def test_unknown_model_has_no_line():
    assert answer_text.model_line("Toy") == ""


def test_languages_have_names_and_unknown_ones_their_code():
    assert [language_name("fr"), language_name("tlh"), label_name("mis")] == ["French", "tlh", "Another language"]


@pytest.mark.parametrize(("codes", "said"), [(["en"], "English"), (["en", "fr", "es"], "English, French and Spanish")])
def test_languages_are_listed_as_people_do(codes, said):
    assert join_names(codes) == said
