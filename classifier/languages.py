"""Names and codes of languages."""

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from functools import cache, lru_cache, wraps
from typing import ParamSpec, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from classifier.language_names import NAMES

MULTIPLE = "mul"  # the label of a word that several languages share
OTHER_LANGUAGE = "mis"  # the label of a word of a language that nobody named
# Labels that are no language, with the meanings that ISO 639 gives these codes.
SPECIAL_LABELS = {
    "mul": gettext_lazy("Several languages"),
    "mis": gettext_lazy("Another language"),
    "zxx": gettext_lazy("Not a word"),
    "und": gettext_lazy("Not sure"),
}
LONGEST_CODE = 35  # characters; RFC 5646, 4.4.1
_VOWEL = re.compile("[aeiouàâéèêîôœæ]|hé")  # that shortens articles: de l'hébreu, but du hongrois
_PRIVATE_USE = re.compile(r"q[a-t][a-z]|Qa[ab][a-x]")  # languages and scripts without a public meaning

P = ParamSpec("P")
T = TypeVar("T")


def keep_by_language(function: Callable[P, T]) -> Callable[P, T]:
    """Keep the last results of a function, which depend on its arguments and the active language.

    Not for functions of what people asked.
    """

    @lru_cache(maxsize=1024)
    def keep(_language: str | None, *args: P.args, **kwargs: P.kwargs) -> T:
        return function(*args, **kwargs)

    @wraps(function)
    def kept(*args: P.args, **kwargs: P.kwargs) -> T:
        return keep(get_language(), *args, **kwargs)  # type: ignore[arg-type]  # cached arguments are hashable

    kept.cache_clear = keep.cache_clear  # type: ignore[attr-defined]
    return kept


def canonical_label(code: str) -> str:
    """Return the canonical code of a language or special label.

    Raises ValidationError for any other text.
    """
    if code.lower() in SPECIAL_LABELS:
        return code.lower()
    try:
        return _canonical(code)
    except ValueError:
        message = _("Unknown label. Use the code of a language (BCP 47), such as en or pt, or mul, mis, zxx or und.")
        raise ValidationError(message, code="invalid_label") from None


def canonical_language(code: str) -> str:
    """Return the canonical code of a language (BCP 47).

    EN and eng are en, iw is he, sh is sr-Latn. Region and variants are dropped (en-GB is en): models tell languages
    only. The script stays unless it is the language's usual one. The main language of a macrolanguage goes by the
    latter's code (cmn is zh), as in Unicode CLDR.
    Raises ValidationError for special labels, for codes of private use, and for codes that mean nothing.
    """
    if code.lower() in SPECIAL_LABELS:
        message = _("Name languages only: mul, mis, zxx and und are labels.")
        raise ValidationError(message, code="invalid_language")
    try:
        return _canonical(code)
    except ValueError:
        message = _("Unknown language. Use a code of BCP 47, such as en or pt.")
        raise ValidationError(message, code="invalid_language") from None


def find_code(code: str, known: Collection[str]) -> str | None:
    """Return the equivalent code among `known`, or None.

    `known` holds canonical codes.
    """
    if code in known:
        return code  # without langcodes, which takes 40 ms to import
    try:
        canonical = canonical_label(code)
    except ValidationError:
        return None
    return canonical if canonical in known else None


def _canonical(code: str) -> str:
    """Return the canonical form of a language's code; raise ValueError."""
    from langcodes import Language
    from langcodes.data_dicts import ALL_SCRIPTS, LANGUAGE_REPLACEMENTS, VALIDITY
    from langcodes.tag_parser import parse_tag

    if len(code) > LONGEST_CODE:
        raise ValueError
    parts = dict(parse_tag(code))  # type: ignore[no-untyped-call]
    tag = parts.get("grandfathered") or "-".join(parts[part] for part in ("language", "extlang") if part in parts)
    # Language.get caches every code for ever, so it gets only known ones, without subtags that callers may invent.
    if not (tag in LANGUAGE_REPLACEMENTS or VALIDITY.match(tag)):
        raise ValueError
    canonical = Language.get(tag).prefer_macrolanguage()
    language, script = canonical.language or "", parts.get("script", canonical.script)
    if not language.isalpha() or language in SPECIAL_LABELS or _PRIVATE_USE.fullmatch(language):
        raise ValueError
    if script in {None, Language.get(language).maximize().script}:
        return language
    if script not in ALL_SCRIPTS or _PRIVATE_USE.fullmatch(script):
        raise ValueError
    return f"{language}-{script}"


