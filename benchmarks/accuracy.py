"""Accuracy of systems on the same texts, and their leads over lingua."""

import random
import string
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.systems import LINGUA, Detection, System
from classifier.ml.encoding import Encoder, normalise
from classifier.ml.identifier import Identifier
from classifier.ml.metrics import coverage_scores, length_bands, rounded
from classifier.scores import AS_TYPED, KINDS
from classifier.training import evaluation, everyday, test_sets
from classifier.training.test_sets import LabelledTexts

RESAMPLES = 2000
SEED = 1
WORDS, PAIRS, SENTENCES = KINDS

Right = Mapping[str, NDArray[np.bool_]]  # mask of correctly answered texts by system
Detections = Mapping[str, Sequence[Detection]]  # of each text by system


def strip_accents(text: str) -> str:
    """Remove the marks of letters: é becomes e."""
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def with_typing_error(text: str, draw: random.Random) -> str:
    """Double, omit, replace or swap one letter.

    Texts with fewer than two letters stay as they are.
    """
    places = [place for place, character in enumerate(text) if character.isalpha()]
    if len(places) < 2:
        return text
    place = draw.choice(places[:-1])
    before, letter, after = text[:place], text[place], text[place + 1 :]
    other = draw.choice(string.ascii_lowercase.replace(letter.lower(), ""))
    errors = (letter + letter + after, after, other + after, after[:1] + letter + after[1:])
    return before + draw.choice(errors)


def variants(texts: Sequence[str]) -> dict[str, list[str]]:
    """Return the texts as typed and in three other spellings."""
    draw = random.Random(SEED)
    return {
        AS_TYPED: list(texts),
        "without accents": [strip_accents(text) for text in texts],
        "in capitals": [text.upper() for text in texts],
        "with a typing error": [with_typing_error(text, draw) for text in texts],
    }


def measure(
    systems: Sequence[System],
    folder: Path,
    languages: Sequence[str],
    report: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Measure all systems on all kinds of text, JSON-ready."""
    results: dict[str, Any] = {}
    kinds = dict.fromkeys((WORDS, *test_sets.list_kinds(folder)))
    texts = {kind: test_sets.read_test_set(folder, languages, kind) for kind in kinds}
    typed: dict[str, dict[str, list[Detection]]] = {}
    for kind, test in texts.items():
        results[kind] = {}
        for variant, variant_texts in variants(test.texts).items():
            answers = {}
            for system in systems:
                report(f"{kind} {variant}: {system.name}")
                answers[system.name] = system.detect(variant_texts)
            results[kind][variant] = compare(answers, test, languages)
            typed.setdefault(kind, answers)
    return {
        "languages": list(languages),
        "texts": {kind: len(test.texts) for kind, test in texts.items()},
        "refused": {kind: evaluation.clean_texts(test)[1] for kind, test in texts.items()},
        "seed": SEED,
        "resamples": RESAMPLES,
        "systems": [
            {"name": system.name, "version": system.version, "about": system.about, "ours": system.ours}
            for system in systems
        ],
        "results": results,
        "by_length": by_length(texts[WORDS], right_answers(typed[WORDS], texts[WORDS])),
    }


def measure_everyday(
    systems: Sequence[System], identifiers: Mapping[str, Identifier], languages: Sequence[str]
) -> dict[str, Any]:
    """Measure all systems on common words, and on elisions and compounds, JSON-ready.

    The scores of our models, `identifiers` by name, hold the share of words that are `single` and right, too.
    """
    results = {}
    for test in everyday.read_everyday(languages, Encoder()):
        scores = compare({system.name: system.detect(test.texts) for system in systems}, test, languages)
        for name, identifier in identifiers.items():
            scores[name]["single_and_right"] = evaluation.evaluate(identifier, test)["verdicts"]["single_and_right"]
        results[test.name] = {"texts": len(test.texts), "scores": scores}
    return results


def right_answers(answers: Detections, test: LabelledTexts) -> dict[str, NDArray[np.bool_]]:
    """Return the mask of correctly answered texts by system."""
    return {
        name: np.array([one.language == label for one, label in zip(detections, test.labels, strict=True)])
        for name, detections in answers.items()
    }


def compare(answers: Detections, test: LabelledTexts, languages: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return accuracies, coverage, and leads over lingua with 95 % intervals."""
    right = right_answers(answers, test)
    labels = np.array(test.labels)
    resampled = bootstrap(right)
    scores: dict[str, dict[str, Any]] = {}
    for name, row in right.items():
        scores[name] = {
            "accuracy": rounded(row.mean()),
            "by_language": {code: rounded(row[labels == code].mean()) for code in languages},
            **coverage_scores(np.array([one.confidence for one in answers[name]]), row),
        }
        if LINGUA in right and name != LINGUA:
            ahead = row.mean() - right[LINGUA].mean()
            difference = resampled[name] - resampled[LINGUA]
            scores[name]["ahead_of_lingua"] = percentile_interval(ahead, difference)
    return scores


def bootstrap(right: Right) -> dict[str, NDArray[np.float64]]:
    """Return accuracies on resampled texts, (RESAMPLES,), by system.

    All systems share the resamples, so that differences are paired.
    """
    texts = len(next(iter(right.values())))
    counts = np.random.default_rng(SEED).multinomial(texts, np.full(texts, 1 / texts), RESAMPLES)
    return {name: counts @ row / texts for name, row in right.items()}


def percentile_interval(difference: Any, resampled: NDArray[np.float64]) -> dict[str, float]:
    """Return a difference with its 95 % interval."""
    low, high = np.percentile(resampled, (2.5, 97.5))
    return {"difference": rounded(difference), "low": rounded(low), "high": rounded(high)}


def by_length(test: LabelledTexts, right: Right) -> list[dict[str, Any]]:
    """Return the accuracies of all systems by band of length."""
    lengths = np.array([len(normalise(text)) for text in test.texts])
    return [
        {
            "letters": name,
            "words": int(within.sum()),
            "accuracy": {system: rounded(row[within].mean()) for system, row in right.items()},
        }
        for name, within in length_bands(lengths)
    ]


def lost_words(identifier: Identifier, lingua: System, test: LabelledTexts) -> dict[str, Any]:
    """Return the words on which only lingua is right.

    `won` is the number of words on which only our model is.
    """
    test, _ = evaluation.clean_texts(test)
    answers = identifier.identify(test.texts)
    lost, won = [], 0
    for answer, theirs, label in zip(answers, lingua.detect(test.texts), test.labels, strict=True):
        ours = answer.candidates[0].language
        won += ours == label != theirs.language
        if theirs.language == label != ours:
            lost.append({"word": answer.word, "language": label, "answered": ours, "verdict": answer.verdict})
    return {"model": identifier.card.name, "won": won, "lost": lost}
