"""Writes the rows of a batch as a file: CSV for spreadsheets, JSON lines for programs; errors stand in their place."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from django.utils import translation
from rest_framework.renderers import JSONRenderer

from classifier.formats.fields import answer_fields, comparison_fields, prediction_fields
from classifier.formats.files import Csv
from classifier.models import Prediction
from classifier.services.batches import Entry


class BatchCsv(Csv):
    """A line for each row, whether answered or not; of all models, the best one's answer."""

    media_type = "text/csv"

    def __init__(self, languages: Sequence[str], owner: str) -> None:
        super().__init__(languages)
        self.opening = self._lines([["row", *self._names, "error"]])

    def line(self, entry: Entry) -> str:
        """Return the line of a row."""
        if entry.prediction is None:
            return self._lines([[entry.row, *[""] * len(self._names), _detail(entry)]])
        return self._lines([[entry.row, *self._cells(entry.prediction.answer()), ""]])


class BatchJsonLines:
    """An object for each row, as the API writes it, with the number of the row."""

    media_type = "application/jsonl"
    opening = ""

    def __init__(self, languages: Sequence[str], owner: str) -> None:
        self._owner = owner
        self._render = JSONRenderer().render

    def line(self, entry: Entry) -> str:
        """Return the line of a row."""
        return str(self._render({"row": entry.row, **self._fields(entry)}), "utf-8") + "\n"

    def _fields(self, entry: Entry) -> dict[str, Any]:
        if entry.prediction is None:
            return {"error": {"code": entry.code, "detail": _detail(entry)}}
        if entry.prediction.private:  # there is no opinion on it to be looked up
            return _private_fields(entry.prediction)
        return prediction_fields(entry.prediction, self._owner)


FILES: dict[str, type[BatchCsv | BatchJsonLines]] = {"csv": BatchCsv, "jsonl": BatchJsonLines}


def lines(entries: Iterable[Entry], name: str, owner: str = "") -> Iterator[str]:
    """Yield the file, line by line."""
    rows = iter(entries)
    before: list[Entry] = []
    for entry in rows:  # up to the first answer, which tells the languages
        before.append(entry)
        if entry.prediction:
            break
    file: Any = FILES[name](_languages(before), owner)
    yield file.opening
    yield from map(file.line, chain(before, rows))


def _languages(entries: Sequence[Entry]) -> list[str]:
    """Return the languages of the answers, in the order of the model."""
    answers = [entry.prediction.answer() for entry in entries if entry.prediction]
    asked = {candidate.language for answer in answers for candidate in answer.candidates}
    labels = dict.fromkeys(label for answer in answers for label in answer.probabilities)
    return [label for label in labels if label in asked]


def _detail(entry: Entry) -> str:
    with translation.override("en"):  # programs read it
        return entry.reason


def _private_fields(prediction: Prediction) -> dict[str, Any]:
    comparison = prediction.comparison()
    fields = comparison_fields(comparison) if comparison else answer_fields(prediction.answer())
    return {"id": None, **fields, "correction": None, "reviewed": None}
