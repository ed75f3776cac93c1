"""Strict JSON (RFC 8259, I-JSON) and content negotiation."""

import json
import math
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import NotAcceptable, ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser

NOT_JSON = "The body must be a JSON document in UTF-8, without duplicate names or numbers out of range."


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate name")
    return members


def _finite_float(literal: str) -> float:
    number = float(literal)
    if not math.isfinite(number):
        raise ValueError("number out of range")
    return number


def _refuse_constant(literal: str) -> None:
    raise ValueError("not a JSON number")


# One for all documents: json.loads would make one for each, which takes longer than a line of a batch.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique_members, parse_float=_finite_float, parse_constant=_refuse_constant
)


def strict_json(body: bytes) -> Any:
    """Return the document in `body`.

    Raises ValueError or RecursionError if it is not strict JSON.
    """
    document = _DECODER.decode(body.decode())
    if b"\\u" in body:
        json.dumps(document, ensure_ascii=False).encode()  # an escaped lone surrogate cannot be encoded
    return document


class StrictJsonParser(BaseParser):
    """Parses strict JSON; its errors never repeat the body."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the document in `stream`; raise ParseError if not strict."""
        try:
            return strict_json(stream.read())
        except (ValueError, RecursionError):
            raise ParseError(NOT_JSON) from None


class SafeNegotiation(DefaultContentNegotiation):
    """Negotiation that survives parameters of unknown charset."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        """Return the parser, or None (415) for an unreadable type."""
        try:
            return super().select_parser(request, parsers)
        except ValueError:
            return None

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        """Return the renderer; raise NotAcceptable (406)."""
        if request.META.get("HTTP_ACCEPT", "*/*") == "*/*" and not format_suffix:  # of most programs
            return renderers[0], renderers[0].media_type
        try:
            return super().select_renderer(request, renderers, format_suffix)
        except ValueError:
            raise NotAcceptable from None
