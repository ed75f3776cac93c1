"""Labelled texts to measure models on, and random strings."""

import random
import string
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path

import numpy as np

from classifier.scores import KINDS, SHORT_TEXTS


@dataclass(frozen=True)
class LabelledTexts:
    """Texts and their languages."""

    name: str
    texts: list[str]
    labels: list[str]
    frequencies: Sequence[float] = ()  # of each text, a word, as a share of all words; empty: unknown

    def where(self, mask: Sequence[bool]) -> "LabelledTexts":
        """Return the texts selected by `mask` (texts,)."""
        frequencies = list(compress(self.frequencies, mask))
        return LabelledTexts(
            self.name, list(compress(self.texts, mask)), list(compress(self.labels, mask)), frequencies
        )


class BadTestSet(Exception):
    """A test set is missing or malformed."""


def read_test_set(folder: Path, languages: Sequence[str], kind: str = KINDS[0]) -> LabelledTexts:
    """Read one kind of text from lingua's layout.

    Files `<kind>/<language>.txt` hold a text a line. Raises BadTestSet for a file that cannot
    be read and when all files are empty.
    """
    texts: list[str] = []
    labels: list[str] = []
    for language in languages:
        lines = [line.strip() for line in _lines(folder / kind / f"{language}.txt") if line.strip()]
        texts += lines
        labels += [language] * len(lines)
    if not texts:
        raise BadTestSet(f"{folder / kind}: there are no texts in {', '.join(languages)}")
    return LabelledTexts(kind, texts, labels)


def list_kinds(folder: Path) -> list[str]:
    """Return the kinds of text in lingua's layout.

    Raises BadTestSet for a folder without any.
    """
    kinds = [kind for kind in KINDS if (folder / kind).is_dir()]
    if not kinds:
        raise BadTestSet(f"{folder}: there is none of the folders {', '.join(KINDS)}")
    return kinds


def read_tsv(path: Path) -> LabelledTexts:
    """Read a file of lines `text<TAB>language`.

    Raises BadTestSet for an empty file and for other lines.
    """
    rows = [(number, line.split("\t")) for number, line in enumerate(_lines(path), 1) if line.strip()]
    wrong = next((number for number, row in rows if len(row) != 2 or not all(map(str.strip, row))), None)
    if wrong or not rows:
        raise BadTestSet(f"{path}: line {wrong or 1} is not `text<TAB>language`")
    return LabelledTexts(path.stem, [row[0].strip() for _, row in rows], [row[1].strip() for _, row in rows])


def short_texts(words: LabelledTexts, count: int = 500, seed: int = 1) -> LabelledTexts:
    """Return `count` texts a language of two to five different words, drawn by their frequency."""
    draw = np.random.default_rng(seed)
    texts: list[str] = []
    labels: list[str] = []
    for language in dict.fromkeys(words.labels):
        own = words.where([label == language for label in words.labels])
        shares = np.array(own.frequencies, float) / np.sum(own.frequencies, dtype=float)
        sizes = np.minimum(draw.integers(2, 6, count), len(own.texts))
        texts += [" ".join(draw.choice(own.texts, size, replace=False, p=shares)) for size in sizes]
        labels += [language] * count
    return LabelledTexts(SHORT_TEXTS, texts, labels)


def random_strings(count: int = 1000, seed: int = 1) -> list[str]:
    """Return strings of 3 to 12 random letters."""
    draw = random.Random(seed)  # noqa: S311 - they are no secret
    return ["".join(draw.choices(string.ascii_lowercase, k=draw.randint(3, 12))) for _ in range(count)]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise BadTestSet(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise BadTestSet(f"{path}: is not UTF-8 ({error.reason})") from error
