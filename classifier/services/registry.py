"""The models that serve in this process: one immutable snapshot, replaced when active.json changes."""

import logging
import math
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from classifier.ml.artifacts import ACTIVE_FILE, BadVersion, parse_active
from classifier.ml.identifier import Identifier

logger = logging.getLogger(__name__)

LOOK_SECONDS = 1  # time between two looks at active.json
RETRY_SECONDS = 5  # time until a refused version is loaded again, so that a repair is noticed

Load = Callable[[], Identifier | None]


class UnknownModel(ValueError):
    """No model has this name; the message lists the names."""


class ModelUnavailable(RuntimeError):
    """No sound version of a model is on disk; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Serving:
    """The models that serve at one moment, best first; each is loaded on its first use."""

    models: Mapping[str, Load]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all models."""
        return tuple(self.models)

    @property
    def default(self) -> str:
        """The name of the best model; raises ModelUnavailable when there are no models at all."""
        return self.resolve("")

    @property
    def identifiers(self) -> dict[str, Identifier]:
        """The models that can answer, by name."""
        return {name: identifier for name, load in self.models.items() if (identifier := load()) is not None}

    @property
    def unavailable(self) -> tuple[str, ...]:
        """The names of the models that cannot answer."""
        return tuple(name for name, load in self.models.items() if load() is None)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of all models that can answer, in the order of their first model."""
        known = [code for identifier in self.identifiers.values() for code in identifier.card.languages]
        return tuple(dict.fromkeys(known))

    def resolve(self, name: str) -> str:
        """Return the proper spelling of a name in any case, the best model's for an empty one.

        Raises UnknownModel, and ModelUnavailable when there are no models at all.
        """
        if not self.models:
            raise ModelUnavailable(_advice(name or "Ngram"))
        spellings = {known.casefold(): known for known in self.models} | {"": next(iter(self.models))}
        if name.casefold() not in spellings:
            raise UnknownModel(f"There is no such model. Choose one of: {', '.join(self.models)}.")
        return spellings[name.casefold()]

    def get(self, name: str = "") -> Identifier:
        """Return the model of this name, or the best one; raise UnknownModel or ModelUnavailable."""
        name = self.resolve(name)
        identifier = self.models[name]()
        if identifier is None:
            raise ModelUnavailable(_advice(name))
        return identifier


def folders(name: str, version: str) -> list[Path]:
    """Return where the version's files are or would be."""
    return [directory / name / version for directory in settings.MODEL_DIRS]


class _Version:
    """One version of a model, loaded and verified on its first use; the outcome is final."""

    def __init__(self, name: str, version: str) -> None:
        self.version = version
        self.tried = False
        self._name = name
        self._lock = threading.Lock()
        self._identifier: Identifier | None = None
        self._retry_at = math.inf

    @property
    def due(self) -> bool:
        """Whether the version was refused and is to be loaded again."""
        return time.monotonic() >= self._retry_at

    def load(self) -> Identifier | None:
        """Return the identifier, or None when no folder holds sound files."""
        if not self.tried:
            with self._lock:
                if not self.tried:
                    self._identifier = self._first_sound()
                    self._retry_at = math.inf if self._identifier else time.monotonic() + RETRY_SECONDS
                    self.tried = True
        return self._identifier

    def _first_sound(self) -> Identifier | None:
        for folder in folders(self._name, self.version):
            try:
                if folder.is_dir():
                    return Identifier(folder)
            except (BadVersion, OSError):
                logger.exception("A model version is refused.")
        logger.error("No sound files of %s %s are on disk.", self._name, self.version)
        return None


class Registry:
    """The snapshot of the versions in active.json, rebuilt by a background thread when they change."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Drop everything, so that the next call of `current` loads anew."""
        self._lock = threading.Lock()  # held by the only thread that builds a snapshot
        self._serving: Serving | None = None
        self._next_look = 0.0
        self._content: bytes | None = None  # of active.json, as used last
        self._names: dict[str, str] = {}
        self._active: dict[str, _Version] = {}  # as active.json names them
        self._served: dict[str, _Version] = {}  # the same, or older where that one is refused

    def current(self) -> Serving:
        """Return the snapshot; only the first call waits for it."""
        serving = self._serving
        if serving is None:
            return self._first()
        if time.monotonic() >= self._next_look:
            self._look()
        return serving

    def _first(self) -> Serving:
        with self._lock:
            if self._serving is None:
                self._next_look = time.monotonic() + LOOK_SECONDS
                self._serving = self._build(_read())
            return self._serving

    def _look(self) -> None:
        self._next_look = time.monotonic() + LOOK_SECONDS
        changed = _read() != self._content or any(version.due for version in self._active.values())
        if changed and self._lock.acquire(blocking=False):
            try:
                threading.Thread(target=self._rebuild, name="model loader").start()
            except RuntimeError:  # no more threads: the next look tries again
                self._lock.release()
                logger.exception("The active models cannot be loaded now.")

    def _rebuild(self) -> None:
        try:
            self._serving = self._build(_read())
        finally:
            self._lock.release()

    def _build(self, content: bytes) -> Serving:
        names = (_parse(content) if content != self._content else {}) or self._names
        active = {name: self._version(name, version) for name, version in names.items()}
        served = {name: self._best(name, version) for name, version in active.items()}
        # Assigned last, so that a build that raised is begun again at the next look.
        self._names, self._active, self._served, self._content = names, active, served, content
        return Serving({name: version.load for name, version in served.items()})

    def _version(self, name: str, version: str) -> _Version:
        for known in (self._active.get(name), self._served.get(name)):
            if known and known.version == version and not known.due:
                return known
        return _Version(name, version)

    def _best(self, name: str, active: _Version) -> _Version:
        """Return the active version, or the one served before if only that one is sound."""
        before = self._served.get(name)
        if before is None or not before.tried:
            return active  # not used in this process yet, so loaded on its first use
        return active if active.load() or not before.load() else before


def _read() -> bytes:
    """Return the content of active.json, empty when it cannot be read."""
    path: Path = settings.MODEL_DIRS[0] / ACTIVE_FILE
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _parse(content: bytes) -> dict[str, str]:
    """Return versions by name; log a list that is missing, empty or malformed and return none."""
    try:
        versions = parse_active(content)
    except ValueError:
        versions = {}
    if not versions:
        logger.error("%s lists no models: what served before goes on serving.", settings.MODEL_DIRS[0] / ACTIVE_FILE)
    return versions


def _advice(name: str) -> str:
    return (
        f"No sound version of the model {name} is on disk. "
        f"Restore the files in {settings.MODEL_DIRS[0].name}/ or run `manage.py train {name}`."
    )


_registry = Registry()
_source = _registry.current
# A forked child has none of its parent's threads, but the locks that they held.
os.register_at_fork(after_in_child=_registry.forget)


def current() -> Serving:
    """Return the models that serve now; take it once a request and pass it on."""
    return _source()


@contextmanager
def use(identifiers: Mapping[str, Identifier | None]) -> Iterator[Serving]:
    """Serve these identifiers by name, best first, within the block; None is a model without sound files."""
    global _source  # noqa: PLW0603 - one source for the process
    serving = Serving({name: _loaded(identifier) for name, identifier in identifiers.items()})
    before, _source = _source, lambda: serving
    try:
        yield serving
    finally:
        _source = before


def _loaded(identifier: Identifier | None) -> Load:
    return lambda: identifier
