import json

import pytest

from classifier.answers import answer_fields
from classifier.languages import language_name


def test_an_answer_has_the_documented_shape(fake_models):
    [answer] = fake_models["Ngram"].identify(["orignal"])
    assert answer_fields(answer) == {
        "word": "orignal",
        "model": "Ngram",
        "model_version": "20261122-00000001",
        "language": "fr",
        "verdict": "single",
        "candidates": [
            {"language": "fr", "name": "French", "probability": 0.6657},
            {"language": "en", "name": "English", "probability": 0.2893},
            {"language": "es", "name": "Spanish", "probability": 0.045},
        ],
        "undetermined": 0.02,
    }


def test_the_fields_come_in_the_documented_order(fake_models):
    [answer] = fake_models["Ngram"].identify(["orignal"])
    documented = "word model model_version language verdict candidates undetermined"
    assert list(answer_fields(answer)) == documented.split()


@pytest.mark.parametrize(("word", "verdict"), [("piano", "several"), ("xqzt", "unsure")])
def test_no_language_is_named_unless_it_is_one(fake_models, word, verdict):
    [answer] = fake_models["Ngram"].identify([word])
    fields = answer_fields(answer)
    assert (fields["verdict"], fields["language"]) == (verdict, None)


@pytest.mark.parametrize("word", ["orignal", "piano", "xqzt", "school", "gâteau"])
def test_an_answer_survives_json(fake_models, word):
    [answer] = fake_models["Ngram"].identify([word])
    fields = json.loads(json.dumps(answer_fields(answer)))
    assert fields == answer_fields(answer)
    assert sum(candidate["probability"] for candidate in fields["candidates"]) == pytest.approx(1)


@pytest.mark.parametrize(("code", "name"), [("en", "English"), ("fr", "French"), ("pt-br", "Brazilian Portuguese")])
def test_languages_have_english_names(code, name):
    assert language_name(code) == name


@pytest.mark.parametrize("code", ["tlh", "", "zh"])
def test_a_language_without_name_is_called_by_its_code(code):
    assert language_name(code) == code
