"""Scores of models as charts, and names of test sets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy

from classifier import charts
from classifier.charts import Cell, DotPlot, LinePlot, Score
from classifier.ml.artifacts import Card
from classifier.ml.metrics import wilson_interval
from classifier.ml.verdict import SINGLE

KINDS = ("single-words", "word-pairs", "sentences")  # the folders of lingua's layout
HELD_OUT, SHORT_TEXTS, COMMON_WORDS, ELISIONS = "held-out", "short-texts", "common-words", "elisions"
TEST_SETS = {
    **dict(zip(KINDS, ("single words", "word pairs", "sentences"), strict=True)),
    HELD_OUT: "held-out words",
    SHORT_TEXTS: "short texts",
    COMMON_WORDS: "common words",
    ELISIONS: "elisions",
}
TEST_SETS_ON_PAGES = {
    "single-words": gettext_lazy("Public single words"),
    "word-pairs": gettext_lazy("Public word pairs"),
    "sentences": gettext_lazy("Public sentences"),
    HELD_OUT: gettext_lazy("Held-out words"),
    SHORT_TEXTS: gettext_lazy("Short texts of held-out words"),
    COMMON_WORDS: gettext_lazy("Common words"),
    ELISIONS: gettext_lazy("Elisions and compounds"),
}
AS_TYPED = "as typed"  # texts without typing errors
MOST_IN_MATRIX, MOST_MISTAKES = 8, 20  # languages; mistakes listed where there are more languages
THREE = "3"  # the set of candidates en, fr and es in comparisons with other programs
TYPICAL_CONFIDENCE = 0.8  # pages describe the calibration at the confidence nearest to this


def set_name(key: str) -> str:
    """Return the English name of a test set, else `key`."""
    return TEST_SETS.get(key, key)


@dataclass(frozen=True, slots=True)
class TestSetScores:
    """Scores of a model on one test set.

    Scores that were not measured are empty or None.
    """

    score: Score
    languages: DotPlot | None = None
    lengths: LinePlot | None = None
    reliability: LinePlot | None = None
    calibration_error: float | None = None
    confusion: tuple[tuple[str, list[Cell]], ...] = ()  # the row of each true language
    verdicts: Mapping[str, float | None] | None = None
    single_on_foreign: Mapping[str, float] | None = None  # share of verdict `single` on texts in other languages
    words_per_second: int | None = None

    @property
    def name(self) -> str:
        """The key of the test set."""
        return self.score.name

    @property
    def mistakes(self) -> list[tuple[str, str, Cell]]:
        """The most frequent mistakes of many languages: the true one and the one answered, and how often."""
        languages = [language for language, _cells in self.confusion]
        if len(languages) <= MOST_IN_MATRIX:
            return []
        pairs = [
            (language, answered, cell)
            for language, cells in self.confusion
            for answered, cell in zip(languages, cells, strict=False)
            if cell.count and not cell.right
        ]
        return sorted(pairs, key=lambda pair: -pair[2].share)[:MOST_MISTAKES]

    @property
    def silent(self) -> float | None:
        """The share of texts for which no single language is named."""
        named = (self.verdicts or {}).get(SINGLE)
        return None if named is None else 1 - named

    @property
    def calibration_point(self) -> tuple[float, float] | None:
        """A typical confidence and the accuracy of answers with it."""
        if self.reliability is None:
            return None
        points = self.reliability.points
        pairs = [(one.confidence, one.score.share.value) for one in points if one.confidence is not None]
        return min(pairs, key=lambda pair: abs(pair[0] - TYPICAL_CONFIDENCE), default=None)


@dataclass(frozen=True, slots=True)
class ModelScores:
    """All scores of a model."""

    test_sets: list[TestSetScores]
    training: Mapping[str, LinePlot]  # `loss` and `val_loss` after each pass

    @property
    def accuracy(self) -> DotPlot | None:
        """The accuracy on each test set."""
        return charts.dot_plot([one.score for one in self.test_sets]) if self.test_sets else None

    @property
    def main(self) -> TestSetScores | None:
        """The scores on public single words, else on held-out words."""
        return next((one for one in self.test_sets if one.name in (KINDS[0], HELD_OUT)), None)

    @property
    def word_sets(self) -> list[TestSetScores]:
        """The scores on test sets of single words."""
        return [one for one in self.test_sets if one.lengths]  # measured for single words only

    @property
    def speed(self) -> int | None:
        """Words a second in chunks, on the largest test set."""
        largest = max(self.test_sets, key=lambda one: one.score.texts, default=None)
        return largest.words_per_second if largest else None


def model_scores(card: Card) -> ModelScores:
    """Return the scores in a card, public test sets first."""
    history = card.training.get("history", {})
    training = {kind: charts.loss_curve(history[kind]) for kind in ("loss", "val_loss") if history.get(kind)}
    ordered = sorted(card.scores.items(), key=lambda item: (*TEST_SETS, item[0]).index(item[0]))
    test_sets = [set_scores(name, scores) for name, scores in ordered if has_accuracy(scores)]
    return ModelScores(test_sets, training)


def has_accuracy(scores: Mapping[str, Any]) -> bool:
    """Return whether accuracy was measured on any text."""
    return bool(scores.get("words")) and scores.get("accuracy") is not None


def set_scores(name: str, scores: Mapping[str, Any]) -> TestSetScores:
    """Return the charts of scores measured by training.evaluation."""
    languages, lengths = list(_languages(scores)), [_score(row["letters"], row) for row in scores.get("by_length", ())]
    bins = scores.get("reliability", ())
    cells = charts.matrix_cells(scores.get("confusion", ()))
    confidences, accuracies = [row["confidence"] for row in bins], [_score("", row) for row in bins]
    return TestSetScores(
        _score(name, scores),
        languages=charts.dot_plot(languages) if languages else None,
        lengths=charts.line_plot(lengths) if lengths else None,
        reliability=charts.reliability_diagram(confidences, accuracies) if bins else None,
        calibration_error=scores.get("expected_calibration_error"),
        confusion=tuple(zip(scores.get("by_language", ()), cells, strict=False)),
        verdicts=scores.get("verdicts"),
        single_on_foreign=scores.get("single_elsewhere"),
        words_per_second=scores.get("words_per_second"),
    )


def _score(name: str, scores: Mapping[str, Any]) -> Score:
    return Score(name, scores["words"], wilson_interval(scores["accuracy"], scores["words"]))


def _languages(scores: Mapping[str, Any]) -> Iterator[Score]:
    """Yield the accuracy on each language with texts.

    The rows of the confusion matrix hold their number.
    """
    languages, rows = scores.get("by_language", {}).items(), scores.get("confusion", ())
    for (language, accuracy), row in zip(languages, rows, strict=False):
        if accuracy is not None and sum(row):
            yield Score(language, sum(row), wilson_interval(accuracy, sum(row)))


def program_scores(results: Mapping[str, Any]) -> dict[str, list[Score]]:
    """Return the scores among three languages measured by benchmarks.accuracy, by kind of text.

    They include other programs. All kinds have the order of the first, best program first.
    """
    entry, systems = results["sets"][THREE], results["systems"]
    texts = {kind: sum(counts.values()) for kind, counts in entry["texts"].items()}
    accuracies = {
        kind: {name: run["accuracy"][kind][AS_TYPED] for name, run in entry["runs"].items()} for kind in texts
    }
    first = next(iter(accuracies.values()))
    names = sorted((name for name in systems if name in first), key=lambda name: -first[name])
    return {
        kind: [
            Score(name, texts[kind], wilson_interval(shares[name], texts[kind]), ours=systems[name]["ours"])
            for name in names
        ]
        for kind, shares in accuracies.items()
    }
