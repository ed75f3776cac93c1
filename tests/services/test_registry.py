import json
import shutil

import pytest
from django.conf import settings as project

from classifier.ml.artifacts import ACTIVE, CARD, SERVED, BadVersion, write_active
from classifier.services import registry

pytestmark = pytest.mark.real_models

OLD, NEW = "20261122-00000001", "20261123-00000002"


class Toy:
    """A version that loads unless its folder holds a file `bad`."""

    loads = 0

    def __init__(self, folder):
        type(self).loads += 1
        if (folder / "bad").exists():
            raise BadVersion(f"{folder.name} is bad")
        self.folder = folder
        self.card = type("Card", (), {"languages": tuple((folder / "languages").read_text().split())})


@pytest.fixture
def shipped(tmp_path, settings, monkeypatch):
    """Return a function that ships a version of a model into an empty registry."""
    settings.MODEL_DIRS = [tmp_path / "ml_models", tmp_path / "var"]
    monkeypatch.setattr(registry, "Identifier", Toy)
    monkeypatch.setattr(Toy, "loads", 0)
    for name in ("_loaded", "_refused", "_serving"):
        monkeypatch.setattr(registry, name, {})

    def ship(name, version=OLD, languages="en fr", directory=0, bad=False):
        folder = settings.MODEL_DIRS[directory] / name / version
        folder.mkdir(parents=True)
        (folder / "languages").write_text(languages)
        if bad:
            (folder / "bad").touch()
        settings.MODEL_DIRS[0].mkdir(exist_ok=True)
        write_active(settings.MODEL_DIRS[0], name, version)
        return folder

    return ship


def test_models_are_named_best_first(shipped):
    for name in ("Ngram", "FF", "CNN"):
        shipped(name)
    assert registry.model_names() == ["Ngram", "FF", "CNN"]
    assert registry.default_model() == "Ngram"


@pytest.mark.parametrize(("name", "resolved"), [("", "Ngram"), ("ff", "FF"), ("FF", "FF"), ("nGRAM", "Ngram")])
def test_a_name_is_known_in_any_case(shipped, name, resolved):
    shipped("Ngram")
    shipped("FF")
    assert registry.resolve_name(name) == resolved


@pytest.mark.parametrize("name", ["GPT", "Ngram ", "FF\x00", "../FF"])
def test_an_unknown_name_is_answered_with_the_known_ones(shipped, name):
    shipped("Ngram")
    shipped("FF")
    with pytest.raises(registry.UnknownModel, match="Ngram, FF") as refusal:
        registry.get(name)
    assert name not in str(refusal.value)


def test_a_model_is_loaded_once(shipped):
    shipped("Ngram")
    assert registry.get("ngram") is registry.get("Ngram") is registry.get()
    assert Toy.loads == 1


def test_threads_share_one_model(shipped, at_once):
    shipped("Ngram")
    assert len(set(at_once(registry.get, [()] * 16))) == 1
    assert Toy.loads == 1


def test_a_version_trained_on_the_spot_serves(shipped):
    folder = shipped("Ngram", directory=1)
    assert registry.get().folder == folder


def test_a_new_version_is_noticed(shipped):
    shipped("Ngram", OLD)
    registry.get()
    folder = shipped("Ngram", NEW)
    assert registry.get().folder == folder


def test_a_bad_version_is_refused_and_logged(shipped, caplog):
    shipped("Ngram", bad=True)
    with pytest.raises(registry.ModelUnavailable, match="train Ngram"):
        registry.get()
    assert f"{OLD} is bad" in caplog.text


def test_a_bad_version_is_looked_at_once_in_a_while(shipped, monkeypatch):
    folder = shipped("Ngram", bad=True)
    for _ in range(3):
        with pytest.raises(registry.ModelUnavailable):
            registry.get()
    assert Toy.loads == 1
    (folder / "bad").unlink()
    now = registry.time.monotonic()
    monkeypatch.setattr(registry.time, "monotonic", lambda: now + registry.RETRY_SECONDS)
    assert registry.get().folder == folder


