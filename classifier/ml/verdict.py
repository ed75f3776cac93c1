"""Judges probabilities: does a word belong to one language, to several, or is it unsure?"""

from collections.abc import Sequence
from dataclasses import dataclass

SINGLE, SEVERAL, UNSURE = "single", "several", "unsure"
VERDICTS = (SINGLE, SEVERAL, UNSURE)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits on probabilities, chosen on validation words and kept in the model's card."""

    single: float  # the first language's share of everything, `und` included, from which it stands alone
    several: float  # the second language's share among the languages from which a word is shared
    undetermined: float  # above this nothing but `unsure` is said


def judge(candidates: Sequence[float], undetermined: float, thresholds: Thresholds) -> str:
    """Return the verdict on a word.

    `candidates` are the languages' probabilities, largest first, with sum 1; `undetermined` is the
    probability that the word belongs to none of the model's languages.
    """
    if undetermined > thresholds.undetermined:
        return UNSURE
    if len(candidates) > 1 and candidates[1] >= thresholds.several:
        return SEVERAL
    if candidates[0] * (1 - undetermined) >= thresholds.single:
        return SINGLE
    return UNSURE
