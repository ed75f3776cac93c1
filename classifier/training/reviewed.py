"""Reviewed words as training data."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from classifier.languages import MULTIPLE, SPECIAL_LABELS
from classifier.ml.encoding import Encoder
from classifier.training.lexicon import TRAIN, Examples, Floats, Lexicon, merge, split_of
from classifier.words.reviewed import ReviewedRow, read_rows, write_rows

# As heavy as a word with a frequency of about 1e-5, which networks answer right. In trials of one pass 128 taught more
# and tripled the cost to validation words, see docs/learning.md.
WEIGHT = 32.0
_CODES = {"hr": "sr-Latn", "bs": "sr-Latn", "no": "nb"}  # of models, for languages that public word lists put together


@dataclass(frozen=True)
class Reviewed:
    """Reviewed words of an export."""

    rows: list[ReviewedRow]  # those that train or measure
    examples: Examples  # those that train, with frequency 0
    digest: str  # SHA-256 of the export
    exported: int  # rows of the export, also those of no use: texts, and words that people were not sure of

    @property
    def in_training(self) -> NDArray[np.bool_]:
        """The examples (words,) that the twin may learn, too: those of the training split."""
        return np.array([split_of(word) == TRAIN for word in self.examples.words], bool)

    @property
    def table(self) -> str:
        """The rows as a table, kept beside a version."""
        return write_rows(self.rows)

    def summary(self) -> dict[str, object]:
        """Return the entry `reviewed` of a card's data."""
        measuring = sum(row.measures for row in self.rows)
        return {"export": self.digest, "rows": self.exported, "trained": len(self.examples), "measuring": measuring}


def read_reviewed(content: bytes, languages: Sequence[str], encoder: Encoder) -> Reviewed:
    """Read an export of reviewed words; raise BadTable."""
    rows = read_rows(content.decode("utf-8-sig"))
    training = sorted(row for row in rows if row.trains)
    words = [row.word for row in training]
    examples = Examples(
        words,
        encoder.encode(words).astype(np.uint16),
        targets_of(training, languages),
        np.full(len(words), WEIGHT, np.float32),
        np.zeros(len(words), np.float32),
    )
    useful = [row for row in rows if row.trains or row.measures]
    return Reviewed(useful, examples, hashlib.sha256(content).hexdigest(), len(rows))


def targets_of(rows: Sequence[ReviewedRow], languages: Sequence[str]) -> Floats:
    """Return targets (rows, languages + 1), `und` last.

    A shared word belongs equally to its languages that the model knows. Words of none of them, of another language
    and no words are `und`.
    """
    targets = np.zeros((len(rows), len(languages) + 1), np.float32)
    for target, row in zip(targets, rows, strict=True):
        places = [languages.index(label) for label in languages_of(row) if label in languages] or [-1]
        target[places] = 1 / len(places)
    return targets


def languages_of(row: ReviewedRow) -> list[str]:
    """Return the languages of a reviewed word by the codes that models know them by; empty for no word."""
    labels = row.languages if row.label == MULTIPLE else () if row.label in SPECIAL_LABELS else (row.label,)
    return list(dict.fromkeys(_CODES.get(label, label) for label in labels))


def with_reviewed(lexicon: Lexicon, reviewed: Reviewed) -> Lexicon:
    """Return the lexicon with reviewed words in place of its own rows of them.

    The training words get those of their split; `complete` adds the others.
    """
    words = set(reviewed.examples.words)
    own, foreign = (
        {split: part.where(np.array([word not in words for word in part.words], bool)) for split, part in parts.items()}
        for parts in (lexicon.own, lexicon.foreign)
    )
    own[TRAIN] = merge([own[TRAIN], reviewed.examples.where(reviewed.in_training)])
    digest = hashlib.sha256(f"{lexicon.digest} {reviewed.table}".encode()).hexdigest()
    return replace(lexicon, own=own, foreign=foreign, digest=digest, reviewed=reviewed)
