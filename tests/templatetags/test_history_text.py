from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation

from classifier.templatetags.history_text import day_name, moment

MOMENT = datetime(2026, 7, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "day", "text"),
    [
        ("en", "Friday, 3 July 2026", "3 July 2026, 10:00\N{NO-BREAK SPACE}UTC"),
        ("fr", "Vendredi 3 juillet 2026", "3 juil. 2026, 10:00\N{NO-BREAK SPACE}UTC"),
        ("es", "Viernes, 3 de julio de 2026", "3 de julio de 2026, 10:00\N{NO-BREAK SPACE}UTC"),
    ],
)
def test_dates_are_written_as_in_each_language_and_times_with_their_zone(language, day, text):
    with translation.override(language):
        assert (day_name(MOMENT.date()), moment(MOMENT)) == (day, text)


def test_last_two_days_go_by_their_names():
    today = timezone.now().date()
    assert [day_name(today - timedelta(days=days)) for days in (0, 1)] == ["Today", "Yesterday"]
