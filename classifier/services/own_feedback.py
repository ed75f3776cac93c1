"""A sender's own feedback: pages and news."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from django.db.models import Q
from django.db.models.functions import Coalesce

from classifier.models import Feedback
from classifier.services.cursors import read_cursor, write_cursor
from classifier.services.history import PAGE_SIZE, with_outcomes


def has_news(owner: str) -> bool:
    """Return whether something was decided about the owner's feedback since the last `mark_read`."""
    return bool(owner) and Feedback.objects.unread_by(owner).exists()


def mark_read(owner: str) -> None:
    """Record that the owner has seen all news of their feedback."""
    if has_news(owner):  # else a reader would wait for writers
        Feedback.objects.unread_by(owner).update(unread=False)


@dataclass(frozen=True, slots=True)
class FeedbackPage:
    """Feedback, latest decision first, and the cursor of the next page."""

    rows: Sequence[Feedback]
    older: str = ""

    @classmethod
    def read(cls, owner: str, status: str = "", cursor: str = "", size: int = PAGE_SIZE) -> Self:
        """Read `size` rows with their predictions, from `cursor` on if there is one.

        What was not decided stands at the time when it was sent. Raises BadRequest for the cursor of another list.
        """
        rows = Feedback.objects.filter(owner=owner).annotate(moment=Coalesce("reviewed_at", "created"))
        rows = rows.filter(status=status) if status else rows
        scope = f"feedback:{owner}:{status}"
        if cursor:
            moment, row_id = read_cursor(scope, cursor)
            moment = datetime.fromisoformat(moment)
            rows = rows.filter(Q(moment__lt=moment) | Q(moment=moment, id__lt=row_id))
        page = list(rows.select_related("prediction").order_by("-moment", "-id")[: size + 1])
        with_outcomes([feedback.prediction for feedback in page[:size]])
        return cls(page[:size], _cursor(scope, page[size - 1]) if len(page) > size else "")


def _cursor(scope: str, last: Feedback) -> str:
    return write_cursor(scope, (last.reviewed_at or last.created).isoformat(), last.pk)
