"""Knows which verified version of each model serves in this process; loads it on first use."""

import logging
import threading
import time
from pathlib import Path

from django.conf import settings

from classifier.ml.artifacts import BadVersion, read_active, version_folders
from classifier.ml.identifier import Identifier

logger = logging.getLogger(__name__)

RETRY_SECONDS = 5  # a refused version is looked at again after this time, so that a repair is noticed

_lock = threading.Lock()
_loaded: dict[Path, Identifier] = {}
_refused: dict[Path, float] = {}
_serving: dict[str, Identifier] = {}


class UnknownModel(ValueError):
    """No model has this name; the message says which names there are."""


class ModelUnavailable(RuntimeError):
    """No sound version of a model is on disk; the message says what to do."""


def active_versions() -> dict[str, str]:
    """Return the version to serve of each model, best model first."""
    return read_active(settings.MODEL_DIRS[0])


def model_names() -> list[str]:
    """Return the names of the models that serve, best first."""
    return list(active_versions())


def default_model() -> str:
    """Return the best model's name; raise ModelUnavailable when there are no models at all."""
    names = model_names()
    if not names:
        raise ModelUnavailable(_advice("Ngram"))
    return names[0]


def resolve_name(name: str) -> str:
    """Return the proper spelling of a model's name in any case, the default model's for an empty one."""
    if not name:
        return default_model()
    names = model_names()
    for known in names:
        if known.casefold() == name.casefold():
            return known
    raise UnknownModel(f"There is no such model. Choose one of: {', '.join(names)}.")


def get(name: str = "") -> Identifier:
    """Return the identifier that serves; raise UnknownModel or ModelUnavailable.

    When the active version is bad, the one that this process served before stays.
    """
    name = resolve_name(name)
    identifier = _load(name, active_versions()[name]) or _serving.get(name)
    if identifier is None:
        raise ModelUnavailable(_advice(name))
    _serving[name] = identifier
    return identifier


def languages() -> tuple[str, ...]:
    """Return the languages that any available model knows, in the order of their first model."""
    known: dict[str, None] = {}
    for name in model_names():
        try:
            known |= dict.fromkeys(get(name).card.languages)
        except ModelUnavailable:
            continue
    return tuple(known)


def _load(name: str, version: str) -> Identifier | None:
    folder = version_folders(settings.MODEL_DIRS, name).get(version)
    if folder is None:
        return None
    with _lock:
        if folder not in _loaded and time.monotonic() >= _refused.get(folder, 0):
            try:
                _loaded[folder] = Identifier(folder)
            except BadVersion as error:
                logger.error("A model version is refused: %s", error)
                _refused[folder] = time.monotonic() + RETRY_SECONDS
        return _loaded.get(folder)


def _advice(name: str) -> str:
    return (
        f"No sound version of the model {name} is on disk. "
        f"Restore the files in {settings.MODEL_DIRS[0].name}/ or run `manage.py train {name}`."
    )
