"""Knows which verified version of each model serves in this process; loads it on first use."""

import logging
import threading
import time
from pathlib import Path

from django.conf import settings

from classifier.ml.artifacts import BadVersion, read_active
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


def folders(name: str, version: str) -> list[Path]:
    """Return where the version's files are or would be."""
    return [directory / name / version for directory in settings.MODEL_DIRS]


def model_names() -> list[str]:
    """Return the names of the models that serve, best first."""
    return list(active_versions())


def default_model() -> str:
    """Return the best model's name; raise ModelUnavailable when there are no models at all."""
    return resolve_name("")


def resolve_name(name: str) -> str:
    """Return the proper spelling of a model's name in any case, the best model's for an empty one.

    Raises UnknownModel, and ModelUnavailable when there are no models at all.
    """
    return _resolve(name, active_versions())


def _resolve(name: str, versions: dict[str, str]) -> str:
    if not versions:
        raise ModelUnavailable(_advice(name or "Ngram"))
    spellings = {known.casefold(): known for known in versions} | {"": next(iter(versions))}
    if name.casefold() not in spellings:
        raise UnknownModel(f"There is no such model. Choose one of: {', '.join(versions)}.")
    return spellings[name.casefold()]


def get(name: str = "") -> Identifier:
    """Return the identifier that serves; raise UnknownModel or ModelUnavailable.

    When the active version is bad, the one that this process served before stays.
    """
    return _get(name, active_versions())


def _get(name: str, versions: dict[str, str]) -> Identifier:
    name = _resolve(name, versions)
    identifier = _load(name, versions[name]) or _serving.get(name)
    if identifier is None:
        raise ModelUnavailable(_advice(name))
    _serving[name] = identifier
    return identifier


def languages() -> tuple[str, ...]:
    """Return the languages that any available model knows, in the order of their first model."""
    known = [language for identifier in available()[0] for language in identifier.card.languages]
    return tuple(dict.fromkeys(known))


def available() -> tuple[list[Identifier], list[str]]:
    """Return the identifiers of the models that serve, best first, and the names of those that cannot."""
    serving, unavailable = [], []
    versions = active_versions()  # once: every page asks who is available, some of them twice
    for name in versions:
        try:
            serving.append(_get(name, versions))
        except ModelUnavailable:
            unavailable.append(name)
    return serving, unavailable


def _load(name: str, version: str) -> Identifier | None:
    with _lock:
        for folder in folders(name, version):
            if folder not in _loaded and folder.is_dir() and time.monotonic() >= _refused.get(folder, 0):
                _try(folder)
            if folder in _loaded:
                return _loaded[folder]
    return None


def _try(folder: Path) -> None:
    try:
        _loaded[folder] = Identifier(folder)
    except BadVersion:
        logger.exception("A model version is refused.")
        _refused[folder] = time.monotonic() + RETRY_SECONDS


def _advice(name: str) -> str:
    return (
        f"No sound version of the model {name} is on disk. "
        f"Restore the files in {settings.MODEL_DIRS[0].name}/ or run `manage.py train {name}`."
    )
