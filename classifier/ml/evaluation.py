"""Measures a model on labelled words: accuracy, calibration, confusion, verdicts and speed."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from classifier.ml.identifier import Identifier
from classifier.ml.verdict import SINGLE, VERDICTS

if TYPE_CHECKING:
    from classifier.ml.lexicon import Lexicon

Floats = NDArray[np.float64]
BINS = 10
KINDS = ("single-words", "word-pairs", "sentences")  # the folders of lingua's layout


@dataclass(frozen=True)
class LabelledWords:
    """Words with the language that each is written in."""

    name: str
    words: list[str]
    labels: list[str]


class NoTestWords(Exception):
    """There is nothing to measure on; the message says where it was looked for."""


def read_folder(folder: Path, languages: Sequence[str], kind: str = KINDS[0]) -> LabelledWords:
    """Read one kind of text from a folder in lingua's layout: `<kind>/<language>.txt`, a text a line."""
    words: list[str] = []
    labels: list[str] = []
    for language in languages:
        path = folder / kind / f"{language}.txt"
        try:
            lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        except OSError as error:
            raise NoTestWords(f"{path}: cannot be read ({error.strerror})") from error
        texts = [line for line in lines if line]
        words += texts
        labels += [language] * len(texts)
    if not words:
        raise NoTestWords(f"{folder / kind}: there are no words of {', '.join(languages)}")
    return LabelledWords(kind, words, labels)


def read_tsv(path: Path) -> LabelledWords:
    """Read a file of lines `word<TAB>language`."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NoTestWords(f"{path}: cannot be read ({error})") from error
    rows = [line.split("\t") for line in lines if line.strip()]
    wrong = next((number for number, row in enumerate(rows, 1) if len(row) != 2), None)
    if wrong or not rows:
        raise NoTestWords(f"{path}: line {wrong or 1} is not `word<TAB>language`")
    words, labels = zip(*rows, strict=True)
    return LabelledWords(path.stem, list(words), list(labels))


def evaluate(identifier: Identifier, test: LabelledWords) -> dict[str, Any]:
    """Return the scores of a model on labelled words, JSON-ready.

    Accuracy forces one language a word; the verdicts say how often the model would have done so.
    """
    card = identifier.card
    unknown = sorted(set(test.labels) - set(card.languages))
    if unknown:
        raise NoTestWords(f"{test.name}: the model {card.name} does not know {', '.join(unknown)}")
    started = time.perf_counter()
    output = identifier.probabilities(test.words)
    seconds = time.perf_counter() - started
    shares = languages_only(output, card.labels, card.languages)
    truth = np.array([card.languages.index(label) for label in test.labels])
    confusion = np.zeros((len(card.languages), len(card.languages)), int)
    np.add.at(confusion, (truth, shares.argmax(axis=1)), 1)
    return {
        "words": len(test.words),
        **classification_scores(confusion, card.languages),
        "negative_log_likelihood": _rounded(-np.log(np.maximum(shares[np.arange(len(truth)), truth], 1e-9)).mean()),
        "expected_calibration_error": _rounded(expected_calibration_error(shares, truth)),
        "reliability": reliability(shares, truth),
        "confusion": confusion.tolist(),
        "verdicts": verdict_scores(identifier, test, output),
        "words_per_second": round(len(test.words) / seconds),
    }


def languages_only(output: Floats, labels: Sequence[str], languages: Sequence[str]) -> Floats:
    """Return the probabilities (words, languages) without `und`, each row with sum 1."""
    shares = output[:, [labels.index(language) for language in languages]]
    scaled: Floats = shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-12)
    return scaled


def classification_scores(confusion: NDArray[np.int_], languages: Sequence[str]) -> dict[str, Any]:
    """Return accuracy, accuracy by language and macro-F1 of a confusion matrix (truth, answer)."""
    right = np.diag(confusion)
    recall = right / np.maximum(confusion.sum(axis=1), 1)
    f1 = 2 * right / np.maximum(confusion.sum(axis=0) + confusion.sum(axis=1), 1)
    return {
        "accuracy": _rounded(right.sum() / confusion.sum()),
        "by_language": {language: _rounded(value) for language, value in zip(languages, recall, strict=True)},
        "macro_f1": _rounded(f1.mean()),
    }


def expected_calibration_error(shares: Floats, truth: NDArray[np.int_]) -> float:
    """Mean distance between confidence and accuracy over ten equal bins (Guo et al. 2017)."""
    return sum(row["words"] * abs(row["accuracy"] - row["confidence"]) for row in reliability(shares, truth)) / max(
        len(truth), 1
    )


def reliability(shares: Floats, truth: NDArray[np.int_]) -> list[dict[str, float]]:
    """Return words, mean confidence and accuracy of each bin of confidence that holds words."""
    confidence, right = shares.max(axis=1), shares.argmax(axis=1) == truth
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return [
        {
            "words": int((bins == index).sum()),
            "confidence": _rounded(confidence[bins == index].mean()),
            "accuracy": _rounded(right[bins == index].mean()),
        }
        for index in range(BINS)
        if (bins == index).any()
    ]


def verdict_scores(identifier: Identifier, test: LabelledWords, output: Floats) -> dict[str, float]:
    """Return the share of each verdict and how often `single` names the right language."""
    answers = identifier.answers(test.words, output)
    single = [(answer.language, label) for answer, label in zip(answers, test.labels, strict=True) if answer.language]
    shares = {verdict: _rounded(np.mean([answer.verdict == verdict for answer in answers])) for verdict in VERDICTS}
    right = np.mean([language == label for language, label in single]) if single else 0.0
    return {**shares, "single_right": _rounded(right)}


def share_of_single(identifier: Identifier, words: Sequence[str]) -> float:
    """Return how often a model says `single`: on words of other languages it should be seldom."""
    return _rounded(np.mean([answer.verdict == SINGLE for answer in identifier.identify(words)]))


def _rounded(value: Any) -> float:
    return round(float(value), 4)


def held_out(lexicon: "Lexicon") -> LabelledWords:
    """Return the words that no training saw, each with its most frequent language."""
    examples = lexicon.own["held-out"]
    best = examples.targets[:, :-1].argmax(axis=1)
    return LabelledWords("held-out", examples.words, [lexicon.languages[index] for index in best])


def score_version(folder: Path, tests: Mapping[str, LabelledWords]) -> dict[str, Any]:
    """Measure the version in `folder` on each set of words and keep the scores in its card."""
    identifier = Identifier(folder)
    measured = {name: evaluate(identifier, test) for name, test in tests.items()}
    card = replace(identifier.card, scores={**identifier.card.scores, **measured})
    card.write(folder)
    return measured
