"""Knows how versions of models lie on disk: their folders, cards, digests, and which one serves."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from classifier.ml.encoding import Encoder
from classifier.ml.verdict import Thresholds

CARD, SERVED, TRAINED = "card.json", "model.tflite", "model.keras"
ACTIVE = "active.json"
UNDETERMINED = "und"
VERSION_PATTERN = re.compile(r"\d{8}-[0-9a-f]{8}")


class BadVersion(Exception):
    """A version folder that must not be served; the message says what is wrong with it."""


@dataclass(frozen=True)
class Card:
    """What is known about one version of a model; `card.json` holds these fields."""

    name: str
    version: str
    labels: tuple[str, ...]  # output order; `und` is one of them
    alphabet: str
    length: int
    thresholds: Thresholds
    golden: Mapping[str, tuple[float, ...]]  # word: the expected output, in the order of labels
    tolerance: float  # largest difference in a probability between Keras and LiteRT
    sha256: Mapping[str, str]  # file name: digest
    summary: str = ""  # one line for people who choose a model
    data: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    libraries: Mapping[str, str] = field(default_factory=dict)
    scores: Mapping[str, Any] = field(default_factory=dict)
    licence: str = ""

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The labels that are languages, in output order."""
        return tuple(label for label in self.labels if label != UNDETERMINED)

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder that this version was trained with."""
        return Encoder(self.alphabet, self.length)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read and check the card in `folder`; raise BadVersion when there is no sound one."""
        try:
            raw = json.loads((folder / CARD).read_text(encoding="utf-8"))
            card = cls(
                **{
                    **raw,
                    "labels": tuple(raw["labels"]),
                    "thresholds": Thresholds(**raw["thresholds"]),
                    "golden": {word: tuple(row) for word, row in raw["golden"].items()},
                }
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadVersion(f"{folder}: no readable {CARD} ({type(error).__name__}: {error})") from error
        if card.name != folder.parent.name or card.version != folder.name:
            raise BadVersion(f"{folder}: the card belongs to {card.name} {card.version}")
        if UNDETERMINED not in card.labels or len(set(card.labels)) != len(card.labels) or not card.languages:
            raise BadVersion(f"{folder}: labels must be distinct languages and {UNDETERMINED!r}")
        if not card.golden or any(len(row) != len(card.labels) for row in card.golden.values()):
            raise BadVersion(f"{folder}: golden words are missing or do not fit the labels")
        return card

    def write(self, folder: Path) -> None:
        """Write the card into `folder`, one field a line where people read it."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        (folder / CARD).write_text(text + "\n", encoding="utf-8")


def digest(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal; raise BadVersion when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadVersion(f"{path}: cannot be read ({error.strerror})") from error


def verify(folder: Path, files: Iterable[str] = (SERVED,)) -> Card:
    """Return the card of the version in `folder` after comparing its files with their digests."""
    card = Card.read(folder)
    for name in files:
        if digest(folder / name) != card.sha256.get(name):
            raise BadVersion(f"{folder / name}: the digest differs from the card's; restore the file")
    return card


def version_folders(directories: Iterable[Path], name: str) -> dict[str, Path]:
    """Return the folders of all versions of the model `name` by version, oldest first."""
    folders = [
        folder
        for directory in directories
        for folder in (directory / name).glob("*")
        if VERSION_PATTERN.fullmatch(folder.name) and (folder / CARD).is_file()
    ]
    return {folder.name: folder for folder in sorted(folders, key=lambda folder: folder.name)}


def read_active(directory: Path) -> dict[str, str]:
    """Return versions by name from `active.json`, best model first; none when it cannot be read."""
    try:
        return parse_active((directory / ACTIVE).read_bytes())
    except (OSError, ValueError):
        return {}


def parse_active(content: bytes) -> dict[str, str]:
    """Return versions by name from the content of `active.json`; raise ValueError when it is malformed."""
    try:
        active = json.loads(content)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(active, dict):
        raise ValueError(f"{ACTIVE} must hold an object, not a {type(active).__name__}")  # noqa: TRY004 - as for bad JSON
    return {str(name): str(version) for name, version in active.items()}


def write_active(directory: Path, name: str, version: str) -> None:
    """Let `version` of the model `name` be the shipped one; who reads meanwhile sees the old or the new."""
    active = {**read_active(directory), name: version}
    new = directory / f"{ACTIVE}.new"
    new.write_text(json.dumps(active, indent=1) + "\n", encoding="utf-8")
    new.replace(directory / ACTIVE)
