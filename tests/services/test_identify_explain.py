from dataclasses import replace

import pytest
from django.conf import settings

from classifier.ml.artifacts import read_active
from classifier.models import Prediction
from classifier.services import identify as services


def answer_to(word, model="", languages=()):
    [comparison] = services.compare(words=[word], model=model, languages=languages)
    return comparison.answers[0]


def test_word_is_explained_by_the_version_that_answered():
    explanation = services.explain(answer_to("né"))
    assert (explanation.label, [part.text for part in explanation.parts]) == ("fr", ["n", "é"])


def test_text_is_explained_by_its_words():
    assert [part.text for part in services.explain(answer_to("gâteau hello")).parts] == ["gâteau", "hello"]


@pytest.mark.parametrize("names", [[], ["FF"]])
def test_removed_model_explains_nothing(serve, fake_models, names):
    answer = answer_to("né", model="Ngram")
    serve({name: fake_models[name] for name in names})
    assert services.explain(answer) is None


def test_other_version_explains_nothing(serve, fake_models):
    answer = answer_to("né", model="FF")
    serve({"FF": fake_models["Ngram"]})
    assert services.explain(answer) is None


def test_answer_to_words_that_were_read_as_one_explains_nothing():
    assert services.explain(replace(answer_to("né"), word="et/ou")) is None


@pytest.mark.django_db
def test_explanation_is_not_stored(make_prediction):
    answer = make_prediction("né").answer()
    assert services.explain(answer).parts
    assert Prediction.objects.count() == 1


@pytest.mark.real_models
@pytest.mark.parametrize("name", list(read_active(settings.BASE_DIR / "ml_models")))
@pytest.mark.parametrize("word", ["mañana", "w" * 100])
def test_shipped_models_explain_their_answers(name, word):
    explanation = services.explain(answer_to(word, model=name))
    assert len(explanation.parts) == len(word)
    assert all(0 <= part.probability_without <= 1 for part in explanation.parts)


@pytest.mark.real_models
def test_tilde_makes_manana_spanish():
    explanation = services.explain(answer_to("mañana"))
    assert (explanation.label, explanation.strongest.text) == ("es", "ñ")


def test_explanation_is_of_the_candidates_and_the_confidence_asked(wide):
    [row] = services.predict(words=["λόγοι"], source="web", languages=["all"], confidence=0.95)
    explanation = services.explain(row.answer(), row.asked_languages)
    assert (explanation.label, len(explanation.parts)) == ("el", 5)
    assert all(part.probability_without > 0.8 for part in explanation.parts)


def test_explanation_of_a_word_in_another_script_is_about_und(wide):
    [row] = services.predict(words=["λόγοι"], source="web")
    assert services.explain(row.answer(), row.asked_languages).label == "und"
