"""Streams a history as a file: CSV for spreadsheets, JSON lines for programs."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from django.http import StreamingHttpResponse
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from classifier.api import schema
from classifier.api.base import JsonView, query, require_owner, valid
from classifier.api.requests import ExportQuery
from classifier.formats.fields import prediction_fields
from classifier.formats.files import without_formula
from classifier.models import PredictionQuerySet
from classifier.services import history

COLUMNS = (
    "id",
    "created_at",
    "word",
    "model",
    "model_version",
    "language",
    "verdict",
    "candidates",
    "undetermined",
    "agreement",
    "correction",
    "correction_status",
    "reviewed",
)


class CsvExport(BaseRenderer):
    """Comma-separated values with a line of names; no cell is taken for a formula."""

    media_type, format, charset = "text/csv", "csv", "utf-8"

    def lines(self, rows: PredictionQuerySet, owner: str) -> Iterator[str]:
        """Yield the file line by line."""
        yield _line(COLUMNS)
        for prediction in history.read_all(rows, owner):
            yield _line(_cells(prediction_fields(prediction, owner)))


class JsonLinesExport(BaseRenderer):
    """One prediction a line, exactly as elsewhere in the API."""

    media_type, format, charset = "application/jsonl", "jsonl", "utf-8"

    def lines(self, rows: PredictionQuerySet, owner: str) -> Iterator[bytes]:
        """Yield the file line by line."""
        render = JSONRenderer().render
        for prediction in history.read_all(rows, owner):
            yield render(prediction_fields(prediction, owner)) + b"\n"


RENDERERS: dict[str, type[CsvExport | JsonLinesExport]] = {each.format: each for each in (CsvExport, JsonLinesExport)}


class Export(JsonView):
    """A history as a file, as long as it may be, with the filters of the list."""

    scopes = {"GET": "export"}

    def get_renderers(self) -> list[BaseRenderer]:
        """Return the one renderer of the format asked for, which the Accept header has to allow."""
        return [RENDERERS.get(self.request.GET.get("format", ""), CsvExport)()]

    @schema.EXPORT
    def get(self, request: Request) -> StreamingHttpResponse:
        """Export your own predictions, newest first."""
        owner = require_owner(request)
        asked = valid(ExportQuery(data=query(request)))
        return download(asked.pop("format"), owner, asked)


def download(name: str, owner: str, filters: Mapping[str, Any]) -> StreamingHttpResponse:
    """Return the owner's rows that pass all filters as a file of the format `name`."""
    renderer: Any = RENDERERS[name]()
    lines = renderer.lines(history.select(owner, filters), owner)
    disposition = {"Content-Disposition": f'attachment; filename="predictions.{name}"'}
    content_type = f"{renderer.media_type}; charset=utf-8"
    return StreamingHttpResponse(lines, content_type=content_type, headers=disposition)


def _cells(fields: dict[str, Any]) -> Iterator[object]:
    if "answers" in fields:  # of all models: the best one's, and how many agree
        fields = {**fields["answers"][0], **fields}
    correction, reviewed = fields["correction"] or {}, fields["reviewed"] or {}
    shares = (f"{each['language']} {each['probability']}" for each in fields["candidates"])
    flat = {
        **dict.fromkeys(COLUMNS),
        **fields,
        "created_at": fields["created_at"].isoformat(),
        "candidates": "; ".join(shares),
        "correction": " ".join([correction.get("label", ""), *correction.get("languages", [])]),
        "correction_status": correction.get("status", ""),
        "reviewed": " ".join([reviewed.get("label", ""), *reviewed.get("languages", [])]),
    }
    for name in COLUMNS:
        value = flat[name]
        yield without_formula(value) if isinstance(value, str) else value


def _line(cells: Any) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
