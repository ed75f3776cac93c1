"""Chooses parser and renderer, and refuses headers that cannot be read instead of failing on them."""

from typing import Any

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation


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
