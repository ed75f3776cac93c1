"""`manage.py purge_history`: deletes expired data, see the privacy page."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone
from tqdm import tqdm

from classifier.access import counters
from classifier.api.models import AnsweredRequest
from classifier.services import history
from classifier.services.daily_counts import count_new
from classifier.services.store import delete_in_steps, wipe_unused_space

MOST_DAYS = 36_500


class Command(BaseCommand):
    """Delete expired data and wipe SQLite's unused space."""

    help = (
        "Delete answers older than --days with their feedback, expired sessions, expired records of repeatable "
        "requests, and expired counters of limits. Reviewed words stay. Run it once a day."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        default = settings.HISTORY_DAYS
        parser.add_argument("--days", type=_days, default=default, help=f"default: HISTORY_DAYS, here {default}")
        parser.add_argument("--dry-run", action="store_true", help="count, but delete nothing")

    def handle(self, *_args: Any, days: int, dry_run: bool, **_options: Any) -> None:
        """Delete and report.

        Raises CommandError when SQLite's file is in use and cannot be wiped.
        """
        now = timezone.now()
        moment = now - timedelta(days=days)
        sessions, requests = Session.objects.filter(expire_date__lt=now), AnsweredRequest.objects.expired()
        count = history.rows_before(moment).count()
        if dry_run:
            self._report("would be deleted", days, count, sessions.count(), requests.count())
            return
        count_new()  # of answers that go now, the dashboard keeps the number
        count = self._purge(moment, count)
        self._report("deleted", days, count, delete_in_steps(sessions), delete_in_steps(requests))
        counters.purge()
        try:
            wipe_unused_space()
        except OperationalError as error:
            raise CommandError(f"The database's unused space is not wiped; run this again. ({error})") from error

    def _purge(self, moment: datetime, expected: int) -> int:
        """Delete answers before `moment`; return their number."""
        count = 0
        with tqdm(total=expected, unit=" answers", disable=None, leave=False) as bar:
            for deleted in history.purge(moment):
                count += deleted
                bar.update(deleted)
        return count

    def _report(self, action: str, days: int, answers: int, sessions: int, requests: int) -> None:
        self.stdout.write(f"answers older than {days} days {action}: {answers}")
        self.stdout.write(f"expired sessions {action}: {sessions}")
        self.stdout.write(f"records of repeatable requests {action}: {requests}")


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_DAYS):
        raise ArgumentTypeError(f"must be a number of days from 1 to {MOST_DAYS}")
    return int(text)
