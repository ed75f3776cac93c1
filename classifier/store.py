"""The only door through which predictions enter the database."""

from collections.abc import Sequence

from classifier.models import Prediction


def store(rows: Sequence[Prediction]) -> None:
    """Insert `rows` in one commit; inside an open transaction they join it.

    When this returns outside of a transaction, the rows survive a power cut.
    """
    Prediction.objects.bulk_create(rows)
