"""Inputs of forms, written without templates."""

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

Widget = Mapping[str, Any]  # the context of a widget's template


class InputRenderer(DjangoTemplates):
    """Writes common widgets as Django's templates do, which take twenty times as many calls."""

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> SafeString:
        """Return the HTML of a widget; of others than common ones, by their template."""
        write = _WRITERS.get(template_name)
        if write is None or context["widget"].get("wrap_label"):
            return mark_safe(super().render(template_name, context, request))  # noqa: S308 - as Django returns it
        return mark_safe(write(context["widget"]))  # noqa: S308 - all values are escaped


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{_text(widget["value"])}"'
    return f'<input type="{_text(widget["type"])}" name="{_text(widget["name"])}"{value}{_attributes(widget)}>'


def _textarea(widget: Widget) -> str:
    text = conditional_escape(localize(widget["value"])) if widget["value"] else ""
    return f'<textarea name="{_text(widget["name"])}"{_attributes(widget)}>\n{text}</textarea>'


def _attributes(widget: Widget) -> str:
    return "".join(
        f" {conditional_escape(name)}" if value is True else f' {conditional_escape(name)}="{_text(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _text(value: Any) -> str:
    """Return a value as escaped text, not localised."""
    return conditional_escape(value if isinstance(value, str) else str(value))


_INPUTS = ("text", "date", "checkbox", "radio_option", "checkbox_option", "input", "hidden", "number")
_WRITERS: dict[str, Callable[[Widget], str]] = {
    **{f"django/forms/widgets/{name}.html": _input for name in _INPUTS},
    "django/forms/widgets/textarea.html": _textarea,
}
