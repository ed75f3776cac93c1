"""Template tags for parts of a page that are rendered once per language."""

from collections.abc import Hashable, Mapping, Sequence
from html import escape
from typing import Any
from uuid import UUID

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.urls import get_script_prefix, reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()

MOST_KEPT = 200  # texts of one tag
_NO_ID = UUID(int=0)


class Constant(Node):
    """A part of a template, kept as text by language and keys."""

    def __init__(self, nodelist: NodeList, keys: Sequence[FilterExpression]) -> None:
        self.nodelist, self._keys = nodelist, keys
        self._kept: dict[Hashable, SafeString] = {}

    def render(self, context: Any) -> SafeString:
        """Return the text, rendered on first use; a key of None keeps nothing."""
        keys = [key.resolve(context, ignore_failures=True) for key in self._keys]
        if None in keys:
            return self.nodelist.render(context)
        key = (get_language(), get_script_prefix(), *keys)
        text = self._kept.get(key)
        if text is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            text = self._kept[key] = self.nodelist.render(context)
        return text


class Fill(Node):
    """A constant part with places in braces, filled with the fields of one or many rows."""

    def __init__(self, pattern: Constant, rows: FilterExpression) -> None:
        self._pattern, self._rows = pattern, rows

    def render(self, context: Any) -> SafeString:
        """Return the text of all rows."""
        pattern, rows = self._pattern.render(context), self._rows.resolve(context)
        if isinstance(rows, Mapping):
            rows = [rows]
        escaped = ({name: _escape(value) for name, value in row.items()} for row in rows)
        return mark_safe("".join(map(pattern.format_map, escaped)))  # noqa: S308 - all values are escaped


@register.tag
def constant(parser: Parser, token: Token) -> Constant:
    """Render the content once per language and keys, and keep it in the process.

    It may depend on nothing else, and must not hold what people asked or who they are.
    """
    keys = [parser.compile_filter(key) for key in token.split_contents()[1:]]
    return Constant(_content(parser, "endconstant"), keys)


@register.tag
def fill(parser: Parser, token: Token) -> Fill:
    """Fill the content's places, such as {word}, with the fields of a row or of many rows.

    The content is constant: a loop of Django's takes ten times as many calls.
    """
    _name, rows = token.split_contents()
    return Fill(Constant(_content(parser, "endfill"), ()), parser.compile_filter(rows))


def _escape(value: Any) -> str:
    return value if isinstance(value, SafeString) else escape(str(value))


def _content(parser: Parser, end: str) -> NodeList:
    nodelist = parser.parse((end,))
    parser.delete_first_token()
    return nodelist


@register.simple_tag
def url_with_id(name: str) -> str:
    """Return the address of a page, with the place {public_id}."""
    return reverse(name, args=[_NO_ID]).replace(str(_NO_ID), "{public_id}")
