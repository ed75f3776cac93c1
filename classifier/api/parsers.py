"""Reads JSON strictly (RFC 8259, I-JSON): what could be read in two ways is refused."""

import json
import math
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import NotAcceptable, ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser

NOT_JSON = "The body is not a JSON document in UTF-8 without duplicate names and numbers out of range."


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate name")
    return members


def _float(literal: str) -> float:
    number = float(literal)
    if not math.isfinite(number):
        raise ValueError("number out of range")
    return number


def _constant(literal: str) -> None:
    raise ValueError("not a JSON number")


def strict_json(body: bytes) -> Any:
    """Return the document in `body`; raise ValueError or RecursionError unless it is strict JSON."""
    document = json.loads(body.decode(), object_pairs_hook=_object, parse_float=_float, parse_constant=_constant)
    json.dumps(document, ensure_ascii=False).encode()  # lone surrogates cannot be encoded
    return document


class StrictJsonParser(BaseParser):
    """Parses application/json; a body that is no strict JSON is answered with one fixed text."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the document in `stream`; raise ParseError when there is none."""
        try:
            return strict_json(stream.read())
        except (ValueError, RecursionError):
            raise ParseError(NOT_JSON) from None


class SafeNegotiation(DefaultContentNegotiation):
    """REST framework's negotiation, which fails on a parameter with an unknown charset."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        """Return the parser of the body's media type; None, hence 415, when it is unreadable."""
        try:
            return super().select_parser(request, parsers)
        except ValueError:
            return None

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        """Return the renderer that the Accept header asks for; raise NotAcceptable (406)."""
        try:
            return super().select_renderer(request, renderers, format_suffix)
        except ValueError:
            raise NotAcceptable from None
