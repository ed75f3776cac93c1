"""JSON lines (NDJSON): a JSON document a line."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from classifier.api.parsers import strict_json
from classifier.api.requests import MAX_ITEMS

MEDIA_TYPE = "application/x-ndjson"
PIECE = 100  # lines that are sent at once: to send one takes longer than to make it
NOT_LINES = (
    "The body must have a JSON document in each line, in UTF-8, without duplicate names or numbers out of range."
)


class LinesParser(BaseParser):
    """Parses lines of strict JSON; its errors never repeat the body."""

    media_type = MEDIA_TYPE

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, list[Any]]:
        """Return the documents as `items`; of too many, as many as show that."""
        lines = [line for line in stream.read().split(b"\n") if line.strip()]
        try:
            return {"items": [strict_json(line) for line in lines[: MAX_ITEMS + 1]]}
        except (ValueError, RecursionError):
            raise ParseError(NOT_LINES) from None


class LinesRenderer(BaseRenderer):
    """JSON lines for content negotiation; lines are streamed."""

    media_type = MEDIA_TYPE
    format = "ndjson"


def in_pieces(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the lines in the pieces in which they are sent."""
    while piece := b"".join(islice(lines, PIECE)):
        yield piece
