"""Prints the time a word takes to be encoded, and with each shipped model one at a time and in chunks."""

import itertools
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from classifier.ml.artifacts import read_active
from classifier.ml.encoding import Encoder
from classifier.ml.identifier import CHUNK, Identifier

SHIPPED = Path(__file__).parents[1] / "ml_models"
MILLION = 1_000_000
WORDS = ("information", "École", "mañana", "the", "aujourd’hui", "développement", "a", "Straße", "water", "MENÚ")  # noqa: RUF001
SINGLES = 1000
CHUNKS = 40
REPEATS = 5


def microseconds_a_word(ask: Callable[[Sequence[str]], object], batches: Sequence[Sequence[str]]) -> float:
    """Return the best of a few runs over `batches`: what disturbs a run only makes it slower."""
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        for batch in batches:
            ask(batch)
        seconds.append(time.perf_counter() - start)
    return min(seconds) / sum(map(len, batches)) * 1e6


def main() -> None:
    """Measure every model of `active.json`: its probabilities alone, and answers ranked and judged."""
    words = list(itertools.islice(itertools.cycle(WORDS), MILLION))
    print(f"encoding a million words: {microseconds_a_word(Encoder().encode, [words]):.2f} s")
    print(f"µs a word      {'one by one':^23} {'in chunks':^23}")
    print(f"{'model':10}" + f" {'probabilities':>14} {'answers':>8}" * 2)
    for name, version in read_active(SHIPPED).items():
        identifier = Identifier(SHIPPED / name / version)
        words = list(itertools.islice(itertools.cycle(identifier.card.golden), CHUNKS * CHUNK))
        times = [
            microseconds_a_word(ask, batches)
            for batches in ([[word] for word in words[:SINGLES]], [words])
            for ask in (identifier.probabilities, identifier.identify)
        ]
        print(f"{name:10} {times[0]:14.1f} {times[1]:8.1f} {times[2]:14.1f} {times[3]:8.1f}")


if __name__ == "__main__":
    main()
