"""Template filters for batches: summary, names and colours."""

from collections.abc import Sequence

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classifier.charts import round_shares
from classifier.languages import SPECIAL_LABELS, join_names, label_name, name_of_text
from classifier.ml.verdict import UNDETERMINED
from classifier.models import MULTIPLE, Prediction
from classifier.services import registry
from classifier.services.batches import LabelCount
from classifier.templatetags.model_text import number

register = template.Library()

TONES = 5  # colours of languages in the style sheet
_SPECIAL_TONES = {MULTIPLE: "tone-mul", UNDETERMINED: "tone-und"}


@register.filter
def language_summary(parts: Sequence[LabelCount]) -> str:
    """Return the languages of a batch as a sentence."""
    languages = [part for part in parts if part.label not in SPECIAL_LABELS]
    total = sum(part.count for part in parts)
    if not languages:
        return _("None of these words is clearly of one language")
    first = languages[0]
    values = {"language": name_of_text(first.label), "count": number(first.count), "total": number(total)}
    if first.count == total:
        return ngettext("One word, and it is %(language)s", "All %(total)s words are %(language)s", total) % values
    if 2 * first.count > total:
        return _("Mostly %(language)s: %(count)s of %(total)s words") % values
    if first.count in [part.count for part in languages[1:]]:
        return _("Mixed: no language leads")
    return _("Mixed: most often %(language)s, %(count)s of %(total)s words") % values


@register.filter
def asked_among(prediction: Prediction) -> str:
    """Return the languages that an answer was chosen from, in the order of all pages."""
    known = registry.current().languages
    asked = [candidate.language for candidate in prediction.answer().candidates]
    # Not the order of the stored probabilities, which PostgreSQL sorts.
    return join_names(sorted(asked, key=lambda code: known.index(code) if code in known else len(known)))


@register.filter
def with_shares(parts: Sequence[LabelCount]) -> list[tuple[LabelCount, float]]:
    """Return the parts with their shares in tenths of a percent, which add up to 1."""
    tenths = round_shares([part.share for part in parts], 1000)
    return [(part, share / 1000) for part, share in zip(parts, tenths, strict=True)]


@register.filter
def part_name(part: LabelCount) -> str:
    """Return the name of the label of some words."""
    return label_name(part.label)


@register.filter
def tone(label: str, place: int) -> str:
    """Return the CSS class of a label's colour, the same on all pages.

    `place`, from 1, counts for languages that no model knows.
    """
    known = registry.current().languages
    place = known.index(label) + 1 if label in known else place
    return _SPECIAL_TONES.get(label) or f"tone-{(place - 1) % TONES + 1}"
