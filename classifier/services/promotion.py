"""Active versions: activate, roll back, and the reviewed words that each learnt."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from classifier.ml.artifacts import (
    ACTIVE_FILE,
    GATE_FILE,
    REVIEWED_FILE,
    Card,
    read_active,
    verify,
    verify_all,
    version_folders,
)
from classifier.models import Activation, Feedback, ReviewedWord
from classifier.words.reviewed import MEASURE, TRAIN, Outcome, ReviewedRow, read_rows

_ROWS = 1000  # in one query


class MissingVersion(Exception):
    """Error: a version has no files; the message names it."""


class NothingToRollBack(Exception):
    """Error: no other version was active before."""


def active_version(name: str) -> str:
    """Return the version of a model that should serve, empty without one."""
    versions, _ = _replay(name)
    return versions[-1]


def version_before(name: str) -> str:
    """Return the version to which a rollback returns; raise NothingToRollBack."""
    versions, _ = _replay(name)
    if len(versions) < 2 or not versions[-2]:
        raise NothingToRollBack(f"No other version of {name} was active before {versions[-1] or 'it'}.")
    return versions[-2]


def rolled_back(name: str) -> str:
    """Return the version that the last activation took back, else an empty string."""
    return _replay(name)[1]


def _replay(name: str) -> tuple[list[str], str]:
    """Return the active version, last, after those that a rollback returns to, and the version just taken back.

    The first is active.json's. An activation of the version before is a rollback.
    """
    versions, taken_back = [read_active(settings.MODEL_DIRS[0]).get(name, "")], ""
    for version in Activation.objects.filter(name=name).order_by("id").values_list("version", flat=True):
        if len(versions) > 1 and versions[-2] == version:
            taken_back = versions.pop()
        elif version != versions[-1]:
            versions.append(version)
            taken_back = ""
    return versions, taken_back


def folder_of(name: str, version: str) -> Path:
    """Return the folder of a version; raise MissingVersion."""
    folder = version_folders(settings.MODEL_DIRS, name).get(version)
    if folder is None:
        raise MissingVersion(f"There is no version {version or 'in ' + ACTIVE_FILE} of {name} on disk")
    return folder


def base_folder(name: str) -> Path:
    """Return the version to fine-tune: that which the active one was fine-tuned from, else the active one.

    So reviewed words are always taught to a version trained from scratch: what they change does not add up over the
    months, and an undone decision leaves no trace. The shipped version replaces a missing one; raises MissingVersion.
    """
    folders = version_folders(settings.MODEL_DIRS, name)
    version = active_version(name)
    if version in folders:
        version = str(Card.read(folders[version]).training.get("base", version))
    shipped = read_active(settings.MODEL_DIRS[0]).get(name, "")
    return folder_of(name, version if version in folders else shipped)


@transaction.atomic
def activate(
    name: str, version: str, *, user: User | None = None, reason: str = "", overridden: bool = False
) -> Activation:
    """Make a version active in all processes, and mark the reviewed words that it learnt.

    Raises MissingVersion.
    """
    folder_of(name, version)
    activation = Activation.objects.create(
        name=name,
        version=version,
        previous=active_version(name),
        user=user,
        reason=reason[:500],
        overridden=overridden,
    )
    _mark_words(name, version)
    return activation


def roll_back(name: str, *, user: User | None = None, reason: str = "") -> Activation:
    """Make the version before the active one active again.

    Raises NothingToRollBack, and MissingVersion when its files are gone.
    """
    return activate(name, version_before(name), user=user, reason=reason)


def learnt(name: str, version: str) -> set[Outcome]:
    """Return the outcomes that a version was trained on; none without files."""
    try:
        text = (folder_of(name, version) / REVIEWED_FILE).read_text(encoding="utf-8")
    except (MissingVersion, FileNotFoundError):
        return set()
    return {row.outcome for row in read_rows(text) if row.trains}


def version_that_learnt(outcome: Outcome) -> str:
    """Return an active version that was trained on an outcome, else an empty string."""
    versions = Activation.objects.latest_by_name()
    return next((version for name, version in versions.items() if outcome in learnt(name, version)), "")


def comparison(name: str, version: str) -> dict[str, Any]:
    """Return what the gate wrote about a version, empty if it wrote nothing readable."""
    try:
        written = json.loads((folder_of(name, version) / GATE_FILE).read_text(encoding="utf-8"))
    except (MissingVersion, OSError, ValueError):
        return {}
    return written if isinstance(written, dict) else {}


def checks(written: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the checks of a written comparison, none if they are not readable."""
    found = written.get("checks")
    return found if isinstance(found, list) and all(isinstance(check, dict) for check in found) else []


def verify_files(name: str, version: str) -> None:
    """Compare the files of a version with its card; raise MissingVersion and BadVersion."""
    folder = folder_of(name, version)
    verify_all(folder)
    verify(folder, [file for file in Card.read(folder).sha256 if file == REVIEWED_FILE])


def _mark_words(name: str, version: str) -> None:
    """Set `trained_in` of words that this version is the first to know, clear it of words that it does not know."""
    known = learnt(name, version)
    of_model = set(Activation.objects.filter(name=name).values_list("version", flat=True))
    changed = []
    for word in ReviewedWord.objects.filter(Q(trained_in="") | Q(trained_in__in=of_model)).iterator(_ROWS):
        knows = (word.word_key, word.label, tuple(word.languages)) in known
        if knows != bool(word.trained_in):
            word.trained_in = version if knows else ""
            changed.append(word)
    ReviewedWord.objects.bulk_update(changed, ["trained_in"], batch_size=_ROWS)
    Feedback.objects.mark_unread([word.word_key for word in changed])


def reviewed_rows() -> list[ReviewedRow]:
    """Return the outcomes of all reviews, without people and comments."""
    return [
        ReviewedRow(word.word_key, word.label, tuple(word.languages), word.votes, MEASURE if word.measures else TRAIN)
        for word in ReviewedWord.objects.all().iterator(_ROWS)
    ]
