"""Scores of a model on labelled texts: accuracy, calibration, confusion, verdicts and speed."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from classifier.ml import metrics
from classifier.ml.answers import Answer
from classifier.ml.artifacts import Card
from classifier.ml.encoding import Encoder, normalise
from classifier.ml.identifier import Identifier
from classifier.ml.verdict import SINGLE, VERDICTS
from classifier.scores import HELD_OUT
from classifier.training.test_sets import LabelledTexts, NoTestWords

if TYPE_CHECKING:
    from classifier.training.lexicon import Lexicon


def evaluate(
    identifier: Identifier, test: LabelledTexts, foreign_texts: Mapping[str, Sequence[str]] | None = None
) -> dict[str, Any]:
    """Return the scores of a model on labelled texts, JSON-ready.

    Accuracy forces one language a text; the verdicts say how often the model would have done so.
    `foreign_texts` belong to none of its languages, by name: `single` should be rare there.
    Raises NoTestWords for labels that the model does not know.
    """
    card = identifier.card
    unknown = sorted(set(test.labels) - set(card.languages))
    if unknown:
        raise NoTestWords(f"{test.name}: the model {card.name} does not know {', '.join(unknown)}")
    started = time.perf_counter()
    answers = identifier.identify(test.texts)
    seconds = time.perf_counter() - started
    return {
        "words": len(test.texts),
        **scores(card, answers, test),
        "verdicts": verdict_scores(answers, test.labels),
        "single_elsewhere": {
            name: share_of_single(identifier.identify(texts)) for name, texts in (foreign_texts or {}).items()
        },
        "words_per_second": round(sum(len(text.split()) for text in test.texts) / seconds),
    }


def scores(card: Card, answers: Sequence[Answer], test: LabelledTexts) -> dict[str, Any]:
    """Return accuracy, calibration and confusion of the probabilities in `answers`."""
    output = np.array([[answer.probabilities[label] for label in card.labels] for answer in answers])
    shares = metrics.language_probabilities(output, card.labels, card.languages)
    truth = np.array([card.languages.index(label) for label in test.labels])
    answered = shares.argmax(axis=1)
    confusion = metrics.confusion_matrix(truth, answered, len(card.languages))
    reliability = metrics.reliability(shares, truth)
    return {
        **metrics.classification_scores(confusion, card.languages),
        "negative_log_likelihood": metrics.rounded(metrics.negative_log_likelihood(shares, truth)),
        "expected_calibration_error": metrics.rounded(metrics.expected_calibration_error(reliability)),
        "reliability": reliability,
        "confusion": confusion.tolist(),
        "by_length": by_length(test.texts, answered == truth),
    }


def by_length(texts: Sequence[str], right: Any) -> list[dict[str, Any]]:
    """Return number and accuracy of words by their letters; [] for texts of several words."""
    if any(" " in text for text in texts):
        return []
    lengths = np.array([len(normalise(text)) for text in texts])
    return [
        {"letters": name, "words": int(within.sum()), "accuracy": metrics.rounded(right[within].mean())}
        for name, within in metrics.length_bands(lengths)
    ]


def verdict_scores(answers: Sequence[Answer], labels: Sequence[str]) -> dict[str, float | None]:
    """Return the share of each verdict and how often `single` names the right language."""
    shares = {verdict: float(np.mean([answer.verdict == verdict for answer in answers])) for verdict in VERDICTS}
    pairs = zip(answers, labels, strict=True)
    right = [answer.language == label for answer, label in pairs if answer.verdict == SINGLE]
    return {
        **{verdict: metrics.rounded(share) for verdict, share in shares.items()},
        "single_right": metrics.rounded(np.mean(right)) if right else None,
    }


def share_of_single(answers: Sequence[Answer]) -> float:
    """Return the share of answers with the verdict `single`."""
    return metrics.rounded(np.mean([answer.verdict == SINGLE for answer in answers]))


def held_out(lexicon: "Lexicon") -> LabelledTexts:
    """Return the lexicon's held-out words, each with its most frequent language."""
    examples = lexicon.own[HELD_OUT]
    best = examples.targets[:, :-1].argmax(axis=1)
    return LabelledTexts(HELD_OUT, examples.words, [lexicon.languages[index] for index in best])


def held_out_words(languages: Sequence[str], encoder: Encoder) -> LabelledTexts:
    """Read only the held-out words of `languages` from wordfreq."""
    from classifier.training import lexicon

    spelled = lexicon.spelled_in(encoder)
    own = [
        lexicon.frequencies(language, lambda word: lexicon.split_of(word) == HELD_OUT and spelled(word))
        for language in languages
    ]
    return held_out(lexicon.assemble(languages, own, {}, encoder))


def score_version(
    folder: Path, tests: Mapping[str, LabelledTexts], foreign_texts: Mapping[str, Sequence[str]] | None = None
) -> dict[str, Any]:
    """Measure the version in `folder` on each test set and write the scores into its card."""
    identifier = Identifier(folder)
    measured = {name: evaluate(identifier, test, foreign_texts) for name, test in tests.items()}
    save_scores(folder, measured)
    return measured


def save_scores(folder: Path, measured: Mapping[str, Any]) -> None:
    """Add scores by test set to the card in `folder`; those of the same test set are replaced."""
    card = Card.read(folder)
    replace(card, scores={**card.scores, **measured}).write(folder)
