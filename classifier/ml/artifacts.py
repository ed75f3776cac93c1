"""Model versions on disk: folders, cards, digests and `active.json`."""

import hashlib
import json
import lzma
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path
from types import UnionType
from typing import Any, Self

from classifier.ml.encoding import Encoder
from classifier.ml.verdict import UNDETERMINED, Thresholds

CARD_FILE, LITERT_FILE, KERAS_FILE = "card.json", "model.tflite", "model.keras"
TWIN_FILE = "twin.tflite.xz"  # trained without the validation and held-out words, to measure on them; it never serves
REVIEWED_FILE = "reviewed.tsv"  # the reviewed words that a version was trained on or is to be measured on
GATE_FILE = "gate.json"  # the comparison with the version that was active
CALIBRATION_FILE = "calibration.npz"  # outputs of the twin for words that it never saw, see `conformal`
ACTIVE_FILE = "active.json"
ALL_LANGUAGES = "all"
MAX_LENGTH = 1000  # letters of an encoded word
FIELD_TYPES: dict[str, type | UnionType] = {
    **dict.fromkeys(("alphabet", "summary", "licence"), str),
    **dict.fromkeys(("sha256", "data", "training", "libraries", "scores"), dict),
    "tolerance": int | float,
}
VERSION_PATTERN = re.compile(r"\d{8}-[0-9a-f]{8}")


def wants_all_languages(languages: Sequence[str]) -> bool:
    """Return whether the languages asked for are `all` of a model."""
    return len(languages) == 1 and languages[0].casefold() == ALL_LANGUAGES


class BadVersion(Exception):
    """A version folder is unsound; the message gives the reason."""


class VersionConflict(Exception):
    """A different or damaged version has this name on disk."""


