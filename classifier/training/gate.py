"""Gate: compares a candidate with the active version before it may serve.

A check refuses a loss that is certain, a loss that too few words cannot exclude, and a test without words.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from classifier.ml import metrics
from classifier.ml.artifacts import REVIEWED_FILE, Card
from classifier.ml.conformal import DEFAULT_CONFIDENCE
from classifier.ml.encoding import normalise
from classifier.ml.identifier import Identifier
from classifier.ml.judging import restrict
from classifier.ml.rules import lengths_of
from classifier.ml.verdict import MOSTLY_UNDETERMINED, UNDETERMINED
from classifier.scores import HELD_OUT
from classifier.training import lexicon, word_sources
from classifier.training.evaluation import identifier_for
from classifier.training.everyday import Frequencies, belongs, common_words, elisions
from classifier.training.languages import all_languages
from classifier.training.lexicon import split_of
from classifier.training.paired import (
    STANDARD_ERRORS,
    TOLERATED_KNOWN,
    Check,
    Comparison,
    Flags,
    Floats,
    accuracy_check,
    calibration_check,
    loss_check,
)
from classifier.training.reviewed import languages_of, targets_of
from classifier.training.test_sets import LabelledTexts
from classifier.words.reviewed import ReviewedRow, read_rows

MOST_CONTRADICTIONS = 0.5  # share of reviewed words about which the word lists clearly say something else
LEAST_KEPT_ASIDE = 100  # reviewed words of which some must be kept aside: one in ten is
LISTED = 1e-6  # frequency of a word that the lists know well
MOST_WORDS = 50_000  # of a language that is none of the default candidates
CLEAR = 1e-7  # frequency from which the lists may contradict a reviewer
# Words that a sceptic tries first; an answer that is sure must not change.
SCEPTIC = (
    "of how until war men care don't à là avec sa mange façade c'est aujourd'hui rendez-vous amor mañana días han "
    "Gesundheit dziękuję xqzvk the chat hello bonjour hola école"
)


def compared_languages(folder: Path, measuring: Sequence[ReviewedRow]) -> tuple[str, ...]:
    """Return the languages to compare a version on: its default candidates, and those of reviewed words."""
    card = Card.read(folder)
    rows = [*_trained(folder), *(row for row in measuring if row.measures)]
    reviewed = {language for row in rows for language in languages_of(row)}
    return tuple(language for language in card.languages if language in {*card.candidates(), *reviewed})


def read_words(card: Card, languages: Sequence[str]) -> Frequencies:
    """Return frequencies of public words by language: whole lists of a version's default candidates only."""
    if card.alphabet:
        accept, known = lexicon.alphabet_filter(card.encoder), lexicon.wordlists()
        return {language: lexicon.frequencies(language, accept) for language in languages if language in known}
    sources = all_languages()
    limits = {language: sources[language].most_words for language in card.candidates() if language in sources}
    return {
        language: word_sources.frequencies(sources[language], limits.get(language, MOST_WORDS))
        for language in languages
        if language in sources
    }


def compare(active: Path, candidate: Path, own: Frequencies, measuring: Sequence[ReviewedRow]) -> Comparison:
    """Compare two versions of a model, with the languages of `own` as candidates.

    `own` holds frequencies by language and word; `measuring` are reviewed words that never train. Raises BadVersion.
    """
    languages = compared_languages(candidate, measuring)
    pair = _Pair(active, candidate, languages)
    known = [", ".join(one.card.languages) for one in (pair.new, pair.old)]
    if known[0] != known[1] or set(own) != set(languages):
        lists = ", ".join(own)
        reason = f"the candidate knows {known[0]}, the active version {known[1]}, the word lists are of {lists}"
        checks = [Check("languages", 0, None, None, 0, 0, reason)]
    else:
        checks = list(pair.checks(own, measuring))
    return Comparison(
        active.parent.name, active.name, candidate.name, checks, f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    )


