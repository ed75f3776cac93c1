"""Template filters for times, with their zone."""

from datetime import date, datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

register = template.Library()


@register.filter
def day_name(day: date) -> str:
    """Return today, yesterday, or the date with its weekday."""
    today = timezone.now().date()
    names = {today: _("Today"), today - timedelta(days=1): _("Yesterday")}
    return names.get(day) or str(capfirst(date_format(day, pgettext("date with its weekday", "l, j F Y"))))


@register.filter
def clock(moment: datetime) -> str:
    """Return the time of day with its zone: 10:04 UTC."""
    return date_format(moment, "H:i T").replace(" ", "\N{NO-BREAK SPACE}")


@register.filter
def moment(moment: datetime) -> str:
    """Return the date, and the time with its zone."""
    day = date_format(moment, pgettext("short date", "j N Y"))
    return f"{day}, {clock(moment)}"
