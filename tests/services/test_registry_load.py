"""The registry while versions change under load, with a real model."""

import gc
import json
import shutil
import threading
import weakref

import pytest

from classifier.ml.artifacts import CARD_FILE, LITERT_FILE, Card, write_active
from classifier.services import registry
from classifier.services.registry import Registry
from tests.services.conftest import NEW, NEWER, OLD

pytestmark = [
    pytest.mark.slow,
    pytest.mark.real_models,
    pytest.mark.parametrize("lexicon", [("en", "fr")], indirect=True, ids=["two"]),
]
SWITCHES = 50


@pytest.fixture
def versions(version, tmp_path, settings):
    """Ship the toy version under three names; return the folders by name."""
    settings.MODEL_DIRS = [tmp_path / "shipped", tmp_path / "trained"]
    folders = {}
    for name in (OLD, NEW, NEWER):
        folders[name] = shutil.copytree(version, settings.MODEL_DIRS[1] / "Ngram" / name)
        card = json.loads((folders[name] / CARD_FILE).read_text())
        (folders[name] / CARD_FILE).write_text(json.dumps({**card, "version": name}))
        assert Card.read(folders[name]).version == name
    settings.MODEL_DIRS[0].mkdir()
    write_active(settings.MODEL_DIRS[0], "Ngram", OLD)
    return folders


@pytest.fixture
def activate(monkeypatch):
    """Return a function that activates a version."""
    activated = {}
    monkeypatch.setattr(registry, "read_activated", lambda: dict(activated))
    return lambda version: activated.update(Ngram=version)


def test_switches_under_load_fail_no_request_and_name_the_true_version(versions, activate):
    models, stop = Registry(), threading.Event()
    served, errors = [], []

    def ask():
        while not stop.is_set():
            identifier = models.current().get()
            answers = identifier.identify(["theing"] * 20) + identifier.identify(["eauoui"])
            served.append(identifier.card.version)
            errors.extend(one for one in answers if one.model_version != identifier.card.version)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    replaced = []
    for number in range(SWITCHES):
        replaced.append(weakref.ref(models.current().get()))
        wanted = (NEW, NEWER)[number % 2]
        activate(wanted)
        models.refresh()
        assert models.current().get().card.version == wanted
    stop.set()
    for thread in threads:
        thread.join()
    gc.collect()
    assert errors == []
    assert {NEW, NEWER} <= {*served} <= {OLD, NEW, NEWER}
    assert [one() for one in replaced if one() is not None] == []


@pytest.mark.parametrize("damage", ["truncated", "flipped", "other card", "other golden words"])
def test_unsound_version_is_refused_and_serving_goes_on(versions, activate, damage):
    models = Registry()
    serving = models.current().get()
    path = versions[NEW] / (LITERT_FILE if damage in {"truncated", "flipped"} else CARD_FILE)
    content = path.read_bytes()
    card = json.loads((versions[NEW] / CARD_FILE).read_bytes())
    golden = {word: row[::-1] for word, row in card["golden"].items()}
    path.write_bytes(
        {
            "truncated": content[:-100],
            "flipped": content[:-1] + bytes([content[-1] ^ 1]),
            "other card": (versions[OLD] / CARD_FILE).read_bytes(),
            "other golden words": json.dumps({**card, "golden": golden}).encode(),
        }[damage]
    )
    activate(NEW)
    models.refresh()
    assert models.current().get() is serving
    assert serving.identify(["theing"])[0].model_version == OLD