def test_the_old_version_stays_when_the_new_one_is_bad(shipped):
    folder = shipped("Ngram", OLD)
    registry.get()
    shipped("Ngram", NEW, bad=True)
    assert registry.get().folder == folder


def test_a_sound_copy_serves_in_place_of_a_bad_one(shipped):
    folder = shipped("Ngram", directory=1)
    shipped("Ngram", directory=0, bad=True)
    assert registry.get().folder == folder


def test_a_missing_version_is_unavailable(shipped):
    shutil.rmtree(shipped("Ngram"))
    with pytest.raises(registry.ModelUnavailable, match="Restore the files in ml_models/"):
        registry.get()


@pytest.mark.parametrize("name", ["", "Ngram"])
def test_without_any_model_all_are_unavailable(shipped, name):
    assert registry.model_names() == []
    with pytest.raises(registry.ModelUnavailable):
        registry.get(name)


def test_languages_are_those_of_all_models(shipped):
    shipped("Ngram", languages="en fr")
    shipped("FF", languages="fr es")
    shipped("CNN", languages="de", bad=True)
    assert registry.languages() == ("en", "fr", "es")


@pytest.fixture
def copied(tmp_path, settings, monkeypatch):
    """Return the folder of a copy of the best shipped model, in a registry of its own."""
    [(name, version), *_] = registry.active_versions().items()
    settings.MODEL_DIRS = [tmp_path]
    shutil.copytree(project.BASE_DIR / "ml_models" / name / version, tmp_path / name / version)
    write_active(tmp_path, name, version)
    for name_of_state in ("_loaded", "_refused", "_serving"):
        monkeypatch.setattr(registry, name_of_state, {})
    return tmp_path / name / version


def test_a_shipped_model_answers(copied):
    [answer] = registry.get().identify(["orignal"])
    assert (answer.model, answer.model_version) == (copied.parent.name, copied.name)


def test_a_flipped_bit_is_refused(copied):
    data = bytearray((copied / SERVED).read_bytes())
    data[len(data) // 2] ^= 1
    (copied / SERVED).write_bytes(data)
    with pytest.raises(registry.ModelUnavailable):
        registry.get()


@pytest.mark.parametrize("file", [CARD, SERVED])
def test_a_truncated_file_is_refused(copied, file):
    (copied / file).write_bytes((copied / file).read_bytes()[:-100])
    with pytest.raises(registry.ModelUnavailable):
        registry.get()


def test_the_card_of_another_model_is_refused(copied):
    card = json.loads((copied / CARD).read_text())
    (copied / CARD).write_text(json.dumps({**card, "name": "Other"}))
    with pytest.raises(registry.ModelUnavailable):
        registry.get()


def test_broken_golden_words_are_refused(copied):
    card = json.loads((copied / CARD).read_text())
    golden = {word: row[::-1] for word, row in card["golden"].items()}
    (copied / CARD).write_text(json.dumps({**card, "golden": golden}))
    with pytest.raises(registry.ModelUnavailable):
        registry.get()


def test_an_unreadable_list_of_models_is_no_model(copied):
    (copied.parent.parent / ACTIVE).write_text("{")
    with pytest.raises(registry.ModelUnavailable):
        registry.get()


def test_a_hostile_keras_file_is_never_opened(copied, monkeypatch):
    (copied / "model.keras").unlink(missing_ok=True)
    (copied / "model.keras").mkdir()  # opening it would fail
    assert registry.get().identify(["orignal"])


def test_who_is_available_is_read_once(shipped, monkeypatch):
    for name in ("Ngram", "FF", "CNN"):
        shipped(name)
    reads, read = [], registry.read_active
    monkeypatch.setattr(registry, "read_active", lambda folder: reads.append(folder) or read(folder))
    serving, unavailable = registry.available()
    assert (len(serving), unavailable, len(reads)) == (3, [], 1)
