"""Fixtures of the services' tests: feedback, toy models, a clock."""

import threading
import time

import pytest

from classifier.ml.artifacts import BadVersion, write_active
from classifier.services import loading
from classifier.services.registry import Registry

OLD, NEW, NEWER = "20261122-00000001", "20261123-00000002", "20261124-00000003"


@pytest.fixture
def submit(make_prediction):
    """Return a function that submits feedback on a word."""
    from classifier.services.feedback import submit_feedback  # here, since Django is set up after this file is read

    def submit(owner="user:1", label="en", word="orignal", **options):
        return submit_feedback(prediction=make_prediction(word), owner=owner, label=label, **options)

    return submit


class Toy:
    """A version that waits for `may_load`; a file `bad` fails it."""

    may_load = threading.Event()
    loads: list[str] = []

    def __init__(self, folder):
        self.loads.append(folder.name)
        assert self.may_load.wait(5)
        if (folder / "bad").exists():
            raise BadVersion(f"{folder.name} is bad")
        self.folder = folder
        self.card = type("Card", (), {"languages": tuple((folder / "languages").read_text().split())})
        self.warm = 0

    def warm_up(self):
        self.warm += 1


@pytest.fixture
def ship(tmp_path, settings, monkeypatch):
    """Return a function that ships a version of a model."""
    settings.MODEL_DIRS = [tmp_path / "ml_models", tmp_path / "var"]
    monkeypatch.setattr(loading, "Identifier", Toy)
    monkeypatch.setattr(Toy, "loads", [])
    Toy.may_load.set()

    def ship(name="Ngram", version=OLD, languages="en fr", directory=0, bad=False):
        folder = settings.MODEL_DIRS[directory] / name / version
        folder.mkdir(parents=True)
        (folder / "languages").write_text(languages)
        if bad:
            (folder / "bad").touch()
        settings.MODEL_DIRS[0].mkdir(exist_ok=True)
        write_active(settings.MODEL_DIRS[0], name, version)
        return folder

    return ship


@pytest.fixture
def clock(monkeypatch):
    """Return a function that advances the registry's clock."""
    offsets, monotonic = [0.0], time.monotonic
    monkeypatch.setattr(loading.time, "monotonic", lambda: monotonic() + sum(offsets))
    return offsets.append


@pytest.fixture
def models(ship):
    return Registry()


@pytest.fixture
def reload(models, clock):
    """Return a function that refreshes the registry, as its thread does."""

    def reload():
        clock(loading.RETRY_SECONDS)
        models.refresh()
        return models.current()

    return reload
