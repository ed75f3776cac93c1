import json

import pytest

from classifier.formats.fields import answer_fields, comparison_fields
from classifier.ml.answers import Comparison


def test_answer_has_the_documented_fields(fake_models):
    [answer] = fake_models["Ngram"].identify(["orignal"])
    assert answer_fields(answer) == {
        "word": "orignal",
        "model": "Ngram",
        "model_version": "20261122-00000001",
        "language": "fr",
        "verdict": "single",
        "set": ["fr"],
        "confidence": None,
        "candidates": [
            {"language": "fr", "name": "French", "probability": 0.6657},
            {"language": "en", "name": "English", "probability": 0.2893},
            {"language": "es", "name": "Spanish", "probability": 0.045},
        ],
        "remainder": 0.0,
        "undetermined": 0.02,
    }


def test_fields_have_the_documented_order(fake_models):
    [answer] = fake_models["Ngram"].identify(["orignal"])
    documented = "word model model_version language verdict set confidence candidates remainder undetermined"
    assert list(answer_fields(answer)) == documented.split()


@pytest.mark.parametrize(("word", "verdict"), [("piano", "several"), ("xqzt", "unsure")])
def test_language_is_null_unless_the_verdict_is_single(fake_models, word, verdict):
    [answer] = fake_models["Ngram"].identify([word])
    fields = answer_fields(answer)
    assert (fields["verdict"], fields["language"]) == (verdict, None)


@pytest.mark.parametrize("word", ["orignal", "piano", "xqzt", "school", "gâteau"])
def test_answer_survives_json(fake_models, word):
    [answer] = fake_models["Ngram"].identify([word])
    fields = json.loads(json.dumps(answer_fields(answer)))
    assert fields == answer_fields(answer)
    assert sum(candidate["probability"] for candidate in fields["candidates"]) == pytest.approx(1)


def test_text_has_fields_for_each_word(fake_models):
    [text], [word] = (fake_models["Ngram"].identify([text]) for text in ("un gâteau", "gâteau"))
    fields = answer_fields(text)
    assert list(fields)[-1] == "words"
    assert [word["word"] for word in fields["words"]] == ["un", "gâteau"]
    assert fields["words"][1] == {key: value for key, value in answer_fields(word).items() if "model" not in key}


def test_comparison_has_the_documented_fields(fake_models):
    answers = [fake.identify(["orignal"])[0] for fake in fake_models.values()]
    comparison = Comparison(tuple(answers), unavailable=("RNN",))
    assert comparison_fields(comparison) == {
        "word": "orignal",
        "answers": [answer_fields(answer) for answer in answers],
        "agreement": 1.0,
        "unavailable": ["RNN"],
    }
