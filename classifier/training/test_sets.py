"""Labelled texts to measure models on, from folders and TSV files; random strings."""

import random
import string
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier.scores import KINDS


@dataclass(frozen=True)
class LabelledTexts:
    """Texts, and the language of each."""

    name: str
    texts: list[str]
    labels: list[str]


class NoTestWords(Exception):
    """There are no texts to measure on; the message names the path."""


def read_kind(folder: Path, languages: Sequence[str], kind: str = KINDS[0]) -> LabelledTexts:
    """Read one kind of text from a folder in lingua's layout: `<kind>/<language>.txt`, a text a line.

    Raises NoTestWords.
    """
    texts: list[str] = []
    labels: list[str] = []
    for language in languages:
        path = folder / kind / f"{language}.txt"
        found = [line.strip() for line in _lines(path) if line.strip()]
        texts += found
        labels += [language] * len(found)
    if not texts:
        raise NoTestWords(f"{folder / kind}: there are no texts in {', '.join(languages)}")
    return LabelledTexts(kind, texts, labels)


def kinds_in(folder: Path) -> list[str]:
    """Return the kinds of text in a folder in lingua's layout; raises NoTestWords if there are none."""
    kinds = [kind for kind in KINDS if (folder / kind).is_dir()]
    if not kinds:
        raise NoTestWords(f"{folder}: there is none of the folders {', '.join(KINDS)}")
    return kinds


def read_tsv(path: Path) -> LabelledTexts:
    """Read a file of lines `text<TAB>language`; raises NoTestWords."""
    rows = [(number, line.split("\t")) for number, line in enumerate(_lines(path), 1) if line.strip()]
    wrong = next((number for number, row in rows if len(row) != 2 or not all(map(str.strip, row))), None)
    if wrong or not rows:
        raise NoTestWords(f"{path}: line {wrong or 1} is not `text<TAB>language`")
    return LabelledTexts(path.stem, [row[0].strip() for _, row in rows], [row[1].strip() for _, row in rows])


def random_strings(count: int = 1000, seed: int = 1) -> list[str]:
    """Return strings of 3 to 12 random letters, which belong to no language."""
    draw = random.Random(seed)  # noqa: S311 - they are no secret
    return ["".join(draw.choices(string.ascii_lowercase, k=draw.randint(3, 12))) for _ in range(count)]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise NoTestWords(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise NoTestWords(f"{path}: is not UTF-8 ({error.reason})") from error
