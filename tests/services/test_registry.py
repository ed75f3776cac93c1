import shutil

import pytest

from classifier.api import requests as services_requests
from classifier.ml.artifacts import write_active
from classifier.services import registry
from classifier.services.registry import ModelUnavailable, UnknownModel
from tests.conftest import FakeIdentifier, fake_card
from tests.services.conftest import NEW, OLD, Toy

pytestmark = pytest.mark.real_models


def test_models_are_listed_best_first(ship, models):
    for name in ("Ngram", "FF", "CNN"):
        ship(name)
    assert models.current().names == ("Ngram", "FF", "CNN")
    assert models.current().default == "Ngram"


@pytest.mark.parametrize(("name", "resolved"), [("", "Ngram"), ("ff", "FF"), ("FF", "FF"), ("nGRAM", "Ngram")])
def test_name_is_known_in_any_case(ship, models, name, resolved):
    ship("Ngram")
    ship("FF")
    assert models.current().resolve(name) == resolved


@pytest.mark.parametrize("name", ["GPT", "Ngram ", "FF\x00", "../FF"])
def test_unknown_name_is_answered_with_the_known_ones(ship, models, name):
    ship("Ngram")
    ship("FF")
    with pytest.raises(UnknownModel, match="Ngram, FF") as error:
        models.current().get(name)
    assert name not in str(error.value)


def test_model_is_loaded_once_and_on_first_use(ship, models):
    ship("Ngram")
    ship("FF", NEW)
    serving = models.current()
    assert Toy.loads == []
    assert serving.get("ngram") is serving.get("Ngram") is serving.get() is models.current().get()
    assert Toy.loads == [OLD]


def test_threads_share_one_model(ship, models, at_once):
    ship("Ngram")
    assert len(set(at_once(lambda: models.current().get(), [()] * 16))) == 1
    assert Toy.loads == [OLD]


def test_version_trained_on_this_machine_serves(ship, models):
    folder = ship(directory=1)
    assert models.current().get().folder == folder


def test_languages_are_those_of_all_models_that_can_answer(ship, models):
    ship("Ngram", languages="en fr")
    ship("FF", languages="fr es")
    ship("CNN", languages="de", bad=True)
    serving = models.current()
    assert serving.languages == ("en", "fr", "es")
    assert (list(serving.identifiers), serving.unavailable) == (["Ngram", "FF"], ("CNN",))


@pytest.mark.parametrize("name", ["", "Ngram"])
def test_names_are_unavailable_without_any_model(models, name):
    serving = models.current()
    assert (serving.names, serving.languages, serving.identifiers) == ((), (), {})
    with pytest.raises(ModelUnavailable, match="Restore the files in ml_models/"):
        serving.get(name)


def test_bad_version_is_refused_and_logged(ship, models, caplog):
    ship(bad=True)
    with pytest.raises(ModelUnavailable, match="train Ngram"):
        models.current().get()
    assert f"{OLD} is bad" in caplog.text


def test_missing_version_is_refused_and_logged(ship, models, caplog):
    shutil.rmtree(ship())
    with pytest.raises(ModelUnavailable, match="Restore the files in ml_models/"):
        models.current().get()
    assert f"No sound files of Ngram {OLD}" in caplog.text


def test_sound_copy_serves_in_place_of_a_bad_one(ship, models):
    folder = ship(directory=1)
    ship(directory=0, bad=True)
    assert models.current().get().folder == folder


@pytest.mark.parametrize("version", ["x" * 300, "\x00", "", ".."])
def test_version_without_folder_is_refused(ship, models, settings, version):
    ship()
    write_active(settings.MODEL_DIRS[0], "Ngram", version)
    assert models.current().unavailable == ("Ngram",)


def test_identifiers_in_use_serve_until_the_block_ends():
    names, fake = registry.current().names, object()
    with registry.use({"FF": fake, "Ngram": None}) as serving:
        assert registry.current() is serving
        assert (serving.names, serving.unavailable, serving.get()) == (("FF", "Ngram"), ("Ngram",), fake)
        with registry.use({}):
            assert registry.current().names == ()
        assert registry.current() is serving
    assert registry.current().names == names


def test_request_sees_the_same_models_throughout():
    old, new = FakeIdentifier(fake_card("FF", OLD)), FakeIdentifier(fake_card("FF", NEW))
    with registry.use({"FF": old}), registry.hold():
        held = registry.current()
        with registry.use({"Ngram": new}):
            assert registry.current() is held
            with registry.hold():
                assert registry.current().names == ("Ngram",)


@pytest.mark.django_db
def test_model_that_is_removed_during_a_request_still_answers(client, serve, fake_models, monkeypatch):
    check = services_requests.known_languages

    def remove_afterwards(model):
        languages = check(model)
        serve({"FF": fake_models["FF"]})
        return languages

    monkeypatch.setattr(services_requests, "known_languages", remove_afterwards)
    body = {"word": "orignal", "model": "Ngram", "languages": ["en", "fr"]}
    assert client.post("/api/v1/predictions", body, content_type="application/json").json()["model"] == "Ngram"


def test_models_are_loaded_before_the_first_request(models, ship, monkeypatch):
    monkeypatch.setattr(registry, "_source", models.current)
    folder = ship()
    registry.load_all()
    (folder / "bad").touch()
    assert models.current().get().folder == folder
