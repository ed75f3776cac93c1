"""Verdicts on words: one language, several, or unsure.

`und` is the label of words in none of a model's languages; its probability is `undetermined`.
`unsure` is the verdict on words with much `und` and on words without a clear language. Pages show
an unsure answer as "none of these" from MOSTLY_UNDETERMINED on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

UNDETERMINED = "und"
MOSTLY_UNDETERMINED = 0.5
SINGLE, SEVERAL, UNSURE = "single", "several", "unsure"
VERDICTS = (SINGLE, SEVERAL, UNSURE)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits on probabilities, chosen on validation words."""

    single: float  # least probability of the first language, of a total of 1 with `und`
    several: float  # least probability of the second language, of a total of 1 without `und`
    undetermined: float  # greatest probability of `und` for a verdict other than `unsure`


def judge(candidates: Sequence[float], undetermined: float, thresholds: Thresholds) -> str:
    """Return the verdict on a word.

    `candidates` are the probabilities of the languages, largest first, with sum 1; `undetermined`
    is the probability of `und`.
    """
    if undetermined > thresholds.undetermined:
        return UNSURE
    if len(candidates) > 1 and candidates[1] >= thresholds.several:
        return SEVERAL
    if candidates[0] * (1 - undetermined) >= thresholds.single:
        return SINGLE
    return UNSURE


def judge_set(members: Sequence[bool], undetermined: float, thresholds: Thresholds, most: float) -> str:
    """Return the verdict on a word by its prediction set.

    `members` tells whether each candidate is in the set, the most probable one first; `most` is the greatest `und` of a
    word of the first one. An empty set, or one with another candidate than the first alone, tells no language.
    """
    if undetermined > thresholds.undetermined:
        return UNSURE
    size = sum(members)
    if size > 1:
        return SEVERAL
    return SINGLE if size and members[0] and undetermined <= most else UNSURE


def judge_rows(
    candidates: NDArray[np.float64], undetermined: NDArray[np.float64], thresholds: Thresholds
) -> NDArray[np.intp]:
    """Return the place in VERDICTS of the verdict on each word, as `judge` gives it.

    Takes the probabilities of the candidates, (words, languages), and of `und`, (words,).
    """
    unsure = undetermined > thresholds.undetermined
    several = (candidates[:, 1:2] >= thresholds.several).any(axis=1)
    single = candidates[:, 0] * (1 - undetermined) >= thresholds.single
    return np.select([unsure, several, single], [2, 1, 0], default=2).astype(np.intp)


def judge_sets(
    members: NDArray[np.bool_], undetermined: NDArray[np.float64], thresholds: Thresholds, most: NDArray[np.float64]
) -> NDArray[np.intp]:
    """Return the place in VERDICTS of the verdict on each word, as `judge_set` gives it.

    Takes whether each candidate is in the set, (words, languages), and `und` and its limit for one, (words,).
    """
    sizes = members.sum(axis=1)
    unsure, several = undetermined > thresholds.undetermined, sizes > 1
    single = (sizes == 1) & members[:, 0] & (undetermined <= most)
    return np.select([unsure, several, single], [2, 1, 0], default=2).astype(np.intp)
