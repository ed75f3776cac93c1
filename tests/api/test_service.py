"""GET /api/v1/models, /api/v1/models/{name}, /api/v1/languages and /api/v1/me."""

import pytest

from classifier.services import registry

pytestmark = pytest.mark.django_db


def test_models_are_listed_best_first(client):
    response = client.get("/api/v1/models")

    assert response.status_code == 200
    assert [model["name"] for model in response.json()["models"]] == list(registry.current().names)


def test_model_is_described_by_its_card(client):
    card = registry.current().get("FF").card
    scores = {"words": 2, "accuracy": 0.5, "by_language": {"en": 0.0, "fr": 1.0}, "macro_f1": 0.4}
    card.scores["held-out"] = {**scores, "confusion": [[0, 1], [0, 1]]}

    [model] = [model for model in client.get("/api/v1/models").json()["models"] if model["name"] == "FF"]
    assert model == {
        "name": "FF",
        "active": True,
        "default": False,
        "version": card.version,
        "labels": list(card.labels),
        "default_languages": ["en", "fr", "es"],
        "scores": {"held-out": scores},
    }


def test_one_model_is_the_default(client):
    defaults = [model["name"] for model in client.get("/api/v1/models").json()["models"] if model["default"]]

    assert defaults == [registry.current().default]


def test_model_without_files_is_listed_as_not_active(client, without_model):
    without_model("Ngram", "FF")

    assert {model["active"] for model in client.get("/api/v1/models").json()["models"]} == {False}


def test_writing_is_refused(client):
    response = client.post("/api/v1/models", {}, content_type="application/json")

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_model_is_found_in_any_case_and_described_as_in_the_list(call):
    model = call("GET", "/models/ff").json()

    [in_list] = [each for each in call("GET", "/models").json()["models"] if each["name"] == "FF"]
    assert {**model, "versions": []} == {**in_list, "versions": []}


def test_versions_on_disk_are_listed_with_the_active_one(call, settings, tmp_path):
    active = registry.current().get("FF").card.version
    for version in (active, "20200101-0000000a"):
        (tmp_path / "FF" / version).mkdir(parents=True)
        (tmp_path / "FF" / version / "card.json").write_text("{}")
    settings.MODEL_DIRS = [tmp_path]

    versions = call("GET", "/models/FF").json()["versions"]
    assert versions == [{"version": "20200101-0000000a", "active": False}, {"version": active, "active": True}]


@pytest.mark.parametrize("name", ["GPT", "all", "..", "%00", "N" * 5000])
def test_unknown_model_is_not_found(call, name):
    assert call("GET", f"/models/{name}").status_code == 404


def test_languages_come_with_the_models_that_know_them(call):
    answer = call("GET", "/languages").json()

    assert answer["languages"][0] == {"code": "en", "name": "English", "models": ["Ngram", "FF"]}
    assert [label["code"] for label in answer["other_labels"]] == ["mul", "mis", "zxx", "und"]


def test_labels_are_english_whatever_the_caller_reads(call):
    answers = [call("GET", "/languages", headers={"accept-language": code}).json() for code in ("en", "fr")]
    assert answers[0] == answers[1]


def test_anonymous_caller_reads_the_remaining_calls(call, limits):
    limits(single=5)
    call("GET", "/identify?word=chat")
    me = call("GET", "/me").json()

    assert (me["caller"], me["key"]) == ("anonymous", None)
    assert me["limits"]["single"] == {"limit": 5, "remaining": 4, "window": 60}
    assert set(me["limits"]) == {"single", "batch", "history", "feedback", "export"}


def test_key_is_described_without_its_secret(call, api_key):
    me = call("GET", "/me", key=api_key).json()

    assert me["key"]["prefix"] == api_key.prefix
    assert api_key.digest not in str(me)


def test_visitors_and_users_are_told_apart(call, client, user):
    client.post("/", {"word": "chat"})
    assert call("GET", "/me").json()["caller"] == "visitor"
    client.force_login(user)
    assert call("GET", "/me").json()["caller"] == "user"


@pytest.mark.parametrize("address", ["/api/schema", "/api/v1/models", "/api/v1/models/FF", "/api/v1/languages"])
def test_unchanged_answer_is_not_sent_again(client, address):
    first = client.get(address)
    assert "no-store" not in first["Cache-Control"]
    second = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (second.status_code, second.content) == (304, b"")
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("address", "methods"),
    [
        ("/api/v1/identify", "GET, OPTIONS"),
        ("/api/v1/predictions", "GET, HEAD, POST, DELETE, OPTIONS"),
        ("/api/v1/predictions/export", "GET, HEAD, OPTIONS"),
        ("/api/v1/models", "GET, HEAD, OPTIONS"),
    ],
)
def test_options_names_the_methods(client, limits, address, methods):
    limits(single=0, history=0)
    response = client.options(address)
    assert (response.status_code, response["Allow"], response.content) == (204, methods, b"")
