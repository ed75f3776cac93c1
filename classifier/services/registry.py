"""Snapshot of the serving models, replaced when other versions become active."""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.db import Error as DatabaseFailure
from django.db import close_old_connections, connections
from django.http import HttpRequest, HttpResponse

from classifier.ml.identifier import Identifier
from classifier.services.loading import Version, parse_list, read_activated, read_list

logger = logging.getLogger(__name__)

POLL_SECONDS = 1  # time between two looks at active.json and the table of activations

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
    def key(self) -> object:
        """A key of caches that stands for the snapshot, but does not keep its models."""
        return object()

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


class Registry:
    """Snapshot of the active versions, rebuilt by a background thread."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Drop everything; the next `current` call builds anew."""
        self._lock = threading.Lock()  # held by the only thread that builds a snapshot
        self._start_lock = threading.Lock()  # held by the only thread that starts the watcher
        self._watcher: threading.Thread | None = None
        self._serving: Serving | None = None
        self._content: bytes | None = None  # of active.json, as of the last build
        self._activated: dict[str, str] = {}  # versions by name, of the table of activations
        self._database_away = True  # until it was read once: a command may run without a database
        self._shipped: dict[str, str] = {}  # versions by name, of active.json
        self._active: dict[str, Version] = {}  # the activated, else the shipped ones
        self._serving_versions: dict[str, Version] = {}  # the same, or older where that one is refused

    def current(self) -> Serving:
        """Return the snapshot; only the first call waits for it."""
        return self._serving or self._refresh(first=True)

    def keep_watch(self) -> None:
        """Start the thread that refreshes the snapshot, unless it runs."""
        if self._watcher is not None and self._watcher.is_alive():
            return
        if self._start_lock.acquire(blocking=False):
            try:
                self._watcher = threading.Thread(target=self._watch, name="model watcher", daemon=True)
                self._watcher.start()
            except RuntimeError:  # no more threads: the next request tries again
                logger.exception("The active models are not watched now.")
            finally:
                self._start_lock.release()

    def _watch(self) -> None:
        while True:
            # Before the first refresh, too, so that one that raises is not repeated at once by a new thread.
            time.sleep(POLL_SECONDS)
            if self._watcher is not threading.current_thread():
                return
            self.refresh()
            close_old_connections()

    def refresh(self) -> None:
        """Rebuild the snapshot if other versions are active, or a refused one may be tried again."""
        self._refresh()

    def _refresh(self, *, first: bool = False) -> Serving:
        with self._lock:
            if self._serving is not None and first:
                return self._serving  # another thread was the first
            content, activated = read_list(), self._read_activated()
            changed = (content, activated) != (self._content, self._activated)
            if self._serving is None or changed or self._retry_due:
                self._serving = self._build(content, activated)
            return self._serving

    def _read_activated(self) -> dict[str, str]:
        """Return the activated versions; those of the last look, and one warning, while the database is away."""
        try:
            activated = read_activated()
        except DatabaseFailure as error:
            if not self._database_away:
                logger.warning("The active versions cannot be read, those that serve go on: %s", type(error).__name__)
            self._database_away = True
            return self._activated
        self._database_away = False
        return activated

    @property
    def _retry_due(self) -> bool:
        return any(version.retry_due for version in self._active.values())

    def _build(self, content: bytes, activated: dict[str, str]) -> Serving:
        changed = content != self._content
        shipped = (parse_list(content, known_only=bool(self._shipped)) if changed else {}) or self._shipped
        versions = {**shipped, **activated}
        active = {name: self._version(name, version, shipped.get(name, "")) for name, version in versions.items()}
        serving = {name: self._best(name, version) for name, version in active.items()}
        # Assigned last, so that a build that raised is repeated at the next poll.
        self._shipped, self._active, self._serving_versions = shipped, active, serving
        self._content, self._activated = content, activated
        return Serving({name: version.load for name, version in serving.items()})

    def _version(self, name: str, version: str, shipped: str) -> Version:
        for candidate in (self._active.get(name), self._serving_versions.get(name)):
            if candidate and (candidate.version, candidate.shipped) == (version, shipped) and not candidate.retry_due:
                return candidate
        return Version(name, version, shipped)

    def _best(self, name: str, active: Version) -> Version:
        """Return the active version, or the last sound one."""
        previous = self._serving_versions.get(name)
        if previous is None or not previous.tried:
            return active  # not used by this process yet, so loaded on first use
        return active if active.load_own() or not previous.load() else previous


def _advice(name: str) -> str:
    return (
        f"No sound version of the model {name} is on disk. "
        f"Restore the files in {settings.MODEL_DIRS[0].name}/ or run `manage.py train {name}`."
    )


_registry = Registry()


def _source() -> Serving:
    _registry.keep_watch()
    return _registry.current()


def load_all() -> None:
    """Load all models now, for a thread that ends after it."""
    _ = _source().identifiers
    connections.close_all()


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
