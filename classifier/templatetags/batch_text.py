"""Template filters for batches: summary, names and colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classifier.charts import round_shares
from classifier.languages import SPECIAL_LABELS, join_names, label_name, name_of_text
from classifier.ml.artifacts import wants_all_languages
from classifier.ml.verdict import UNDETERMINED
from classifier.models import MULTIPLE, Prediction
from classifier.services import registry
from classifier.services.batches import LabelCount
from classifier.services.identify import candidates_of
from classifier.templatetags.answer_charts import OTHERS, others_name
from classifier.templatetags.model_text import number
from classifier.templatetags.picker import all_name

register = template.Library()

TONES, FIXED_TONES = 8, 3  # colours of languages in the style sheet, and those that belong to a language
SPECIAL_TONES = {MULTIPLE: "tone-mul", UNDETERMINED: "tone-und"}
MOST_ASKED = 8  # languages named in a line


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part of a batch with its name and the CSS class of its colour."""

    part: LabelCount
    name: str
    tone: str

    @property
    def shared(self) -> bool:
        """Whether it stands for words that several languages share."""
        return self.part.label == MULTIPLE


@register.filter
def language_summary(parts: Sequence[LabelCount]) -> str:
    """Return the languages of a batch as a sentence."""
    languages = [part for part in parts if part.label not in SPECIAL_LABELS]
    total = sum(part.count for part in parts)
    if 2 * sum(part.count for part in parts if part.label == MULTIPLE) > total > 1:
        return _("Most of these words fit several languages")
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
    codes = candidates_of(prediction)
    if codes is None:  # the version that answered has gone
        codes = sorted(candidate.language for candidate in prediction.answer().candidates)
    if wants_all_languages(prediction.asked_languages):
        return all_name(len(codes))
    known = registry.current().languages
    order = {code: place for place, code in enumerate(known)}
    return join_names(sorted(codes, key=lambda code: order.get(code, len(known))), MOST_ASKED)


@register.filter
def shown_parts(parts: Sequence[LabelCount], most: int) -> list[ShownPart]:
    """Return the parts with names and colours; of more than `most` languages, the last ones as one part."""
    languages = [part for part in parts if part.label not in SPECIAL_LABELS]
    special = [ShownPart(part, label_name(part.label), SPECIAL_TONES[part.label]) for part in parts[len(languages) :]]
    others = languages[most - 1 :] if len(languages) > most else []
    named = languages[: len(languages) - len(others)]
    tones = _tones([part.label for part in named])
    shown = [ShownPart(part, label_name(part.label), tones[part.label]) for part in named]
    if others:
        count, share = sum(part.count for part in others), sum(part.share for part in others)
        together = LabelCount(OTHERS, count, share, others[0].start)
        shown.append(ShownPart(together, others_name(len(others)), "tone-others"))
    return shown + special


@register.filter
def other_parts(parts: Sequence[LabelCount], most: int) -> Sequence[LabelCount]:
    """Return the languages that `shown_parts` puts together."""
    languages = [part for part in parts if part.label not in SPECIAL_LABELS]
    return languages[most - 1 :] if len(languages) > most else ()


@register.filter
def with_shares(parts: Sequence[ShownPart]) -> list[tuple[ShownPart, float]]:
    """Return the parts with their shares in tenths of a percent, which add up to 1."""
    tenths = round_shares([shown.part.share for shown in parts], 1000)
    return [(shown, share / 1000) for shown, share in zip(parts, tenths, strict=True)]


@register.filter
def part_name(part: LabelCount) -> str:
    """Return the name of the label of some words."""
    return label_name(part.label)


def _tones(labels: Sequence[str]) -> dict[str, str]:
    """Return the CSS class of each language's colour: the first of the models' languages have theirs on all pages."""
    fixed = {label: place for place, label in enumerate(registry.current().languages[:FIXED_TONES]) if label in labels}
    free = (place for place in cycle([*range(FIXED_TONES, TONES), *range(FIXED_TONES)]) if place not in fixed.values())
    return {label: f"tone-{fixed.get(label, 0) + 1 if label in fixed else next(free) + 1}" for label in labels}
