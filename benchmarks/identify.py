"""Time to encode, identify and explain a word, by model."""

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
EXPLAINED_WORDS = ("orignal", "w" * 16, "w" * 100)  # up to and above identifier.MOST_ONE_BY_ONE letters


def microseconds_a_word(function: Callable[[Sequence[str]], object], batches: Sequence[Sequence[str]]) -> float:
    """Return the fastest of REPEATS runs over `batches`.

    The fastest, since other work on the machine only makes a run slower.
    """
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        for batch in batches:
            function(batch)
        seconds.append(time.perf_counter() - start)
    return min(seconds) / sum(map(len, batches)) * 1e6


def milliseconds_to_explain(identifier: Identifier, word: str) -> float:
    """Return the time of the explanation on an answer's page."""
    [answer] = identifier.identify([word])
    labels, probabilities = identifier.card.labels, identifier.probabilities
    return microseconds_a_word(lambda _: occlude_letters(answer, labels, probabilities), [[word]]) / 1000


def main() -> None:
    """Measure all models of `active.json`."""
    words = list(itertools.islice(itertools.cycle(WORDS), MILLION))
    print(f"encoding a million words: {microseconds_a_word(Encoder().encode, [words]):.2f} s")
    print(f"µs a word      {'one by one':^23} {'in chunks':^23} {'ms to explain a word of':^26}")
    lengths = "".join(f" {len(word):8}" for word in EXPLAINED_WORDS)
    print(f"{'model':10}" + f" {'probabilities':>14} {'answers':>8}" * 2 + lengths)
    for name, version in read_active(SHIPPED).items():
        identifier = Identifier(SHIPPED / name / version)
        words = list(itertools.islice(itertools.cycle(identifier.card.golden), CHUNKS * CHUNK))
        times = [
            microseconds_a_word(function, batches)
            for batches in ([[word] for word in words[:SINGLES]], [words])
            for function in (identifier.probabilities, identifier.identify)
        ]
        explanations = "".join(f" {milliseconds_to_explain(identifier, word):8.2f}" for word in EXPLAINED_WORDS)
        print(f"{name:10} {times[0]:14.1f} {times[1]:8.1f} {times[2]:14.1f} {times[3]:8.1f}{explanations}")


if __name__ == "__main__":
    main()
