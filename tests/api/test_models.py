"""GET /api/v1/models."""

from classifier.services import registry

ADDRESS = "/api/v1/models"


def test_models_are_listed_best_first(client):
    response = client.get(ADDRESS)

    assert response.status_code == 200
    assert [model["name"] for model in response.json()["models"]] == list(registry.current().names)


def test_a_model_is_described_by_its_card(client):
    card = registry.current().get("FF").card
    shown = {"words": 2, "accuracy": 0.5, "by_language": {"en": 0.0, "fr": 1.0}, "macro_f1": 0.4}
    card.scores["held-out"] = {**shown, "confusion": [[0, 1], [0, 1]]}

    [model] = [model for model in client.get(ADDRESS).json()["models"] if model["name"] == "FF"]
    assert model == {
        "name": "FF",
        "active": True,
        "default": False,
        "version": card.version,
        "labels": list(card.labels),
        "scores": {"held-out": shown},
    }


def test_one_model_is_the_default(client):
    defaults = [model["name"] for model in client.get(ADDRESS).json()["models"] if model["default"]]

    assert defaults == [registry.current().default]


def test_a_model_without_files_is_listed_as_not_active(client, without_model):
    without_model("Ngram", "FF")

    assert {model["active"] for model in client.get(ADDRESS).json()["models"]} == {False}


def test_writing_is_refused(client):
    response = client.post(ADDRESS, {}, content_type="application/json")

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
