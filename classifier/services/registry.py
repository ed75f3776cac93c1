"""Snapshot of the serving models, replaced when active.json changes."""

import logging
import math
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from classifier.ml.artifacts import ACTIVE_FILE, BadVersion, parse_active
from classifier.ml.identifier import Identifier

logger = logging.getLogger(__name__)

POLL_SECONDS = 1  # time between two reads of active.json
RETRY_SECONDS = 5  # time until a refused version is tried again, so that a repair is noticed

Load = Callable[[], Identifier | None]


class UnknownModel(ValueError):
    """No model has this name; the message lists the names."""


class ModelUnavailable(RuntimeError):
    """No sound version is on disk; the message gives advice."""


@dataclass(frozen=True)
class Serving:
    """Immutable snapshot of models, best first, loaded on first use."""

    models: Mapping[str, Load]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all models."""
        return tuple(self.models)

    @property
    def default(self) -> str:
        """The name of the best model; raises ModelUnavailable without models."""
        return self.resolve("")

    @cached_property
    def identifiers(self) -> dict[str, Identifier]:
        """The models that can answer, by name."""
        return {name: identifier for name, load in self.models.items() if (identifier := load()) is not None}

    @cached_property
    def unavailable(self) -> tuple[str, ...]:
        """The names of the models that cannot answer."""
        return tuple(name for name, load in self.models.items() if load() is None)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages of all models that can answer, best first."""
        codes = [code for identifier in self.identifiers.values() for code in identifier.card.languages]
        return tuple(dict.fromkeys(codes))

    def resolve(self, name: str) -> str:
        """Return a name's own spelling; empty: the best model's.

        Raises UnknownModel, and ModelUnavailable when there are no models at all.
        """
        if not self.models:
            raise ModelUnavailable(_advice(name or "Ngram"))
        spellings = {spelling.casefold(): spelling for spelling in self.models} | {"": next(iter(self.models))}
        if name.casefold() not in spellings:
            raise UnknownModel(f"There is no such model. Choose one of: {', '.join(self.models)}.")
        return spellings[name.casefold()]

    def get(self, name: str = "") -> Identifier:
        """Return a model, or the best; raise UnknownModel or ModelUnavailable."""
        name = self.resolve(name)
        identifier = self.models[name]()
        if identifier is None:
            raise ModelUnavailable(_advice(name))
        return identifier


def folders(name: str, version: str) -> list[Path]:
    """Return the possible folders of a version, the first preferred."""
    return [directory / name / version for directory in settings.MODEL_DIRS]


class _Version:
    """A model version, loaded and verified on first use."""

    def __init__(self, name: str, version: str) -> None:
        self.version = version
        self.tried = False
        self._name = name
        self._lock = threading.Lock()
        self._identifier: Identifier | None = None
        self._retry_at = math.inf

    @property
    def retry_due(self) -> bool:
        """Whether a refused version should be tried again."""
        return time.monotonic() >= self._retry_at

    def load(self) -> Identifier | None:
        """Return the identifier, or None without sound files."""
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
    """Snapshot of active.json's versions, rebuilt in a background thread."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Drop everything; the next `current` call builds anew."""
        self._lock = threading.Lock()  # held by the only thread that builds a snapshot
        self._serving: Serving | None = None
        self._next_poll = 0.0
        self._content: bytes | None = None  # of active.json, as of the last build
        self._names: dict[str, str] = {}
        self._active: dict[str, _Version] = {}  # listed in active.json
        self._serving_versions: dict[str, _Version] = {}  # the same, or older where that one is refused

    def current(self) -> Serving:
        """Return the snapshot; only the first call waits for it."""
        serving = self._serving
        if serving is None:
            return self._build_first()
        if time.monotonic() >= self._next_poll:
            self._poll()
        return serving

    def _build_first(self) -> Serving:
        with self._lock:
            if self._serving is None:
                self._next_poll = time.monotonic() + POLL_SECONDS
                self._serving = self._build(_read())
            return self._serving

    def _poll(self) -> None:
        self._next_poll = time.monotonic() + POLL_SECONDS
        changed = _read() != self._content or any(version.retry_due for version in self._active.values())
        if changed and self._lock.acquire(blocking=False):
            try:
                threading.Thread(target=self._rebuild, name="model loader").start()
            except RuntimeError:  # no more threads: the next poll tries again
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
        serving = {name: self._best(name, version) for name, version in active.items()}
        # Assigned last, so that a build that raised is repeated at the next poll.
        self._names, self._active, self._serving_versions, self._content = names, active, serving, content
        return Serving({name: version.load for name, version in serving.items()})

    def _version(self, name: str, version: str) -> _Version:
        for candidate in (self._active.get(name), self._serving_versions.get(name)):
            if candidate and candidate.version == version and not candidate.retry_due:
                return candidate
        return _Version(name, version)

    def _best(self, name: str, active: _Version) -> _Version:
        """Return the active version, or the last sound one."""
        previous = self._serving_versions.get(name)
        if previous is None or not previous.tried:
            return active  # not used by this process yet, so loaded on first use
        return active if active.load() or not previous.load() else previous


def _read() -> bytes:
    path: Path = settings.MODEL_DIRS[0] / ACTIVE_FILE
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _parse(content: bytes) -> dict[str, str]:
    """Return versions by name; log a missing or malformed list."""
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
os.register_at_fork(after_in_child=_registry.reset)


# Empty until the request asks for models; None outside of requests.
_held: ContextVar[list[Serving] | None] = ContextVar("held_models", default=None)


def current() -> Serving:
    """Return the serving models, the same throughout a request."""
    held = _held.get()
    if held is None:
        return _source()
    if not held:
        held.append(_source())
    return held[0]


@contextmanager
def hold() -> Iterator[None]:
    """Serve the same models throughout the block, also when others become active."""
    token = _held.set([])
    try:
        yield
    finally:
        _held.reset(token)


def hold_models(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Django middleware: answer each request from one snapshot of the models."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with hold():
            return get_response(request)

    return middleware


@contextmanager
def use(identifiers: Mapping[str, Identifier | None]) -> Iterator[Serving]:
    """Serve these identifiers within the block; None: no sound files."""
    global _source  # noqa: PLW0603 - one source for the process
    serving = Serving({name: _loader_of(identifier) for name, identifier in identifiers.items()})
    previous, _source = _source, lambda: serving
    try:
        yield serving
    finally:
        _source = previous


def _loader_of(identifier: Identifier | None) -> Load:
    return lambda: identifier
