"""Columns of the admin's exports: those of the lists, with codes beside names."""

from array import array
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from classifier.access.owners import short_owner
from classifier.formats.tables import Columns
from classifier.languages import full_label
from classifier.models import Feedback, Prediction
from classifier.services.feedback import label_of
from classifier.templatetags.answer_text import brief

CHUNK = 1000  # rows in memory


def decided_name(feedback: Feedback) -> str:
    """Return the name of the label that was decided, empty without one."""
    return full_label(feedback.decided_label, feedback.decided_languages) if feedback.decided_label else ""


def answer_name(prediction: Prediction) -> str:
    """Return the answer as in lists; of a private one only the verdict is known."""
    return str(prediction.get_verdict_display()) if prediction.private else brief(prediction.answer())


PREDICTIONS: Columns = {
    "word": lambda row: row.word,
    "answer": answer_name,
    "language": lambda row: row.language,
    "verdict": lambda row: row.verdict,
    "probability": lambda row: None if row.private else row.answer().candidates[0].probability,
    "model": lambda row: row.model,
    "model_version": lambda row: row.model_version,
    "source": lambda row: row.source,
    "owner": lambda row: short_owner(row.owner),
    "created": lambda row: row.created.isoformat(),
}
BATCHES: Columns = {
    "public_id": lambda row: str(row.public_id),
    "name": lambda row: row.name,
    "answered": lambda row: row.answered,
    "model": lambda row: row.model,
    "owner": lambda row: short_owner(row.owner),
    "created": lambda row: row.created.isoformat(),
}
FEEDBACK: Columns = {
    "word": lambda row: row.prediction.word,
    "answer": lambda row: brief(row.prediction.answer()),
    "answer_code": lambda row: _codes(*label_of(row.prediction.answer())),
    "label": lambda row: full_label(row.label, row.languages),
    "label_code": lambda row: _codes(row.label, row.languages),
    "votes": lambda row: row.votes,
    "status": lambda row: row.get_status_display(),
    "status_code": lambda row: row.status,
    "decided": decided_name,
    "decided_code": lambda row: _codes(row.decided_label, row.decided_languages),
    "owner": lambda row: short_owner(row.owner),
    "created": lambda row: row.created.isoformat(),
}
REVIEWED_WORDS: Columns = {
    "word": lambda row: row.word_key,
    "label": lambda row: full_label(row.label, row.languages),
    "label_code": lambda row: _codes(row.label, row.languages),
    "votes": lambda row: row.votes,
    "trained_in": lambda row: row.trained_in,
}
DECISIONS: Columns = {
    "word": lambda row: row.word_key,
    "label": lambda row: row.outcome_name,
    "label_code": lambda row: _codes(row.label, row.languages),
    "reviewer": lambda row: str(row.reviewer or ""),
    "reason": lambda row: row.reason,
    "created": lambda row: row.created.isoformat(),
    "undone": lambda row: _moment(row.undone_at),
}
ACTIVATIONS: Columns = {
    "model": lambda row: row.name,
    "version": lambda row: row.version,
    "previous": lambda row: row.previous,
    "reason": lambda row: row.reason,
    "overridden": lambda row: row.overridden,
    "user": lambda row: str(row.user or ""),
    "created": lambda row: row.created.isoformat(),
}


def read_rows(rows: QuerySet[Any], selected: QuerySet[Any]) -> Iterator[Any]:
    """Return the selected rows in their order, read in chunks.

    In memory are a chunk and the ids of all, 8 bytes each. No transaction is open between chunks.
    """
    ids = array("q", selected.values_list("pk", flat=True).iterator(CHUNK))
    return _read_chunks(rows, ids)


def _read_chunks(rows: QuerySet[Any], ids: "array[int]") -> Iterator[Any]:
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        found = rows.in_bulk(chunk)
        yield from (found[pk] for pk in chunk if pk in found)  # others were deleted meanwhile


def _codes(label: str, languages: Any) -> str:
    return " ".join([label, *languages])


def _moment(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
