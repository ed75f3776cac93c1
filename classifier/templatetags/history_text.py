"""Template filters of a history: its rows, and times with their zone."""

import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from classifier.ml.verdict import SINGLE
from classifier.models import Feedback, Prediction
from classifier.services.history_list import Entry
from classifier.templatetags.answer_text import brief, code, likelihood

register = template.Library()

MOST_SHOWN, MOST_READ_OUT = 60, 30  # characters of a word


@register.filter
def answer_rows(entries: Sequence[Entry], day: date | None) -> list[dict[str, str]]:
    """Return the fields of the answers of a day, or of several days."""
    rows = []
    for entry in entries:
        row, *earlier = [_row(prediction, clock if day else moment) for prediction in entry.answers]
        context = {"answers": entry.answers, "earlier": earlier}
        row["earlier"] = render_to_string("_history_earlier.html", context) if earlier else ""
        rows.append(row)
    return rows


def _row(prediction: Prediction, time_of: Callable[[datetime], str]) -> dict[str, str]:
    feedback = next(iter(prediction.read_feedback), None)
    return {
        "public_id": str(prediction.public_id),
        "language": code(feedback) if feedback else prediction.language,
        "word": _shorten(prediction.word, MOST_SHOWN),
        "short_word": _shorten(prediction.word, MOST_READ_OUT),
        "news": format_html('<span class="badge new">{}</span>', _("new")) if feedback and feedback.unread else "",
        "answer": _answer(prediction, feedback),
        "decided": render_to_string("_reviewed_brief.html", {"prediction": prediction}) if prediction.outcomes else "",
        "created": prediction.created.isoformat(),
        "time": time_of(prediction.created),
        "model": prediction.model if prediction.others is None else _("all models"),
        "batch": _link_to_batch(prediction) if prediction.batch_row else "",
    }


def _shorten(word: str, characters: int) -> str:
    """Return a word as Django's `truncatechars` does, which takes forty calls."""
    word = unicodedata.normalize("NFC", word)
    return word if len(word) <= characters else Truncator(word).chars(characters)


def _answer(prediction: Prediction, feedback: Feedback | None) -> str:
    answer = prediction.answer()
    if feedback:
        return render_to_string("_history_feedback.html", {"answer": answer, "feedback": feedback})
    if answer.verdict != SINGLE:
        return brief(answer)
    return format_html('{} <span class="share">{}</span>', brief(answer), likelihood(answer))


def _link_to_batch(prediction: Prediction) -> str:
    return format_html(' <a href="{}">{}</a>', reverse("batch", args=[prediction.batch]), _("one of many"))


@register.filter
def day_name(day: date) -> str:
    """Return today, yesterday, or the date with its weekday."""
    today = timezone.now().date()
    names = {today: _("Today"), today - timedelta(days=1): _("Yesterday")}
    return names.get(day) or str(capfirst(date_format(day, pgettext("date with its weekday", "l, j F Y"))))


@register.filter
def clock(moment: datetime) -> str:
    """Return the time of day with its zone: 10:04 UTC."""
    return f"{moment:%H:%M}\N{NO-BREAK SPACE}{moment.tzname()}"


@register.filter
def moment(moment: datetime) -> str:
    """Return the date, and the time with its zone."""
    day = date_format(moment, pgettext("short date", "j N Y"))
    return f"{day}, {clock(moment)}"
