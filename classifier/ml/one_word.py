"""Answers for one word, as `judging` gives them for many.

NumPy would take five times as long for the few numbers of a word.
"""

from collections.abc import Sequence
from functools import reduce
from operator import add

from classifier.ml.answers import SHARED, Answer, Candidate
from classifier.ml.artifacts import Card
from classifier.ml.candidates import (
    DECIMALS,
    FEWEST_KEPT,
    FINE_UNITS,
    KEPT_MASS,
    LARGEST_UNDETERMINED,
    MOST_KEPT,
    MOST_OTHER,
    OTHER_ODDS,
    OUTPUT_UNITS,
    columns_of,
)
from classifier.ml.rules import Rules
from classifier.ml.verdict import SEVERAL, SINGLE, UNDETERMINED, UNSURE, judge, judge_set


def answer_word(
    card: Card,
    word: str,
    output: Sequence[float],
    candidates: tuple[str, ...],
    *,
    confidence: float | None = None,
    rules: Rules | None = None,
    common: bool = False,
) -> Answer:
    """Return the answer for the output (labels,) for a word; with `rules` it has a prediction set.

    `common`: whether it is a common word of a candidate.
    """
    columns = columns_of(card.labels, candidates)
    shares, undetermined = columns.pick_candidates(output), output[columns.undetermined]
    total = reduce(add, shares)
    if others := columns.pick_others(output):
        other = OTHER_ODDS * (min(max(others), MOST_OTHER * total) if common else max(others))
        undetermined = 1 - (1 - undetermined) * (1 - (other / (other + total) if other > 0 else 0.0))
    shares = [share / total for share in shares] if total > 0 else [1 / len(candidates)] * len(candidates)
    if rules is None:
        return judge_one(card, word, candidates, shares, undetermined)
    members, calibrated = rules.members_of(shares), rules.calibrate_one(shares, len(word))
    most = rules.most_undetermined_list
    return judge_one(
        card, word, candidates, calibrated, undetermined, members=members, most=most, confidence=confidence
    )


def judge_one(
    card: Card,
    text: str,
    candidates: tuple[str, ...],
    shares: Sequence[float],
    undetermined: float,
    *,
    members: Sequence[bool] | None = None,
    most: Sequence[float] = (),
    confidence: float | None = None,
) -> Answer:
    """Rank, round and judge the probabilities of candidates, sum 1, and of `und`.

    `members` is the prediction set, and `most` the greatest `und` for each first candidate; without them the thresholds
    decide.
    """
    undetermined = min(round(undetermined * OUTPUT_UNITS) / OUTPUT_UNITS, LARGEST_UNDETERMINED)
    known = 1 - undetermined
    units = [round(share * known * FINE_UNITS) for share in shares]
    order = sorted(columns_of(card.labels, candidates).ranks, key=units.__getitem__, reverse=True)
    kept = _keep(order, [units[place] / FINE_UNITS / known for place in order], members)
    remainder = round(max(1 - sum(units[place] for place, _ in kept) / FINE_UNITS / known, 0.0), DECIMALS)
    ranked = [round(share, DECIMALS) for _, share in kept]
    ranked[0] = round(1.0 - sum(ranked[1:]) - remainder, DECIMALS)
    codes = [candidates[place] for place, _ in kept]
    shown = round(undetermined, DECIMALS)
    if members is None:
        verdict = judge(ranked, shown, card.thresholds)
        named = _named(verdict, codes, ranked)
    else:
        verdict = judge_set([members[place] for place in order], shown, card.thresholds, most[order[0]])
        named = tuple([candidates[place] for place, _ in kept if members[place]])
    probabilities = {code: units[place] / FINE_UNITS for code, (place, _) in zip(codes, kept, strict=True)}
    probabilities[UNDETERMINED] = undetermined
    return Answer(
        word=text,
        model=card.name,
        model_version=card.version,
        language=codes[0] if verdict == SINGLE else None,
        verdict=verdict,
        candidates=tuple(map(Candidate, codes, ranked)),
        undetermined=shown,
        probabilities=probabilities,
        set=named,
        confidence=confidence,
        remainder=remainder,
    )


def _keep(order: Sequence[int], ranked: Sequence[float], members: Sequence[bool] | None) -> list[tuple[int, float]]:
    """Return the candidates to keep, most probable first, with their probabilities."""
    count, total = 1, 0.0
    for share in ranked:
        total += share
        if total >= KEPT_MASS:
            break
        count += 1
    count = min(max(count, FEWEST_KEPT), MOST_KEPT)
    kept = list(zip(order[:count], ranked, strict=False))
    if members and any(members):
        kept += [(place, share) for place, share in zip(order[count:], ranked[count:], strict=True) if members[place]]
    return kept


def _named(verdict: str, codes: Sequence[str], ranked: Sequence[float]) -> tuple[str, ...]:
    """Return the ranked languages that a verdict without a prediction set names."""
    if verdict == UNSURE:
        return ()
    if verdict == SEVERAL:
        return (*codes[:2], *(code for code, share in zip(codes[2:], ranked[2:], strict=True) if share >= SHARED))
    return (codes[0],)
