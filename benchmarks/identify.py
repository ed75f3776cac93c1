"""Prints the time a word takes to be encoded, with each model one at a time and in chunks, and to be explained."""

import itertools
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from classifier.ml.artifacts import read_active
from classifier.ml.encoding import Encoder
from classifier.ml.identifier import CHUNK, Identifier
from classifier.ml.occlusion import occlude_letters

SHIPPED = Path(__file__).parents[1] / "ml_models"
MILLION = 1_000_000
WORDS = ("information", "École", "mañana", "the", "aujourd’hui", "développement", "a", "Straße", "water", "MENÚ")  # noqa: RUF001
SINGLES = 1000
CHUNKS = 40
REPEATS = 5
EXPLAINED = ("orignal", "w" * 16, "w" * 100)  # more letters than identifier.MOST_ONE_BY_ONE go through a chunk


def microseconds_a_word(ask: Callable[[Sequence[str]], object], batches: Sequence[Sequence[str]]) -> float:
    """Return the best of a few runs over `batches`: what disturbs a run only makes it slower."""
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        for batch in batches:
            ask(batch)
        seconds.append(time.perf_counter() - start)
    return min(seconds) / sum(map(len, batches)) * 1e6


def milliseconds_to_explain(identifier: Identifier, word: str) -> float:
    """Return what "why" adds to the page of an answer."""
    [answer] = identifier.identify([word])
    labels, probabilities = identifier.card.labels, identifier.probabilities
    return microseconds_a_word(lambda _: occlude_letters(answer, labels, probabilities), [[word]]) / 1000


def main() -> None:
    """Measure every model of `active.json`: its probabilities alone, and answers ranked and judged."""
    words = list(itertools.islice(itertools.cycle(WORDS), MILLION))
    print(f"encoding a million words: {microseconds_a_word(Encoder().encode, [words]):.2f} s")
    print(f"µs a word      {'one by one':^23} {'in chunks':^23} {'ms to explain a word of':^26}")
    lengths = "".join(f" {len(word):8}" for word in EXPLAINED)
    print(f"{'model':10}" + f" {'probabilities':>14} {'answers':>8}" * 2 + lengths)
    for name, version in read_active(SHIPPED).items():
        identifier = Identifier(SHIPPED / name / version)
        words = list(itertools.islice(itertools.cycle(identifier.card.golden), CHUNKS * CHUNK))
        times = [
            microseconds_a_word(ask, batches)
            for batches in ([[word] for word in words[:SINGLES]], [words])
            for ask in (identifier.probabilities, identifier.identify)
        ]
        explained = "".join(f" {milliseconds_to_explain(identifier, word):8.2f}" for word in EXPLAINED)
        print(f"{name:10} {times[0]:14.1f} {times[1]:8.1f} {times[2]:14.1f} {times[3]:8.1f}{explained}")


if __name__ == "__main__":
    main()