@lru_cache(maxsize=256)
def language_name(code: str) -> str:
    """Return the English name of a language, else its code."""
    return NAMES[code][0] if code in NAMES else code


def own_name(code: str) -> str:
    """Return what speakers call their language, with a capital; else its code."""
    name = NAMES[code][1] if code in NAMES else code
    return name[:1].title() + name[1:]  # not upper(): Georgian has capitals that it never begins a word with


@keep_by_language
def known_names() -> tuple[tuple[str, str], ...]:
    """Return the codes and localised names of all languages with a name, by name."""
    return sort_by_name(_known_codes())


@cache
def _known_codes() -> frozenset[str]:
    return frozenset(canonical_language(code) for code in NAMES if code == "sr-Latn" or "-" not in code)


@keep_by_language
def sort_by_name(codes: tuple[str, ...] | frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Return codes and localised names of languages, by name; accents do not count."""
    names = [(code, label_name(code)) for code in codes]
    return tuple(sorted(names, key=lambda pair: unaccented(pair[1])))


def unaccented(name: str) -> str:
    """Return a name in lower case without accents, to sort by."""
    return "".join(filter(str.isalpha, unicodedata.normalize("NFD", name.casefold())))


@keep_by_language
def label_name(label: str) -> str:
    """Return the localised name of a language or special label."""
    if label in SPECIAL_LABELS:
        return str(SPECIAL_LABELS[label])
    return _(NAMES[label][0]) if label in NAMES else label


def full_label(label: str, languages: Sequence[str]) -> str:
    """Return the localised name of a label; of a shared word, of its languages."""
    names = join_names(languages) if languages else label_name(label)
    return names[:1].upper() + names[1:]


@keep_by_language
def name_in_text(label: str) -> str:
    """Return the localised name of a label inside a sentence.

    Only English capitalises the names of languages there.
    """
    name = label_name(label)
    if get_language() == "en" and label not in SPECIAL_LABELS:
        return name
    return name[:1].lower() + name[1:]


@keep_by_language
def name_of_text(label: str) -> str:
    """Return the localised name of the language of a text, for a sentence.

    French needs an article: du français, de l'anglais.
    """
    name = name_in_text(label)
    if _VOWEL.match(name):
        text = pgettext("language of a text, before a vowel", "%(language)s")
    else:
        text = pgettext("language of a text", "%(language)s")
    return text % {"language": name}


def _first_names(names: Sequence[str], most: int) -> dict[str, str | int]:
    """Return one name less than `most`, and the number of the others."""
    return {"names": ", ".join(names[: most - 1]), "count": len(names) - most + 1}


def join_names(codes: Sequence[str], most: int = 0) -> str:
    """Return a localised enumeration: English, French and Spanish.

    Of more than `most` languages it names one less, and counts the rest.
    """
    names = list(map(name_in_text, codes))
    if most and len(names) > most:
        return _("%(names)s and %(count)d more") % _first_names(names, most)
    *others, last = names
    if not others:
        return last
    text = _("%(others)s and %(last)s")
    if last.lower().startswith(("i", "hi")):  # Spanish has another "and" there: francés e inglés
        text = pgettext("before the sound of i", "%(others)s and %(last)s")
    return text % {"others": ", ".join(others), "last": last}


def join_alternatives(codes: Sequence[str], most: int = 0) -> str:
    """Return localised alternatives: English, French or Spanish.

    Of more than `most` languages it names one less, and counts the rest.
    """
    names = list(map(name_in_text, codes))
    if most and len(names) > most:
        return _("%(names)s or one of %(count)d more") % _first_names(names, most)
    *others, last = names
    if not others:
        return last
    text = _("%(others)s or %(last)s")
    if last.lower().startswith(("o", "ho")):  # Spanish has another "or" there: inglés u holandés
        text = pgettext("before the sound of o", "%(others)s or %(last)s")
    return text % {"others": ", ".join(others), "last": last}
