"""Gate: compares a candidate with the active version before it may serve.

A check refuses a loss that is certain, a loss that too few words cannot exclude, and a test without words.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from classifier.ml import metrics
from classifier.ml.artifacts import GATE_FILE, REVIEWED_FILE
from classifier.ml.encoding import normalise
from classifier.ml.identifier import Identifier
from classifier.ml.verdict import MOSTLY_UNDETERMINED, UNDETERMINED
from classifier.scores import HELD_OUT
from classifier.training.evaluation import identifier_for
from classifier.training.everyday import Frequencies, belongs, common_words, elisions
from classifier.training.lexicon import split_of
from classifier.training.paired import (
    STANDARD_ERRORS,
    TOLERATED_KNOWN,
    Check,
    Flags,
    Floats,
    accuracy_check,
    calibration_check,
    loss_check,
)
from classifier.training.reviewed import targets_of
from classifier.training.test_sets import LabelledTexts
from classifier.words.reviewed import ReviewedRow, read_rows

MOST_CONTRADICTIONS = 0.5  # share of reviewed words about which the word lists clearly say something else
LEAST_KEPT_ASIDE = 100  # reviewed words of which some must be kept aside: one in ten is
LISTED = 1e-6  # frequency of a word that the lists know well
CLEAR = 1e-7  # frequency from which the lists may contradict a reviewer
# Words that a sceptic tries first; an answer that is sure must not change.
SCEPTIC = (
    "of how until war men care don't à là avec sa mange façade c'est aujourd'hui rendez-vous amor mañana días han "
    "Gesundheit dziękuję xqzvk the chat hello bonjour hola école"
)


@dataclass(frozen=True)
class Comparison:
    """All checks of a candidate."""

    name: str
    active: str
    candidate: str
    checks: list[Check]
    created: str

    @property
    def refusals(self) -> list[str]:
        """The reasons against the candidate."""
        return [f"{check.name}: {check.reason}" for check in self.checks if check.reason]

    def write(self, folder: Path) -> None:
        """Write `gate.json` beside the version's files."""
        content = {**asdict(self), "refusals": self.refusals}
        (folder / GATE_FILE).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    def table(self) -> list[str]:
        """Return the lines of a table for a terminal."""
        lines = [f"{'':<38}{'words':>8}{'active':>9}{'new':>9}  gain, 99.5 % interval"]
        for check in self.checks:
            values = "".join(
                "        -" if value is None else f"{value:9.4f}" for value in (check.active, check.candidate)
            )
            gain = f"{check.low:+.4f} to {check.high:+.4f}" if check.active is not None else ""
            lines.append(f"{check.name:<38}{check.words:>8}{values}  {gain:<20} {check.reason}".rstrip())
        return lines


def compare(active: Path, candidate: Path, own: Frequencies, measuring: Sequence[ReviewedRow]) -> Comparison:
    """Compare two versions of a model.

    `own` holds frequencies by language and word; `measuring` are reviewed words that never train. Raises BadVersion.
    """
    pair = _Pair(active, candidate)
    if pair.new.card.languages != pair.old.card.languages or set(own) != set(pair.old.card.languages):
        reason = f"the candidate knows {', '.join(pair.new.card.languages)}, the word lists are of {', '.join(own)}"
        checks = [Check("languages", 0, None, None, 0, 0, reason)]
    else:
        checks = list(pair.checks(own, measuring))
    return Comparison(
        active.parent.name, active.name, candidate.name, checks, f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    )


class _Pair:
    """The active version (old) and the candidate (new)."""

    def __init__(self, active: Path, candidate: Path) -> None:
        self.folders = active, candidate
        self.old, self.new = Identifier(active), Identifier(candidate)
        self.languages = self.old.card.languages
        path = candidate / REVIEWED_FILE
        rows = read_rows(path.read_text(encoding="utf-8")) if path.is_file() else []
        self.trained = [row for row in rows if row.trains]

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
        old, new = (language_probabilities(twin, test.texts) for twin in twins)
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
        right = (agreement(one, rows) for one in (self.old, self.new))
        return accuracy_check(name, *right, tolerated=0, most_unseen=1)  # a few words exclude nothing

    def contradictions(self, own: Frequencies) -> Check:
        """Check what reviewers said against words that the lists know to be of one language."""
        listed = {word: language for language in own for word in clear_words(language, own, CLEAR)}
        rows = [row for row in self.trained if row.word in listed]
        name = "reviewed words and word lists"
        if not rows:
            return Check(name, 0, None, None, 0, 0)
        share = float(np.mean([row.label != listed[row.word] for row in rows]))
        _, low, high = metrics.wilson_interval(share, len(rows), STANDARD_ERRORS)
        reason = f"{share:.0%} of them contradict the lists" if low > MOST_CONTRADICTIONS else ""
        return Check(name, len(rows), None, 1 - share, -high, -low, reason)

    def known(self, test: LabelledTexts) -> Check:
        truth = np.array([self.languages.index(label) for label in test.labels], int)
        right = (language_probabilities(one, test.texts).argmax(axis=1) == truth for one in (self.old, self.new))
        return accuracy_check(test.name, *right, tolerated=TOLERATED_KNOWN)

    def sceptic(self) -> Check:
        """Check that sure answers to well-known words stay, but for those reviewed."""
        reviewed = {row.word for row in self.trained}
        words = [word for word in (*self.old.card.golden, *SCEPTIC.split()) if normalise(word) not in reviewed]
        old, new = (short_answers(one, words) for one in (self.old, self.new))
        sure = [row for row, answer in enumerate(old) if answer in {*self.languages, UNDETERMINED}]
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


def language_probabilities(identifier: Identifier, words: Sequence[str]) -> Floats:
    """Return probabilities (words, languages) without `und`."""
    card = identifier.card
    return metrics.language_probabilities(identifier.probabilities(words), card.labels, card.languages)


def agreement(identifier: Identifier, rows: Sequence[ReviewedRow]) -> Flags:
    """Return whether a model's most probable labels are the reviewers', (rows,)."""
    targets = targets_of(rows, identifier.card.languages) > 0  # `und` last
    order = [*identifier.card.languages, UNDETERMINED]
    output = identifier.probabilities([row.word for row in rows])
    output = output[:, [identifier.card.labels.index(label) for label in order]]
    ranks = (-output).argsort(axis=1).argsort(axis=1)  # 0: the most probable
    first = ranks < targets.sum(axis=1, keepdims=True)
    agrees: Flags = (first == targets).all(axis=1)
    return agrees
