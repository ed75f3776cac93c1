"""Draws what a model's card says it is worth; what was not measured is left out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from classifier.charts import Cell, Measure, Plot, Rows, against_ideal, by_order, curve, matrix, rows_of
from classifier.ml.artifacts import Card
from classifier.ml.metrics import interval
from classifier.training.test_sets import KINDS

SPOKEN_OF = 0.8  # the calibration is told in words at the confidence nearest to this


@dataclass(frozen=True, slots=True)
class Test:
    """What a model is worth on one set of texts."""

    measure: Measure
    languages: Rows | None = None
    lengths: Plot | None = None
    reliability: Plot | None = None
    calibration_error: float | None = None
    confusion: tuple[tuple[str, list[Cell]], ...] = ()
    verdicts: Mapping[str, float | None] | None = None
    elsewhere: Mapping[str, float] | None = None  # how often texts of no language of its own got one
    words_per_second: int | None = None

    @property
    def name(self) -> str:
        """The name of the texts."""
        return self.measure.name

    @property
    def spoken(self) -> tuple[float, float] | None:
        """A confidence and how often it was right, to be told in words."""
        if self.reliability is None:
            return None
        pairs = [(point.across, point.value.value) for point in self.reliability.points if point.across is not None]
        return min(pairs, key=lambda pair: abs(pair[0] - SPOKEN_OF), default=None)


@dataclass(frozen=True, slots=True)
class Worth:
    """All that was measured of a model."""

    tests: list[Test]
    training: Mapping[str, Plot]  # by kind of words: the loss after each pass

    @property
    def accuracy(self) -> Rows | None:
        """The accuracy on all sets of texts."""
        return rows_of([test.measure for test in self.tests]) if self.tests else None

    @property
    def words(self) -> list[Test]:
        """The tests on single words, of which lengths and mistakes are drawn."""
        return [test for test in self.tests if test.lengths]

    @property
    def speed(self) -> int | None:
        """Words a second in chunks, of the test with the most texts."""
        largest = max(self.tests, key=lambda test: test.measure.texts, default=None)
        return largest.words_per_second if largest else None


def worth_of(card: Card) -> Worth:
    """Return what the card says of a model."""
    history = card.training.get("history", {})
    training = {kind: curve(history[kind]) for kind in ("loss", "val_loss") if history.get(kind)}
    return Worth(list(_tests(card)), training)


def _tests(card: Card) -> Iterator[Test]:
    for name, scores in sorted(card.scores.items(), key=lambda item: (*KINDS, item[0]).index(item[0])):
        if scores.get("words") and scores.get("accuracy") is not None:
            yield _test(Measure(name, scores["words"], interval(scores["accuracy"], scores["words"])), scores)


def _test(measure: Measure, scores: Mapping[str, Any]) -> Test:
    languages, lengths = list(_languages(scores)), [_band(row) for row in scores.get("by_length", ())]
    bins = scores.get("reliability", ())
    measures = [Measure("", row["words"], interval(row["accuracy"], row["words"])) for row in bins]
    return Test(
        measure,
        languages=rows_of(languages) if languages else None,
        lengths=by_order(lengths) if lengths else None,
        reliability=against_ideal([row["confidence"] for row in bins], measures) if measures else None,
        calibration_error=scores.get("expected_calibration_error"),
        confusion=tuple(zip(scores.get("by_language", ()), matrix(scores.get("confusion", ())), strict=False)),
        verdicts=scores.get("verdicts"),
        elsewhere=scores.get("single_elsewhere"),
        words_per_second=scores.get("words_per_second"),
    )


def _languages(scores: Mapping[str, Any]) -> Iterator[Measure]:
    """Yield the accuracy on the texts of each language that had any; the confusion matrix knows how many."""
    for (language, accuracy), row in zip(
        scores.get("by_language", {}).items(), scores.get("confusion", ()), strict=False
    ):
        if accuracy is not None and sum(row):
            yield Measure(language, sum(row), interval(accuracy, sum(row)))


def _band(row: Mapping[str, Any]) -> Measure:
    return Measure(row["letters"], row["words"], interval(row["accuracy"], row["words"]))
