"""Names the languages that models and people speak of."""

from collections.abc import Sequence

from django.conf.locale import LANG_INFO
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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
    """Return the name of a language or another label of feedback in the reader's language."""
    return str(OTHER_LABELS.get(label) or _(language_name(label)))


def listed(codes: Sequence[str]) -> str:
    """Return languages as people list them: English, French and Spanish."""
    *others, last = map(label_name, codes)
    if not others:
        return last
    return _("%(others)s and %(last)s") % {"others": ", ".join(others), "last": last}
