"""Template filters for charts: shares of languages, effects of letters, steps of feedback."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classifier.charts import round_shares
from classifier.languages import keep_by_language, label_name, name_in_text
from classifier.ml.answers import Answer, Comparison
from classifier.ml.occlusion import Explanation
from classifier.ml.verdict import UNDETERMINED
from classifier.models import Feedback, Prediction, ReviewedWord
from classifier.templatetags.answer_text import percent, width

register = template.Library()

MIDDLE = 50  # percent of the height; bars above it speak for the answer, bars below it against
LEAST_SCALE = 0.1  # change that fills a bar at least, so that small changes look small
NOTICEABLE = 0.005  # smaller changes are shown as 0
LEVELS = 5  # of markers on the letters of a word
MOST_MARKED = 12  # letters of a word whose letters are marked
TENTHS = 1000  # of a percent in 1
FEWEST_BARS, MOST_BARS, LEAST_BAR = 3, 9, 0.005  # languages of an answer, and the probability of further ones
MOST_COLUMNS = 6  # languages of a comparison
OTHERS = ""  # the bar of the languages that an answer left out
NONE_MATTERS = 0.2  # of the probability that the word is of no language that the model knows


@dataclass(frozen=True, slots=True)
class Bar:
    """The effect of a letter or word on the answer.

    `top` and `height` are percent of the chart's height.
    """

    text: str
    points: str  # percentage points with a sign
    side: str  # `for`, `against` or neither
    strongest: bool
    top: int
    height: int

    @property
    def level(self) -> int:
        """The strength of the letter's marker, 1 to LEVELS; 0 without an effect."""
        return -(-self.height * LEVELS // MIDDLE) if self.side else 0


@dataclass(frozen=True, slots=True)
class ShareBar:
    """A language's share of an answer; the texts of all bars add up to 100 %."""

    language: str  # or OTHERS
    share: float
    text: str
    named: bool  # by the answer


@dataclass(frozen=True, slots=True)
class ComparisonTable:
    """Shares by model, languages in the same order for all."""

    languages: list[str]
    rows: list[tuple[Answer, list[ShareBar | None]]]  # None: the model does not know the language


@dataclass(frozen=True, slots=True)
class Step:
    """A step of feedback, from its receipt to a model."""

    text: str
    done: bool


@register.filter
def share_bars(answer: Answer) -> list[ShareBar]:
    """Return a bar for each of the first languages, and one for all others that have a share."""
    shown = [
        candidate
        for place, candidate in enumerate(answer.candidates[:MOST_BARS])
        if place < FEWEST_BARS or candidate.probability >= LEAST_BAR or candidate.language in answer.set
    ]
    shares = {candidate.language: candidate.probability for candidate in shown}
    if len(shown) < len(answer.candidates) or answer.remainder:
        shares[OTHERS] = max(0.0, 1 - sum(shares.values()))
    parts = round_shares(list(shares.values()), TENTHS)
    return [
        ShareBar(language, share, _share_text(part), language in answer.named)
        for (language, share), part in zip(shares.items(), parts, strict=True)
    ]


def _share_text(tenths: int) -> str:
    """Return tenths of a percent as a text that claims neither 0 nor 100 %."""
    if tenths == TENTHS:
        return f">\N{NO-BREAK SPACE}{percent((TENTHS - 1) / TENTHS, 1)}"
    return percent(tenths / TENTHS, 1) if tenths else f"<\N{NO-BREAK SPACE}{percent(1 / TENTHS, 1)}"


@register.filter
def share_rows(answer: Answer, asked: int) -> list[dict[str, str]]:
    """Return the bars as rows of a list; `asked` is the number of candidates."""
    bars = share_bars(answer)
    others = others_name(asked - len([bar for bar in bars if bar.language]))
    return [
        {
            "attributes": mark_safe(' class="named"') if bar.named else "",
            "name": label_name(bar.language) if bar.language else others,
            "width": width(bar.share),
            "text": bar.text,
        }
        for bar in bars
    ]


def others_name(count: int) -> str:
    """Return a name for languages that are not named."""
    if count < 1:  # the model has changed since
        return _("Other languages")
    return ngettext("%(count)d other language", "%(count)d other languages", count) % {"count": count}


@register.filter
def comparison_table(comparison: Comparison) -> ComparisonTable:
    """Return the shares of all models as a table."""
    shares = [{bar.language: bar for bar in share_bars(answer) if bar.language} for answer in comparison.answers]
    largest = {code: max(bars[code].share for bars in shares if code in bars) for code in set().union(*shares)}
    languages = sorted(sorted(largest, key=lambda code: (-largest[code], code))[:MOST_COLUMNS])
    rows = [[bars.get(language) for language in languages] for bars in shares]
    return ComparisonTable(languages, list(zip(comparison.answers, rows, strict=True)))


@register.filter
def none_matters(answer: Answer) -> bool:
    """Return whether the word may well be of no language that the model knows."""
    return answer.undetermined >= NONE_MATTERS or answer.is_unlike_its_language


@register.filter
def marked_letters(explanation: Explanation | None, word: str) -> list[Bar]:
    """Return the letters of a short word with their effects, in one list with what stands around them; else none."""
    if explanation is None or not 1 < len(explanation.parts) <= MOST_MARKED:
        return []
    before, letters, after = word.partition("".join(part.text for part in explanation.parts))
    around = [Bar(text, "", "", strongest=False, top=MIDDLE, height=0) for text in (before, after)]
    return [around[0], *bars(explanation), around[1]] if letters else []


@register.filter
def marks(letters: Sequence[Bar]) -> SafeString:
    """Return letters with markers as strong as their effects."""
    marker = '<span class="{} level-{}">{}</span>'
    texts = (
        format_html(marker, one.side, one.level, one.text) if one.level else conditional_escape(one.text)
        for one in letters
    )
    return mark_safe("".join(texts))  # noqa: S308 - all texts are escaped


@register.filter
def effect_rows(explanation: Explanation, language: str | None) -> list[dict[str, Any]]:
    """Return the bars of letters or words in a language as rows of a list."""
    return [
        {
            "classes": f"{bar.side} strongest" if bar.strongest else bar.side,
            "language": language or "",
            "text": bar.text,
            "top": bar.top,
            "height": bar.height,
            "points": bar.points,
        }
        for bar in bars(explanation)
    ]


def bars(explanation: Explanation) -> list[Bar]:
    """Return a bar for each letter or word.

    The largest change fills half of the height.
    """
    scale = max([LEAST_SCALE, *(abs(part.change) for part in explanation.parts)])
    most, result = explanation.strongest, []
    for part in explanation.parts:
        height = round(MIDDLE * abs(part.change) / scale)
        side = "" if abs(part.change) < NOTICEABLE else "for" if part.change > 0 else "against"
        top = MIDDLE if part.change < 0 else MIDDLE - height
        strongest = part is most and bool(side)
        result.append(Bar(part.text, signed_points(part.change), side, strongest, top, height))
    return result


@keep_by_language
def signed_points(change: float) -> str:
    """Return a change of a share in percentage points, signed."""
    whole = round(100 * change)
    sign = "+" if whole > 0 else "\N{MINUS SIGN}" if whole < 0 else ""
    return sign + number_format(abs(whole))


@register.filter
def decisive(explanation: Explanation) -> bool:
    """Return whether leaving out one part changes the answer noticeably."""
    return any(abs(part.change) >= NOTICEABLE for part in explanation.parts)


@register.filter
def explained_label(explanation: Explanation) -> str:
    """Return the name of the explained label, for a sentence."""
    return _("“none of these”") if explanation.label == UNDETERMINED else name_in_text(explanation.label)


@register.filter
def steps(feedback: Feedback, prediction: Prediction) -> list[Step]:
    """Return the steps of feedback: received, reviewed, in a model."""
    received = Step(_("Received"), done=True)
    match feedback.status:
        case Feedback.Status.PENDING:
            return [received, Step(_("Waits for a reviewer"), done=False), Step(_("Not learnt yet"), done=False)]
        case Feedback.Status.REJECTED:
            return [received, Step(_("Reviewed: rejected"), done=True)]
        case Feedback.Status.OTHERWISE:
            reviewed = Step(_("Reviewed: decided otherwise"), done=True)
            return [received, reviewed, *_overturned(feedback, prediction.review_outcome)]
    reviewed = Step(_("Reviewed: accepted"), done=True)
    outcome = prediction.review_outcome
    return [received, reviewed, *(_overturned(feedback, outcome) or [_last_step(outcome)])]


def _overturned(feedback: Feedback, outcome: ReviewedWord | None) -> list[Step]:
    return [Step(_("Decided otherwise later"), done=True)] if feedback.overturned_by(outcome) else []


def _last_step(outcome: ReviewedWord | None) -> Step:
    if outcome and not outcome.teaches:
        return Step(_("Shown beside the answers; no model learns it"), done=True)
    if outcome and outcome.measures:
        return Step(_("Checks every new model"), done=True)
    if outcome and outcome.trained_in:
        return Step(_("In the model since version %(version)s") % {"version": outcome.trained_in}, done=True)
    return Step(_("Waits for the next model"), done=False)
