"""Switch versions by hand, as far as the gate has written that they pass.

Nothing is measured here: `manage.py promote` runs the gate and writes its comparison beside the version.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from classifier.ml.artifacts import verify
from classifier.models import Activation
from classifier.services import promotion, versions
from classifier.services.locks import lock


class Gate(StrEnum):
    """The gate's judgement of a version."""

    PASSED = "passed"
    REFUSED = "refused"
    OUTDATED = "outdated"  # it passed, compared with another version than the active one
    NONE = "none"


class SwitchedMeanwhile(Exception):
    """Error: another version is active than the one that was shown."""


class NotPassed(Exception):
    """Error: no written comparison with the active version says that this one passes."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A version on disk, with the gate's judgement."""

    version: versions.Version
    active: bool  # it should serve
    gate: Gate
    compared_with: str
    created: str  # when it was compared

    @property
    def may_be_promoted(self) -> bool:
        """Whether it can become active without running the gate."""
        return not self.active and self.gate == Gate.PASSED and self.version.card is not None


@dataclass(frozen=True, slots=True)
class Choice:
    """A model, its versions, and that to which it can return."""

    name: str
    active: str
    before: str  # empty: there is none
    candidates: list[Candidate]  # newest first


def choice(name: str) -> Choice:
    """Return the versions of a model, by name in any case; raise UnknownModel."""
    model = versions.model(name)
    active = promotion.active_version(model.name)
    candidates = [_candidate(model.name, version, active) for version in model.versions]
    return Choice(model.name, active, _before(model.name), candidates)


def _candidate(name: str, version: versions.Version, active: str) -> Candidate:
    written = promotion.comparison(name, version.name)
    compared, created = (str(written.get(field, "")) for field in ("active", "created"))
    return Candidate(version, version.name == active, judge(written, version.name, active), compared, created)


def judge(written: dict[str, Any], version: str, active: str) -> Gate:
    """Return whether a written comparison lets a version replace the active one."""
    checks = promotion.checks(written)
    if not checks or written.get("candidate") != version:
        return Gate.NONE
    if written.get("refusals") != [] or any(check.get("reason") for check in checks):
        return Gate.REFUSED
    return Gate.PASSED if written.get("active") == active else Gate.OUTDATED


def _before(name: str) -> str:
    try:
        return promotion.version_before(name)
    except promotion.NothingToRollBack:
        return ""


def promote(name: str, version: str, *, seen: str, user: User, reason: str = "") -> Activation:
    """Make a version active that the gate has let pass; `seen` is the active one that the user saw.

    Raises SwitchedMeanwhile, NotPassed, MissingVersion, and BadVersion for damaged files.
    """
    promotion.verify_files(name, version)
    with transaction.atomic():
        _lock_active(name, seen)
        if judge(promotion.comparison(name, version), version, seen) != Gate.PASSED:
            raise NotPassed
        return promotion.activate(name, version, user=user, reason=reason)


def roll_back(name: str, *, seen: str, user: User, reason: str = "") -> Activation:
    """Make the version before the active one active again; `seen` is the active one that the user saw.

    Raises SwitchedMeanwhile, NothingToRollBack, MissingVersion, and BadVersion for damaged files.
    """
    verify(promotion.folder_of(name, promotion.version_before(name)))
    with transaction.atomic():
        _lock_active(name, seen)
        return promotion.roll_back(name, user=user, reason=reason)


def _lock_active(name: str, seen: str) -> None:
    lock(f"model {name}")
    if promotion.active_version(name) != seen:
        raise SwitchedMeanwhile
