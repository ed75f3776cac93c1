import pytest

from classifier.api.responses import feedback_fields
from classifier.api.service import model_fields
from classifier.api.views import article_fields, article_languages
from classifier.services import registry
from classifier.services.feedback import submit_feedback


@pytest.mark.django_db
def test_article_fields_are_percentages_with_two_decimals(make_prediction):
    assert article_fields(make_prediction("orignal")) == {
        "English": 28.93,
        "Espanol": 4.5,
        "Francais": 66.57,
        "model": "Ngram",
        "word": "orignal",
    }


def test_article_languages_are_those_of_the_model(fake_models):
    assert article_languages("FF") == ["en", "es", "fr"]
    fake_models["FF"].card.__dict__["languages"] = ("de", "fr")
    assert article_languages("FF") == ["fr"]


@pytest.mark.parametrize("name", ["Ngram", "FF"])
def test_model_fields_describe_the_active_version(fake_models, name):
    fields = model_fields(registry.current(), name)
    assert (fields["active"], fields["default"]) == (True, name == "Ngram")
    assert fields["version"] == fake_models[name].card.version


def test_model_fields_are_empty_without_a_version(without_model):
    without_model("FF")
    empty = {"active": False, "default": False, "version": None, "labels": [], "default_languages": [], "scores": {}}
    assert model_fields(registry.current(), "FF") == {"name": "FF", **empty}


@pytest.mark.django_db
def test_feedback_fields_hold_label_and_review(make_prediction):
    feedback = submit_feedback(prediction=make_prediction("orignal"), owner="", label="fr", comment="moose")
    assert feedback_fields(feedback) == {
        "label": "fr",
        "languages": [],
        "comment": "moose",
        "kind": "confirmation",
        "status": "pending",
        "decided_label": "",
        "decided_languages": [],
        "decided_at": None,
        "reason": "",
        "reopened": False,
        "overturned": False,
        "reviewed": None,
        "created_at": feedback.created,
    }
