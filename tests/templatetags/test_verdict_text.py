from dataclasses import replace

import pytest

from classifier.ml.answers import Candidate
from classifier.templatetags import verdict_text
from classifier.templatetags.answer_charts import none_matters
from tests.conftest import make_answer


def answer_of(fakes, en, fr, es, und=0.0, **changes):
    answer = make_answer(fakes["Ngram"].card, "word", {"en": en, "fr": fr, "es": es, "und": und})
    return replace(answer, **changes)


@pytest.mark.parametrize(
    ("shares", "text"),
    [
        ((0.9, 0.06, 0.04), ""),
        ((0.45, 0.47, 0.08), "nobody can tell"),
        ((0.1, 0.1, 0.1, 0.7), "of another language"),
        ((0.5, 0.2, 0.2, 0.1), "stands out"),
    ],
)
def test_verdict_reason_explains_uncertain_answers(fake_models, shares, text):
    reason = verdict_text.verdict_reason(answer_of(fake_models, *shares))
    assert text in reason
    assert bool(reason) is bool(text)


def test_word_that_is_unlike_its_language_is_called_so(fake_models):
    changes = {"verdict": "unsure", "confidence": 0.9, "set": ("fr",), "undetermined": 0.15}
    answer = answer_of(fake_models, 0.06, 0.9, 0.04, **changes)
    assert "looks like French, but less so" in verdict_text.verdict_reason(answer)
    assert verdict_text.set_sentence(answer) == "If it is one of these, then with 90\xa0% confidence: French."
    assert none_matters(answer)
    assert not none_matters(replace(answer, verdict="single"))


@pytest.mark.parametrize(
    ("word", "languages", "reason"),
    [
        ("là", "en fr es", "It is probably a word of another language"),
        ("мир", "en fr es", "None of these languages is written in these letters."),
        ("мир", "en sr bg", "It is probably a word of another language"),
        ("すし", "zh ja", "It is probably a word of another language"),
    ],
)
def test_reason_for_none_of_the_languages_fits_the_letters(fake_models, word, languages, reason):
    candidates = tuple(Candidate(code, 0.3) for code in languages.split())
    answer = answer_of(fake_models, 0.1, 0.2, 0.1, 0.6, word=word, candidates=candidates)
    assert verdict_text.verdict_reason(answer).startswith(reason)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, ""),
        ({"confidence": 0.95, "set": ("fr",)}, "At 95\xa0% confidence, no other language comes into question."),
        ({"confidence": 0.9, "set": ("fr", "es")}, "With 90\xa0% confidence it is one of these: French or Spanish."),
        ({"confidence": 0.9, "set": ()}, "At 90\xa0% confidence, no language fits well enough."),
        (
            {"confidence": 0.99, "set": ("fr", "es"), "undetermined": 0.7},
            "If it is one of these, then with 99\xa0% confidence: French or Spanish.",
        ),
    ],
)
def test_prediction_set_is_a_sentence(fake_models, changes, sentence):
    assert verdict_text.set_sentence(answer_of(fake_models, 0.2, 0.6, 0.2, **changes)) == sentence


@pytest.mark.parametrize("confidence", [0.95, "0.95"])
def test_level_of_the_answer_is_marked(confidence):
    assert verdict_text.levels(confidence) == [
        ("0.9", "90\xa0%", False),
        ("0.95", "95\xa0%", True),
        ("0.99", "99\xa0%", False),
    ]
