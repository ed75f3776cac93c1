"""Lost words, and verdicts on everyday words."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.accuracy import Results, unpack
from benchmarks.systems import clean, own_codes
from classifier.ml.answers import Answer
from classifier.ml.identifier import Identifier
from classifier.ml.metrics import rounded
from classifier.ml.verdict import SINGLE
from classifier.training.test_sets import LabelledTexts

MOST_LOST = 40  # words of a set


def answers(identifier: Identifier, texts: Sequence[str], languages: Sequence[str]) -> list[Answer | None]:
    """Return a model's answers to cleaned texts; None: refused."""
    codes = [code for language in languages for code in own_codes(language, identifier.card.languages)]
    cleaned = clean(texts)
    given = iter(identifier.identify([text for text in cleaned if text], codes))
    return [next(given) if text else None for text in cleaned]


def single_and_right(identifier: Identifier, test: LabelledTexts, languages: Sequence[str]) -> float:
    """Return the share of `single` and right answers."""
    given = answers(identifier, test.texts, languages)
    right = [
        one is not None and one.language in own_codes(label, identifier.card.languages)
        for one, label in zip(given, test.labels, strict=True)
    ]
    return rounded(np.mean(right))


def lost_words(identifier: Identifier, entry: Mapping[str, Any], test: LabelledTexts, other: str) -> Results:
    """Return words on which only the program `other` is right.

    Those of which our model is surest come first. `won` and `lost` are the numbers of words on which only one is right.
    """
    flags = {
        name: unpack(run["right"][test.name], len(test.texts))
        for name, run in entry["runs"].items()
        if name in (identifier.card.name, other)
    }
    mine, theirs = flags[identifier.card.name], flags[other]
    lost = test.where((theirs & ~mine).tolist())
    given = answers(identifier, lost.texts, entry["languages"])
    rows = [_row(*row) for row in zip(lost.texts, lost.labels, given, strict=True)]
    rows.sort(key=lambda row: -float(row["probability"]))
    return {
        "model": identifier.card.name,
        "other": other,
        "won": int((mine & ~theirs).sum()),
        "lost": len(rows),
        "single": sum(row["verdict"] == SINGLE for row in rows),
        "words": rows[:MOST_LOST],
    }


def _row(word: str, language: str, answer: Answer | None) -> dict[str, Any]:
    """Return a word, its language and our wrong answer."""
    if answer is None:
        return {"word": word, "language": language, "answered": None, "probability": 0.0, "verdict": None}
    first = answer.candidates[0]
    return {
        "word": word,
        "language": language,
        "answered": first.language,
        "probability": first.probability,
        "verdict": answer.verdict,
    }
