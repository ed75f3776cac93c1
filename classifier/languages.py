"""Names the languages that models and people speak of."""

from collections.abc import Sequence

from django.conf.locale import LANG_INFO
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

# The labels of feedback that are no language; ISO 639 gives these codes these meanings.
OTHER_LABELS = {
    "mul": gettext_lazy("Several languages"),
    "mis": gettext_lazy("Another language"),
    "zxx": gettext_lazy("Not a word"),
    "und": gettext_lazy("Not sure"),
}


def language_name(code: str) -> str:
    """Return the English name of a language, or its code when Django does not know it."""
    return str(LANG_INFO.get(code, {}).get("name", code))


def label_name(label: str) -> str:
    """Return the name of a language or another label of feedback in the reader's language, as it stands alone."""
    return str(OTHER_LABELS.get(label) or _(language_name(label)))


def mentioned(label: str) -> str:
    """Return the name as it stands inside a sentence, where only English gives languages a capital."""
    name = label_name(label)
    if get_language() == "en" and label not in OTHER_LABELS:
        return name
    return name[:1].lower() + name[1:]


def listed(codes: Sequence[str]) -> str:
    """Return languages as people list them inside a sentence: English, French and Spanish."""
    *others, last = map(mentioned, codes)
    if not others:
        return last
    text = _("%(others)s and %(last)s")
    if last.lower().startswith(("i", "hi")):  # Spanish has another "and" there: francés e inglés
        text = pgettext("before the sound of i", "%(others)s and %(last)s")
    return text % {"others": ", ".join(others), "last": last}
