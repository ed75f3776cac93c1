"""Count predictions by day, each once."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from classifier.ml.encoding import LATIN_ALPHABET, is_written_in, normalise
from classifier.ml.metrics import LENGTH_BANDS
from classifier.models import DailyCount, Prediction
from classifier.services.locks import lock

STEP = 20_000  # predictions in one transaction
MOST_STEPS = 100  # a call
# A row with a lower id may be committed after one with a higher id; no transaction is open for this long.
LAG = timedelta(minutes=1)
_COLUMNS = ("id", "created", "model", "model_version", "verdict", "word")
_LEAST_LENGTHS = [least for least, _ in LENGTH_BANDS]
_Row = tuple[int, datetime, str, str, str, str]
_Key = tuple[date, str, str]


@dataclass(slots=True)
class _Tally:
    verdicts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    lengths: list[int] = field(default_factory=lambda: [0] * len(LENGTH_BANDS))
    unknown: int = 0


def count_new(most_steps: int = MOST_STEPS) -> bool:
    """Count the predictions since the last call, but for the newest; return whether none is left.

    Private ones count, too, without the length of their word.
    """
    return any(not _count_step() for _ in range(most_steps))


def _count_step() -> bool:
    """Count some predictions; return whether there may be more."""
    last = _last_counted()
    rows = Prediction.objects.filter(id__gt=last, created__lt=timezone.now() - LAG).order_by("id")
    counted = list(rows.values_list(*_COLUMNS)[:STEP])
    if counted:
        _add(_tally(counted), before=last, last=counted[-1][0])
    return len(counted) == STEP


def _last_counted() -> int:
    return DailyCount.objects.aggregate(last=Max("last"))["last"] or 0


def _tally(rows: Iterable[_Row]) -> dict[_Key, _Tally]:
    tallies: dict[_Key, _Tally] = defaultdict(_Tally)
    for _, created, model, version, verdict, word in rows:
        tally = tallies[created.date(), model, version]
        tally.verdicts[verdict] += 1
        if len(list(islice(word.split(), 2))) == 1:  # texts are as long as people like
            letters = normalise(word)
            tally.lengths[max(bisect_right(_LEAST_LENGTHS, len(letters)) - 1, 0)] += 1
            tally.unknown += not is_written_in(LATIN_ALPHABET, letters)
    return tallies


@transaction.atomic
def _add(tallies: dict[_Key, _Tally], *, before: int, last: int) -> None:
    """Add tallies to the table, unless another process has counted the same rows."""
    lock("daily counts")
    if _last_counted() != before:
        return
    for (day, model, version), tally in tallies.items():
        daily, _ = DailyCount.objects.get_or_create(day=day, model=model, model_version=version)
        for verdict, count in tally.verdicts.items():
            setattr(daily, verdict, getattr(daily, verdict) + count)
        daily.lengths = [
            sum(pair) for pair in zip(daily.lengths or [0] * len(LENGTH_BANDS), tally.lengths, strict=True)
        ]
        daily.unknown += tally.unknown
        daily.last = last
        daily.save()
