"""Template filters of the choice of languages."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classifier.languages import join_names, keep_by_language, name_in_text, own_name, sort_by_name
from classifier.ml.artifacts import ALL_LANGUAGES, wants_all_languages
from classifier.templatetags.verdict_text import levels
from classifier.web.forms import WordForm

register = template.Library()

MOST_NAMED = 4  # languages in one line


@register.filter
def picker_fields(form: WordForm) -> dict[str, Any]:
    """Return the fields of the choice of languages."""
    known, default, asks_all = form.serving.languages, form.default_candidates, wants_all_languages(form.candidates)
    identifier = str(form.auto_id) % "languages"
    return {
        **_texts(len(known), default),
        "id": identifier,
        "open": mark_safe(" open") if form.is_bound and "languages" in form.errors else "",
        "error": _error(form, identifier) if form.is_bound else "",
        "chosen": all_name(len(known)) if asks_all else _names_in_line(form.candidates),
        "all_box": _all_box(len(known), checked=asks_all) if len(default) < len(known) else "",
        "boxes": _boxes(known, default if asks_all else form.candidates),
    }


@keep_by_language
def _texts(count: int, default: Sequence[str]) -> dict[str, str]:
    """Return the texts that site.js needs for the line of those chosen and for the search."""
    return {
        "all": all_name(count),
        "default": _names_in_line(default),
        "more": _("%(names)s and %(count)d more"),
        "found": _("%(count)d of %(all)d languages"),
    }


@register.filter
def model_choice(form: WordForm) -> str:
    """Return the chosen model in a line, with another confidence than the usual one."""
    name, chosen = form.chosen_model, [level for level in levels(form["confidence"].value())[1:] if level[2]]
    if not name:
        return _("Model")
    if not chosen:
        return _("Model: %(model)s") % {"model": name}
    return _("Model: %(model)s; confidence %(level)s") % {"model": name, "level": chosen[0][1]}


def _names_in_line(codes: Sequence[str]) -> str:
    return ", ".join(map(name_in_text, codes)) if len(codes) <= MOST_NAMED else join_names(codes, MOST_NAMED)


@keep_by_language
def all_name(count: int) -> str:
    """Return the name of the choice of all languages."""
    return ngettext("all %(count)d languages", "all %(count)d languages", count) % {"count": count}


def _error(form: WordForm, identifier: str) -> str:
    text = '<p class="problem" id="{}_error" tabindex="-1" autofocus>{}</p>'
    errors = (format_html(text, identifier, error) for error in form.errors.get("languages", ()))
    return mark_safe("".join(errors))  # noqa: S308 - escaped


@keep_by_language
def _all_box(count: int, *, checked: bool) -> SafeString:
    text = '<label class="option all"><input type="checkbox" name="languages" value="{}"{}> <span>{}</span></label>'
    name = all_name(count)
    return format_html(text, ALL_LANGUAGES, mark_safe(" checked") if checked else "", name[:1].upper() + name[1:])


def _boxes(known: Sequence[str], ticked: Sequence[str]) -> SafeString:
    """Return a box for each known language by name, the ticked ones first."""
    boxes = _box_parts(tuple(known))
    first = [f"{start} checked{end}" for code, start, end in boxes if code in ticked]
    others = [start + end for code, start, end in boxes if code not in ticked]
    return mark_safe("".join(first + others))  # noqa: S308 - all texts are escaped


@keep_by_language
def _box_parts(known: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """Return each language with the HTML of its box, before and after the mark of a ticked one."""
    start = '<label><input type="checkbox" name="languages" value="{}"'
    return [
        (code, f"{format_html(start, code)}", f"> {_names(code, name)}</label>") for code, name in sort_by_name(known)
    ]


def _names(code: str, name: str) -> SafeString:
    own = own_name(code)
    if own == name:
        return format_html("<span>{}</span>", name)
    return format_html('<span>{} <bdi lang="{}">{}</bdi></span>', name, code, own)
