"""Columns of an answer in a table."""

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import TypeGuard

from classifier.ml.answers import Answer

Cell = str | float | None
Reader = Callable[[Answer], Cell]

MOST_LANGUAGES = 10  # with a column each; of more candidates the first TOP have two columns
TOP = 3
LANGUAGES = "languages"  # placeholder: the columns of the candidates
READERS: dict[str, Reader] = {
    **{name: attrgetter(name) for name in ("word", "language", "verdict", "undetermined", "model", "model_version")},
    "set": lambda answer: " ".join(answer.set),
    "mixed": lambda answer: " ".join(answer.mixture),
}
ANSWER = ("word", "language", "verdict", "set", "mixed", LANGUAGES, "undetermined", "model", "model_version")


def has_column_each(languages: Sequence[str] | None) -> TypeGuard[Sequence[str]]:
    """Return whether each candidate has a column of its own; not where the candidates are not known."""
    return languages is not None and len(languages) <= MOST_LANGUAGES


def language_readers(languages: Sequence[str] | None) -> dict[str, Reader]:
    """Return the readers of the columns of the candidates, by name.

    A cell is empty where the answer does not keep the candidate.
    """
    if has_column_each(languages):
        return {language: _probability_of(language) for language in languages}
    return dict(pair for rank in range(TOP) for pair in _readers_of(rank))


def _probability_of(language: str) -> Reader:
    return lambda answer: next((each.probability for each in answer.candidates if each.language == language), None)


def _readers_of(rank: int) -> Iterator[tuple[str, Reader]]:
    language, probability = rank_names(rank)
    yield language, lambda answer: answer.candidates[rank].language if rank < len(answer.candidates) else None
    yield probability, lambda answer: answer.candidates[rank].probability if rank < len(answer.candidates) else None


def rank_names(rank: int) -> tuple[str, str]:
    """Return the names of the columns of a candidate by its rank, from 0."""
    return f"language_{rank + 1}", f"probability_{rank + 1}"


def answer_readers(languages: Sequence[str]) -> dict[str, Reader]:
    """Return the readers of all columns of an answer, by name; `languages` are the candidates."""
    readers: dict[str, Reader] = {}
    for column in ANSWER:
        readers |= language_readers(languages) if column == LANGUAGES else {column: READERS[column]}
    return readers


def column_types(languages: Sequence[str]) -> dict[str, type[str] | type[float]]:
    """Return the types of the columns of an answer, by name."""
    probabilities = languages if has_column_each(languages) else [rank_names(rank)[1] for rank in range(TOP)]
    return {name: float if name in {*probabilities, "undetermined"} else str for name in answer_readers(languages)}