@dataclass(frozen=True)
class Card:
    """Description of one version of a model, kept in `card.json`."""

    name: str
    version: str
    labels: tuple[str, ...]  # output order; `und` is one of them
    alphabet: str
    length: int
    thresholds: Thresholds
    golden: Mapping[str, tuple[float, ...]]  # word: expected output, in the order of labels
    tolerance: float  # largest difference in a probability of a golden word, on another processor
    sha256: Mapping[str, str]  # file name: digest
    summary: str = ""  # one line for people who choose a model
    data: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    libraries: Mapping[str, str] = field(default_factory=dict)
    scores: Mapping[str, Any] = field(default_factory=dict)
    licence: str = ""
    default_languages: tuple[str, ...] = ()  # the candidates when nobody names any; empty: all

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Labels without `und`, in output order."""
        return tuple(label for label in self.labels if label != UNDETERMINED)

    def candidates(self, languages: Sequence[str] = ()) -> tuple[str, ...]:
        """Return the candidates for the languages asked for: these, all, or the default ones for none."""
        if not languages:
            return self.default_languages or self.languages
        return self.languages if wants_all_languages(languages) else tuple(dict.fromkeys(languages))

    @property
    def trained_words(self) -> int:
        """Words of its languages that the network which serves was trained on: all, where a twin was measured."""
        words = self.data.get("words")
        if not isinstance(words, dict) or not all(isinstance(count, int) for count in words.values()):
            return 0
        return sum(words.values()) if TWIN_FILE in self.sha256 else words.get("train", 0)

    @cached_property
    def encoder(self) -> Encoder:
        """Encoder of this version."""
        return Encoder(self.alphabet, self.length)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read and check the card in `folder`.

        Raises BadVersion for a card that is unreadable, inconsistent or of another version.
        """
        try:
            raw = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
            card = cls(
                **{
                    **raw,
                    "labels": tuple(raw["labels"]),
                    "thresholds": Thresholds(**raw["thresholds"]),
                    "golden": {word: tuple(row) for word, row in raw["golden"].items()},
                    "default_languages": tuple(raw.get("default_languages", ())),
                }
            )
            _check_types(card)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise BadVersion(f"{folder}: no readable {CARD_FILE} ({type(error).__name__}: {error})") from error
        if card.name != folder.parent.name or card.version != folder.name:
            raise BadVersion(f"{folder}: the card belongs to {card.name} {card.version}")
        if UNDETERMINED not in card.labels or len(set(card.labels)) != len(card.labels) or not card.languages:
            raise BadVersion(f"{folder}: labels must be distinct languages and {UNDETERMINED!r}")
        if len(set(card.default_languages) & set(card.languages)) != len(card.default_languages):
            raise BadVersion(f"{folder}: the default languages must be distinct languages of the model")
        if not card.golden or any(len(row) != len(card.labels) for row in card.golden.values()):
            raise BadVersion(f"{folder}: golden words are missing or do not fit the labels")
        return card

    def write(self, folder: Path) -> None:
        """Write the card into `folder`, indented for readable diffs."""
        _replace(folder / CARD_FILE, json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n")


def _check_types(card: Card) -> None:
    """Raise TypeError with the names of invalid fields.

    Only for types that would make an identifier or a page fail.
    """
    wrong = [name for name, types in FIELD_TYPES.items() if not isinstance(getattr(card, name), types)]
    numbers = {"thresholds": astuple(card.thresholds), "golden": chain.from_iterable(card.golden.values())}
    wrong += [name for name, values in numbers.items() if not all(isinstance(value, int | float) for value in values)]
    for name in ("labels", "default_languages"):
        if not all(isinstance(label, str) for label in getattr(card, name)):
            wrong.append(name)
    if type(card.length) is not int or not 0 < card.length <= MAX_LENGTH:
        wrong.append("length")
    if wrong:
        raise TypeError(f"wrong values of {', '.join(wrong)}")


def digest(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal.

    Raises BadVersion when the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadVersion(f"{path}: cannot be read ({error.strerror})") from error


def verify(folder: Path, files: Iterable[str] = (LITERT_FILE,)) -> Card:
    """Compare `files` with their digests and return the card.

    Raises BadVersion for an unsound card and for a file that is missing or differs.
    """
    card = Card.read(folder)
    for name in files:
        _check_digest(folder / name, digest(folder / name), card)
    return card


def read_verified(folder: Path, name: str = LITERT_FILE) -> tuple[Card, bytes]:
    """Return the card and the bytes of a model, unpacked, once its file matches the card's digest.

    Raises BadVersion for an unsound card and for a file that is missing or differs.
    """
    card = Card.read(folder)
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise BadVersion(f"{folder / name}: cannot be read ({error.strerror})") from error
    _check_digest(folder / name, hashlib.sha256(content).hexdigest(), card)
    return card, unpack(name, content)


def unpack(name: str, content: bytes) -> bytes:
    """Return the content of a LiteRT file, which is packed if its name says so."""
    return lzma.decompress(content) if name.endswith(".xz") else content


def _check_digest(path: Path, found: str, card: Card) -> None:
    if found != card.sha256.get(path.name):
        raise BadVersion(f"{path}: the digest differs from the card's; restore the file")


def verify_all(folder: Path) -> None:
    """Verify the model in `folder` and those other files of its card that are there.

    Raises BadVersion.
    """
    others = [name for name in Card.read(folder).sha256 if name != LITERT_FILE and (folder / name).is_file()]
    verify(folder, [LITERT_FILE, *others])


def add_version(source: Path, card: Card, folder: Path) -> None:
    """Move a finished version from `source` to `folder`.

    An identical version in `folder` stays as it is: files that exist are never changed, since a
    server may read them. Raises VersionConflict when they are damaged or give other answers.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        source.rename(folder)
    except OSError:
        if not folder.exists():
            raise
        _check_same(card, folder)


def _check_same(card: Card, folder: Path) -> None:
    try:
        old = verify(folder)
    except BadVersion as error:
        raise VersionConflict(f"{folder} exists and is damaged, restore or remove it: {error}") from error
    fields = ("labels", "alphabet", "length", "thresholds")
    other = [name for name in fields if getattr(old, name) != getattr(card, name)]
    if old.sha256[LITERT_FILE] != card.sha256[LITERT_FILE]:
        other.append(LITERT_FILE)
    if other:
        raise VersionConflict(f"{folder} exists with other {', '.join(other)}; remove it to replace it.")


def version_folders(directories: Iterable[Path], name: str) -> dict[str, Path]:
    """Return all version folders of a model, oldest version first."""
    folders = [
        folder
        for directory in directories
        for folder in (directory / name).glob("*")
        if VERSION_PATTERN.fullmatch(folder.name) and (folder / CARD_FILE).is_file()
    ]
    return {folder.name: folder for folder in sorted(folders, key=lambda folder: folder.name)}


def read_active(directory: Path) -> dict[str, str]:
    """Return versions by name from `active.json`, best model first.

    Empty when the file cannot be read.
    """
    try:
        return parse_active((directory / ACTIVE_FILE).read_bytes())
    except (OSError, ValueError):
        return {}


def parse_active(content: bytes) -> dict[str, str]:
    """Parse the content of `active.json`: versions by name.

    Raises ValueError for malformed content.
    """
    try:
        active = json.loads(content)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(active, dict):
        raise ValueError(f"{ACTIVE_FILE} must hold an object, not a {type(active).__name__}")  # noqa: TRY004 - as for bad JSON
    return {str(name): str(version) for name, version in active.items()}


def write_active(directory: Path, name: str, version: str) -> None:
    """Make `version` the active one of a shipped model."""
    active = {**read_active(directory), name: version}
    _replace(directory / ACTIVE_FILE, json.dumps(active, indent=1) + "\n")


def _replace(path: Path, text: str) -> None:
    # In one step, since servers read the file at any time.
    new = path.with_name(f"{path.name}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)
