"""Verdicts on words: one language, several, or unsure.

`und` is the label of words in none of a model's languages; its probability is `undetermined`.
`unsure` is the verdict on words with much `und` and on words without a clear language. Pages show
an unsure answer as "none of these" from MOSTLY_UNDETERMINED on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

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