class _Pair:
    """The active version (old) and the candidate (new)."""

    def __init__(self, active: Path, candidate: Path, languages: tuple[str, ...]) -> None:
        self.folders = active, candidate
        self.old, self.new = Identifier(active), Identifier(candidate)
        self.languages = languages  # the candidates of all answers but those to golden words
        self.trained = _trained(candidate)

    def checks(self, own: Frequencies, measuring: Sequence[ReviewedRow]) -> Iterator[Check]:
        yield from self.held_out(own)
        if self.trained:
            yield self.reviewed("reviewed words taught", self.trained)
        yield self.kept_aside([row for row in measuring if row.measures])
        yield self.contradictions(own)
        for test in (common_words(own), elisions(own), listed_words(own)):
            yield self.known(test)
        yield self.sceptic()

    def held_out(self, own: Frequencies) -> Iterator[Check]:
        """Compare the twins, which were not trained on these words."""
        test = held_out_words(own)
        twins = [
            identifier_for(HELD_OUT, one, [folder])
            for one, folder in zip((self.old, self.new), self.folders, strict=True)
        ]
        old, new = (language_probabilities(twin, test.texts, self.languages) for twin in twins)
        truth = np.array([self.languages.index(label) for label in test.labels], int)
        right = old.argmax(axis=1) == truth, new.argmax(axis=1) == truth
        yield accuracy_check("held-out words", *right)
        for place, language in enumerate(self.languages):
            yield accuracy_check(f"held-out words in {language}", *(one[truth == place] for one in right))
        classes = dict(metrics.frequency_classes(np.array(test.frequencies, float)))
        for name in metrics.FREQUENCY_CLASSES:
            if name in classes:
                yield accuracy_check(f"held-out words, {name}", *(one[classes[name]] for one in right))
        yield calibration_check((old.max(axis=1), new.max(axis=1)), right)
        yield loss_check(old, new, truth)

    def kept_aside(self, rows: Sequence[ReviewedRow]) -> Check:
        name = "reviewed words kept aside"
        if rows or len(self.trained) >= LEAST_KEPT_ASIDE:
            return self.reviewed(name, rows)
        return Check(name, 0, None, None, 0, 0)

    def reviewed(self, name: str, rows: Sequence[ReviewedRow]) -> Check:
        right = (agreement(one, rows, self.languages) for one in (self.old, self.new))
        return accuracy_check(name, *right, tolerated=0, most_unseen=1)  # a few words exclude nothing

    def contradictions(self, own: Frequencies) -> Check:
        """Check what reviewers said against words that the lists know to be of one language."""
        listed = {word: language for language in own for word in clear_words(language, own, CLEAR)}
        rows = [row for row in self.trained if row.word in listed]
        name = "reviewed words and word lists"
        if not rows:
            return Check(name, 0, None, None, 0, 0)
        share = float(np.mean([languages_of(row) != [listed[row.word]] for row in rows]))
        _, low, high = metrics.wilson_interval(share, len(rows), STANDARD_ERRORS)
        reason = f"{share:.0%} of them contradict the lists" if low > MOST_CONTRADICTIONS else ""
        return Check(name, len(rows), None, 1 - share, -high, -low, reason)

    def known(self, test: LabelledTexts) -> Check:
        truth = np.array([self.languages.index(label) for label in test.labels], int)
        outputs = (language_probabilities(one, test.texts, self.languages) for one in (self.old, self.new))
        right = (output.argmax(axis=1) == truth for output in outputs)
        return accuracy_check(test.name, *right, tolerated=TOLERATED_KNOWN)

    def sceptic(self) -> Check:
        """Check that sure answers to well-known words stay, but for those reviewed."""
        reviewed = {row.word for row in self.trained}
        words = [word for word in (*self.old.card.golden, *SCEPTIC.split()) if normalise(word) not in reviewed]
        old, new = (short_answers(one, words) for one in (self.old, self.new))
        sure = [row for row, answer in enumerate(old) if answer in {*self.old.card.languages, UNDETERMINED}]
        changed = [words[row] for row in sure if new[row] != old[row]]
        reason = f"other answers to {', '.join(changed)}" if changed else "" if sure else "no words to compare"
        share = len(changed) / max(len(sure), 1)
        return Check("golden words", len(sure), 1.0, 1 - share, -share, -share, reason)


def short_answers(identifier: Identifier, words: Sequence[str]) -> list[str]:
    """Return the language of each sure answer, `und` for a word of none, else the verdict."""
    answers = identifier.identify(words)
    return [
        one.language or (UNDETERMINED if one.undetermined > MOSTLY_UNDETERMINED else one.verdict) for one in answers
    ]


def held_out_words(own: Frequencies) -> LabelledTexts:
    """Label the held-out words of the lists by their most frequent language."""
    best: dict[str, tuple[float, str]] = {}
    total: dict[str, float] = {}
    for language, by_word in own.items():
        for word, frequency in by_word.items():
            if split_of(word) == HELD_OUT:
                best[word] = max(best.get(word, (0.0, "")), (frequency, language), key=lambda one: one[0])
                total[word] = total.get(word, 0.0) + frequency
    return LabelledTexts(HELD_OUT, list(best), [language for _, language in best.values()], list(total.values()))


def listed_words(own: Frequencies) -> LabelledTexts:
    """Return the words that the lists know well and to be of one language."""
    rows = [(word, language) for language in own for word in clear_words(language, own, LISTED)]
    return LabelledTexts("listed words", [word for word, _ in rows], [language for _, language in rows])


def clear_words(language: str, own: Frequencies, least: float) -> list[str]:
    """Return the words of a language, of a least frequency, that no other one of the lists uses much."""
    by_word = own[language]
    return [word for word, frequency in by_word.items() if frequency >= least and belongs(word, language, own)]


def language_probabilities(identifier: Identifier, words: Sequence[str], languages: tuple[str, ...]) -> Floats:
    """Return calibrated probabilities of candidates, (words, languages), rows with sum 1."""
    shares, _ = restrict(identifier.card, identifier.probabilities(words), languages)
    if identifier.calibration is None:
        return shares
    return identifier.calibration.rules(languages, DEFAULT_CONFIDENCE).calibrate(shares, lengths_of(words))


def agreement(identifier: Identifier, rows: Sequence[ReviewedRow], languages: tuple[str, ...]) -> Flags:
    """Return whether a model's most probable labels are the reviewers', (rows,), for these candidates."""
    targets = targets_of(rows, languages) > 0  # `und` last
    shares, none = restrict(identifier.card, identifier.probabilities([row.word for row in rows]), languages)
    output = np.hstack([shares * (1 - none[:, None]), none[:, None]])
    ranks = (-output).argsort(axis=1).argsort(axis=1)  # 0: the most probable
    first = ranks < targets.sum(axis=1, keepdims=True)
    agrees: Flags = (first == targets).all(axis=1)
    return agrees


def _trained(folder: Path) -> list[ReviewedRow]:
    """Return the reviewed words that a version was trained on."""
    path = folder / REVIEWED_FILE
    rows = read_rows(path.read_text(encoding="utf-8")) if path.is_file() else []
    return [row for row in rows if row.trains]
