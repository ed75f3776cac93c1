"""The candidates of a question, as columns of a model's output."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.ml.verdict import UNDETERMINED

# Odds of a word of a language that is no candidate. Of the words of software (docs/models.md), 0.02, 0.03 and 0.04 call
# 8.8, 11.0 and 12.9 % of the English ones `unsure` among the default candidates, and 3.3, 2.9 and 2.7 % of the German
# ones `single`.
OTHER_ODDS = 0.03
# A common word of a candidate is at most half as probable elsewhere: French là is French, however often Vietnamese
# writes it.
MOST_OTHER = 0.5
# Candidates are kept, most probable first, up to this probability; those of the prediction set always.
KEPT_MASS, FEWEST_KEPT, MOST_KEPT = 0.999, 3, 12
DECIMALS = 4  # of the probabilities of candidates
FINE_UNITS = 10**9  # of those that are stored
OUTPUT_UNITS = 10**7  # of a model's output
LARGEST_UNDETERMINED = 0.9999  # so that what is stored tells the probabilities of candidates in any case

Floats = NDArray[np.float64]
Pick = Callable[[Sequence[Any]], Sequence[Any]]


def with_others(undetermined: Floats, other: Floats, total: Floats) -> Floats:
    """Return `und` with the probability that a word belongs to a language that is no candidate; all (words,).

    `other` is the most probable such language, and `total` the sum of the candidates.
    """
    odds = OTHER_ODDS * other
    rest = np.divide(odds, odds + total, out=np.zeros_like(odds), where=odds > 0)
    joined: Floats = 1 - (1 - undetermined) * (1 - rest)
    return joined


class Columns:
    """Columns of candidates, of other languages and of `und`, for one row and for tables."""

    def __init__(self, labels: Sequence[str], candidates: Sequence[str]) -> None:
        places = [labels.index(language) for language in candidates]
        self.undetermined = labels.index(UNDETERMINED)
        others = [place for place in range(len(labels)) if place not in {*places, self.undetermined}]
        self.of_candidates, self.of_others = np.array(places), np.array(others, np.intp)
        self.pick_candidates, self.pick_others = _picker(places), _picker(others)
        # Of equal candidates the first by code comes first, since databases do not keep the order of what is stored.
        self.ranks = sorted(range(len(candidates)), key=candidates.__getitem__)
        self.by_code = np.array(self.ranks)


def _picker(places: Sequence[int]) -> Pick:
    if len(places) > 1:
        return itemgetter(*places)
    return lambda row: [row[place] for place in places]


@lru_cache(maxsize=64)
def columns_of(labels: tuple[str, ...], candidates: tuple[str, ...]) -> Columns:
    """Return the columns of candidates in a model's output."""
    return Columns(labels, candidates)
