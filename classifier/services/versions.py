"""Models and versions on disk, and scores of other programs."""

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from classifier.charts import Score
from classifier.ml.artifacts import LITERT_FILE, BadVersion, Card, version_folders
from classifier.scores import program_scores
from classifier.services import loading, registry

COMPARISON = settings.BASE_DIR / "docs" / "accuracy.json"  # `manage.py benchmark_accuracy` writes it


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a model on disk."""

    name: str
    serves: bool
    shipped: bool  # with the program; else trained on this machine
    card: Card | None  # None: unreadable

    @property
    def day(self) -> date:
        """The day of its training, from its name."""
        return datetime.strptime(self.name[:8], "%Y%m%d").date()  # noqa: DTZ007 - a day has no time zone


@dataclass(frozen=True, slots=True)
class Model:
    """A model, with the card of its serving version."""

    name: str
    card: Card | None = None
    best: bool = False
    versions: list[Version] = field(default_factory=list)  # newest first

    @property
    def megabytes(self) -> float | None:
        """The size of the serving file; None without one."""
        if self.card is None:
            return None
        files = [folder / LITERT_FILE for folder in loading.folders(self.name, self.card.version)]
        return next((file.stat().st_size / 1e6 for file in files if file.is_file()), None)


def models() -> list[Model]:
    """Return all models, best first, without their versions."""
    serving = registry.current()
    return [_model(serving, name) for name in serving.names]


def model(name: str) -> Model:
    """Return a model with its versions, by name in any case.

    Raises UnknownModel, and ModelUnavailable when there are no models at all.
    """
    serving = registry.current()
    summary = _model(serving, serving.resolve(name))
    return Model(summary.name, summary.card, summary.best, _versions(summary))


def _model(serving: registry.Serving, name: str) -> Model:
    try:
        card = serving.get(name).card
    except registry.ModelUnavailable:
        return Model(name)
    return Model(name, card, name == serving.default)


def _versions(model: Model) -> list[Version]:
    folders = version_folders(settings.MODEL_DIRS, model.name)
    serving = model.card.version if model.card else ""
    return [
        Version(version, version == serving, folder.parent.parent == settings.MODEL_DIRS[0], _card(folder))
        for version, folder in reversed(folders.items())
    ]


def _card(folder: Path) -> Card | None:
    try:
        return Card.read(folder)
    except BadVersion:
        return None


@lru_cache(maxsize=1)
def read_program_scores(path: Path = COMPARISON) -> dict[str, list[Score]]:
    """Return accuracies of models and other programs, by text kind.

    Empty without a readable file.
    """
    try:
        return program_scores(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}
