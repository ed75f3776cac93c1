"""Template filters for charts: effects of letters, steps of feedback."""

from dataclasses import dataclass

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from classifier.languages import name_in_text
from classifier.ml.occlusion import Explanation
from classifier.ml.verdict import UNDETERMINED
from classifier.models import Feedback, Prediction, ReviewedWord

register = template.Library()

MIDDLE = 50  # percent of the height; bars above it speak for the answer, bars below it against
LEAST_SCALE = 0.1  # change that fills a bar at least, so that small changes look small
NOTICEABLE = 0.005  # smaller changes are shown as 0


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


@dataclass(frozen=True, slots=True)
class Step:
    """A step of feedback, from its receipt to a model."""

    text: str
    done: bool


@register.filter
def bars(explanation: Explanation) -> list[Bar]:
    """Return a bar for each letter or word.

    The largest change fills half of the height.
    """
    scale = max([LEAST_SCALE, *(abs(part.change) for part in explanation.parts)])
    result = []
    for part in explanation.parts:
        height = round(MIDDLE * abs(part.change) / scale)
        side = "" if abs(part.change) < NOTICEABLE else "for" if part.change > 0 else "against"
        top = MIDDLE if part.change < 0 else MIDDLE - height
        strongest = part is explanation.strongest and bool(side)
        result.append(Bar(part.text, signed_points(part.change), side, strongest, top, height))
    return result


@register.filter
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
