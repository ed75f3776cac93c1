"""Answers of one system, with its memory and CPU time."""

import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from benchmarks.packages import Detection
from benchmarks.processes import resident_mb
from benchmarks.systems import Detect, load

SAMPLE = 1000  # texts whose time is measured
Batches = Mapping[str, Mapping[str, Sequence[str]]]  # texts by kind and variant, single words as typed first


@dataclass(frozen=True)
class Answers:
    """Answers by kind and variant of text, and what they cost."""

    detections: dict[str, dict[str, list[Detection]]]
    cost: dict[str, Any]


def in_fresh_process(name: str, languages: Sequence[str], known: Collection[str], batches: Batches) -> Answers:
    """Return a system's answers from a process of its own.

    `languages` are the candidates, `known` the system's own codes.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(answer, name, languages, known, batches).result()


def answer(name: str, languages: Sequence[str], known: Collection[str], batches: Batches) -> Answers:
    """Return a system's answers from this process."""
    before = resident_mb(os.getpid())
    return measure(lambda: load(name, languages, known), batches, before)


def measure(make: Callable[[], Detect], batches: Batches, before: float = 0.0) -> Answers:
    """Make a system, measure its cost, and return its answers.

    Loading ends with the first texts, since some read their data only then. `before` is the memory before, in MB.
    """
    samples = {kind: _samples(next(iter(variants.values()))) for kind, variants in batches.items()}
    started = time.process_time()
    detect = make()
    for first, _ in samples.values():
        _one_by_one(detect, first)
    loaded = time.process_time() - started
    seconds = {kind: _one_by_one(detect, second) / len(second) for kind, (_, second) in samples.items()}
    memory = resident_mb(os.getpid()) - before
    words = next(iter(samples.values()))[1]
    listed = _seconds(lambda: detect(words)) / len(words)
    answering = sum(seconds[kind] * len(first) for kind, (first, _) in samples.items())
    cost = {
        "load_s": round(max(loaded - answering, 0.0), 3),
        "memory_mb": round(memory, 1),
        "text_us": {kind: round(1e6 * each, 1) for kind, each in seconds.items()},
        "listed_word_us": round(1e6 * listed, 1),
    }
    answers = {
        kind: {variant: detect(texts) for variant, texts in variants.items()} for kind, variants in batches.items()
    }
    return Answers(answers, cost)


def _samples(texts: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Return a sample to load with, and one to measure."""
    step = max(len(texts) // SAMPLE, 1)
    return texts[::step][:SAMPLE], texts[step // 2 :: step][:SAMPLE]


def _one_by_one(detect: Detect, texts: Sequence[str]) -> float:
    return _seconds(lambda: [detect([text]) for text in texts])


def _seconds(act: Callable[[], object]) -> float:
    started = time.process_time()
    act()
    return time.process_time() - started
