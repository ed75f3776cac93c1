"""Active versions of the models, and their loading."""

import logging
import math
import threading
import time
from pathlib import Path

from django.conf import settings

from classifier.ml.artifacts import ACTIVE_FILE, BadVersion, parse_active
from classifier.ml.identifier import Identifier

logger = logging.getLogger(__name__)

RETRY_SECONDS = 5  # time until a refused version is tried again, so that a repair is noticed


def folders(name: str, version: str) -> list[Path]:
    """Return the possible folders of a version, the first preferred."""
    return [directory / name / version for directory in settings.MODEL_DIRS]


class Version:
    """A model version, loaded and verified on first use; an unsound one is replaced by the shipped one."""

    def __init__(self, name: str, version: str, shipped: str = "") -> None:
        self.version = version
        self.shipped = shipped
        self.tried = False
        self._fallback = Version(name, shipped) if shipped not in {"", version} else None
        self._name = name
        self._lock = threading.Lock()
        self._identifier: Identifier | None = None
        self._retry_at = math.inf

    @property
    def retry_due(self) -> bool:
        """Whether a refused version should be tried again."""
        return time.monotonic() >= self._retry_at

    def load(self) -> Identifier | None:
        """Return the identifier, else the shipped version's, or None without sound files."""
        return self.load_own() or (self._fallback.load_own() if self._fallback else None)

    def load_own(self) -> Identifier | None:
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
                    identifier = Identifier(folder)
                    identifier.warm_up()  # else a version that can answer no batch would look sound
                    return identifier
            except (BadVersion, OSError):
                logger.exception("A model version is refused.")
        logger.error("No sound files of %s %s are on disk.", self._name, self.version)
        return None


def read_list() -> bytes:
    """Return the content of `active.json`, empty when it cannot be read."""
    path: Path = settings.MODEL_DIRS[0] / ACTIVE_FILE
    try:
        return path.read_bytes()
    except OSError:
        return b""


def read_activated() -> dict[str, str]:
    """Return the activated versions by name; raise DatabaseFailure while the database cannot be read."""
    from classifier.models import Activation  # here, since this module is imported before Django's applications

    return Activation.objects.latest_by_name()


def parse_list(content: bytes, *, known_only: bool = False) -> dict[str, str]:
    """Return versions by name; log a missing or malformed list, and return none of it.

    With `known_only` a list that names a model without a folder is malformed, too.
    """
    try:
        versions = parse_active(content)
    except ValueError:
        versions = {}
    path = settings.MODEL_DIRS[0] / ACTIVE_FILE
    unknown = [name for name in versions if not any((folder / name).is_dir() for folder in settings.MODEL_DIRS)]
    if not versions:
        logger.error("%s lists no models: what served before goes on serving.", path)
    elif unknown and known_only:
        logger.error("%s lists unknown models: what served before goes on serving.", path)
        return {}
    return versions
