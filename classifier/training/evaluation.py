"""Scores of a model on labelled texts."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from classifier.ml import metrics
from classifier.ml.answers import Answer
from classifier.ml.artifacts import TWIN_FILE, Card
from classifier.ml.encoding import Encoder, normalise
from classifier.ml.identifier import Identifier
from classifier.ml.verdict import SINGLE, UNDETERMINED, VERDICTS
from classifier.scores import HELD_OUT, SHORT_TEXTS
from classifier.training.test_sets import BadTestSet, LabelledTexts
from classifier.words.clean import count_words
from classifier.words.lists import clean_rows

if TYPE_CHECKING:
    from classifier.training.lexicon import Lexicon


def evaluate(
    identifier: Identifier, test: LabelledTexts, foreign_texts: Mapping[str, Sequence[str]] | None = None
) -> dict[str, Any]:
    """Return accuracy, calibration, confusion, verdicts and speed, JSON-ready.

    Accuracy is that of the most probable language, also where the verdict names none; a text that the form refuses is
    an error there, and left out of the other scores. `foreign_texts`, by name, belong to none of the languages:
    `single` is an error there.
    Raises BadTestSet for labels that the model does not know, and when the form refuses all texts.
    """
    card = identifier.card
    languages = candidates_for(card, test.labels)
    unknown = sorted(set(test.labels) - set(card.languages))
    if unknown:
        raise BadTestSet(f"{test.name}: the model {card.name} does not know {', '.join(unknown)}")
    test, refused = clean_texts(test)
    if not test.texts:
        raise BadTestSet(f"{test.name}: none of the {refused} texts holds a word")
    started = time.perf_counter()
    answers = identifier.identify(test.texts, languages)
    seconds = time.perf_counter() - started
    scores = probability_scores(languages, answers, test)
    texts = len(test.texts) + refused
    return {
        **scores,
        "words": texts,
        "refused": refused,
        "accuracy": metrics.rounded(scores["accuracy"] * len(test.texts) / texts),
        "verdicts": verdict_scores(answers, test.labels),
        "single_elsewhere": {
            name: share_of_single(identifier, texts, languages) for name, texts in (foreign_texts or {}).items()
        },
        "words_per_second": round(sum(map(count_words, test.texts)) / seconds),
    }


def candidates_for(card: Card, labels: Iterable[str]) -> tuple[str, ...]:
    """Return the default candidates of a model, and those of `labels` that it knows beside them."""
    wanted = {*card.candidates(), *labels}
    return tuple(language for language in card.languages if language in wanted)


def clean_texts(test: LabelledTexts) -> tuple[LabelledTexts, int]:
    """Clean texts as the form does; return those it accepts, and the number of the others."""
    rows = clean_rows(enumerate(test.texts, 1))
    cleaned = [row.value or "" for row in rows]
    accepted = replace(test, texts=cleaned).where(list(map(bool, cleaned)))
    return accepted, len(test.texts) - len(accepted.texts)


def probability_scores(languages: Sequence[str], answers: Sequence[Answer], test: LabelledTexts) -> dict[str, Any]:
    """Return accuracy, calibration and confusion of the probabilities of candidates."""
    probabilities = candidate_probabilities(languages, answers)
    truth = np.array([languages.index(label) for label in test.labels])
    predicted = probabilities.argmax(axis=1)
    confusion = metrics.confusion_matrix(truth, predicted, len(languages))
    reliability = metrics.reliability(probabilities, truth)
    return {
        **metrics.classification_scores(confusion, languages),
        "negative_log_likelihood": metrics.rounded(metrics.negative_log_likelihood(probabilities, truth)),
        "expected_calibration_error": metrics.rounded(metrics.expected_calibration_error(reliability)),
        "reliability": reliability,
        "confusion": confusion.tolist(),
        **metrics.coverage_scores(probabilities.max(axis=1), predicted == truth),
        "by_length": by_length(test.texts, predicted == truth),
        "by_frequency": by_frequency(test.frequencies, predicted == truth),
    }


def candidate_probabilities(languages: Sequence[str], answers: Sequence[Answer]) -> metrics.Floats:
    """Return the probabilities of candidates, (answers, languages), rows with sum 1.

    What an answer leaves out is spread evenly over its other candidates.
    """
    known = np.array([[answer.probabilities.get(language, np.nan) for language in languages] for answer in answers])
    known /= 1 - np.array([[answer.probabilities[UNDETERMINED]] for answer in answers])
    missing = np.isnan(known)
    rest = (1 - np.nansum(known, axis=1)).clip(0) / np.maximum(missing.sum(axis=1), 1)
    filled = np.where(missing, rest[:, None], known)
    probabilities: metrics.Floats = filled / filled.sum(axis=1, keepdims=True)
    return probabilities


def by_length(texts: Sequence[str], right: Any) -> list[dict[str, Any]]:
    """Return number and accuracy of words by number of letters.

    Empty for texts of several words. `right` (texts,) marks correct answers.
    """
    if any(" " in text for text in texts):
        return []
    lengths = np.array([len(normalise(text)) for text in texts])
    return [
        {"letters": name, "words": int(within.sum()), "accuracy": metrics.rounded(right[within].mean())}
        for name, within in metrics.length_bands(lengths)
    ]


def by_frequency(frequencies: Sequence[float], right: Any) -> list[dict[str, Any]]:
    """Return number and accuracy of words by class of frequency.

    Empty where the frequencies are unknown. `right` (texts,) marks correct answers.
    """
    return [
        {"frequency": name, "words": int(mask.sum()), "accuracy": metrics.rounded(right[mask].mean())}
        for name, mask in metrics.frequency_classes(np.array(frequencies, float))
    ]


def verdict_scores(answers: Sequence[Answer], labels: Sequence[str]) -> dict[str, float | None]:
    """Return the shares of verdicts, and of right answers with the verdict `single`."""
    shares = {verdict: float(np.mean([answer.verdict == verdict for answer in answers])) for verdict in VERDICTS}
    pairs = zip(answers, labels, strict=True)
    right = [answer.language == label for answer, label in pairs if answer.verdict == SINGLE]
    return {
        **{verdict: metrics.rounded(share) for verdict, share in shares.items()},
        "single_right": metrics.rounded(np.mean(right)) if right else None,
        "single_and_right": metrics.rounded(sum(right) / len(labels)),
    }


def share_of_single(identifier: Identifier, texts: Sequence[str], languages: Sequence[str]) -> float:
    """Return the share of `texts` with the verdict `single`; a text that the form refuses has none."""
    words = [row.value for row in clean_rows(enumerate(texts, 1)) if row.value is not None]
    answers = identifier.identify(words, languages)
    return metrics.rounded(sum(answer.verdict == SINGLE for answer in answers) / len(texts))


def held_out_test_set(lexicon: "Lexicon") -> LabelledTexts:
    """Label the held-out words by their most frequent language."""
    examples = lexicon.own[HELD_OUT]
    best = examples.targets[:, :-1].argmax(axis=1)
    labels = [lexicon.languages[index] for index in best]
    return LabelledTexts(HELD_OUT, examples.words, labels, examples.frequencies.tolist())


def read_held_out(languages: Sequence[str], encoder: Encoder) -> LabelledTexts:
    """Read the held-out words of `languages` from wordfreq.

    Raises ImportError where wordfreq is not installed.
    """
    from classifier.training import lexicon

    accept = lexicon.alphabet_filter(encoder)
    own = [
        lexicon.frequencies(language, lambda word: lexicon.split_of(word) == HELD_OUT and accept(word))
        for language in languages
    ]
    return held_out_test_set(lexicon.assemble(languages, own, {}, encoder))


def identifier_for(test_set: str, identifier: Identifier, folders: Iterable[Path]) -> Identifier:
    """Return the identifier, or for texts of held-out words its twin in one of its `folders`."""
    of_twin = test_set in (HELD_OUT, SHORT_TEXTS)
    folder = next((folder for folder in folders if of_twin and (folder / TWIN_FILE).is_file()), None)
    return Identifier(folder, TWIN_FILE) if folder else identifier


def score_version(
    folder: Path, tests: Mapping[str, LabelledTexts], foreign_texts: Mapping[str, Sequence[str]] | None = None
) -> dict[str, Any]:
    """Measure a version on test sets and save the scores."""
    identifier = Identifier(folder)
    scores = {
        name: evaluate(identifier_for(name, identifier, [folder]), test, foreign_texts) for name, test in tests.items()
    }
    save_scores(folder, scores)
    return scores


def save_scores(folder: Path, scores: Mapping[str, Any]) -> None:
    """Save scores by test set in a version's card."""
    card = Card.read(folder)
    replace(card, scores={**card.scores, **scores}).write(folder)
