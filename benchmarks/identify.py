"""Prints the time a word takes with each shipped model: one at a time, and in chunks."""

import itertools
import time
from collections.abc import Sequence
from pathlib import Path

from classifier.ml.artifacts import read_active
from classifier.ml.identifier import CHUNK, Identifier

SHIPPED = Path(__file__).parents[1] / "ml_models"
CHUNKS = 40
REPEATS = 5


def microseconds_a_word(identifier: Identifier, batches: Sequence[Sequence[str]]) -> float:
    """Return the best of a few runs over `batches`: what disturbs a run only makes it slower."""
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        for batch in batches:
            identifier.identify(batch)
        seconds.append(time.perf_counter() - start)
    return min(seconds) / sum(map(len, batches)) * 1e6


def main() -> None:
    """Measure every model of `active.json`."""
    print(f"{'model':10} {'one by one':>12} {'in chunks':>12}  µs a word, answers included")
    for name, version in read_active(SHIPPED).items():
        identifier = Identifier(SHIPPED / name / version)
        words = list(itertools.islice(itertools.cycle(identifier.card.golden), CHUNKS * CHUNK))
        single = microseconds_a_word(identifier, [[word] for word in words[:1000]])
        print(f"{name:10} {single:12.1f} {microseconds_a_word(identifier, [words]):12.1f}")


if __name__ == "__main__":
    main()
