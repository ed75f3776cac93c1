"""Streamed tables of any rows, as CSV and JSON lines."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import translation

from classifier.formats.files import CHUNK, Csv, JsonLines, attachment, csv_line, encode_line
from classifier.ml.columns import Cell

Columns = Mapping[str, Callable[[Any], Cell]]  # by name: the reader of a row


def download_table(rows: Iterable[Any], columns: Columns, stem: str, ending: str) -> StreamingHttpResponse:
    """Return rows as a streamed file, CSV or JSON lines, in the language of the page."""
    media_type, text_of = _FORMATS[ending]
    text = _stream(iter(rows), lambda chunk: text_of(columns, chunk), translation.get_language())
    opening = csv_line(columns) if ending == "csv" else ""
    return attachment(_after(opening, text), media_type, f"{stem}.{ending}")


def _after(opening: str, text: Iterator[str]) -> Iterator[str]:
    yield opening
    yield from text


def _stream(rows: Iterator[Any], text_of: Callable[[Sequence[Any]], str], language: str | None) -> Iterator[str]:
    while chunk := list(islice(rows, CHUNK)):
        with translation.override(language):  # the response is sent after the request has left its language
            text = text_of(chunk)
        yield text


def _csv(columns: Columns, rows: Sequence[Any]) -> str:
    return "".join(csv_line(read(row) for read in columns.values()) for row in rows)


def _json_lines(columns: Columns, rows: Sequence[Any]) -> str:
    return "".join(f"{encode_line({name: read(row) for name, read in columns.items()})}\n" for row in rows)


_FORMATS = {"csv": (Csv.media_type, _csv), "jsonl": (JsonLines.media_type, _json_lines)}
