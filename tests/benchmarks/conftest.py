"""Toy systems and texts to compare."""

import pytest

from benchmarks import accuracy, language_sets, runs
from benchmarks.packages import LINGUA, Detection
from benchmarks.systems import System
from classifier.scores import THREE

LANGUAGES = ("en", "fr", "es")
WORDS = {"en": "the\norignal\n", "fr": "château\nété\n", "es": "casa\npiano\n"}
ANSWERS = {
    "Ngram": {"the": "en", "orignal": "fr", "château": "fr", "été": "fr", "casa": "es"},
    LINGUA: {"the": "en", "orignal": "en", "château": "fr"},
}


def system(name, *, ours=False):
    return System(name, "1", "a toy", LANGUAGES, ours)


OURS, THEIRS = system("Ngram", ours=True), system(LINGUA)


def answer(name, languages, known, batches):
    """Answer as a process of its own does; answers become less sure from text to text."""

    def detect(texts):
        return [Detection(ANSWERS[name].get(text), 1 / place) for place, text in enumerate(texts, 1)]

    return runs.measure(lambda: detect, batches)


def run(folder, systems=(OURS, THEIRS), results=None):
    """Return the figures of systems on the texts of a folder."""
    results = {} if results is None else results
    jobs = accuracy.plan({THREE: LANGUAGES}, systems, "Ngram")
    texts = {THREE: language_sets.read_texts(folder, LANGUAGES)}
    list(accuracy.measure(results, jobs, texts, answer=answer))
    results["systems"] = {one.name: {"version": "1", "about": one.about, "ours": one.ours} for one in systems}
    return results


@pytest.fixture
def folder(tmp_path):
    for kind in ("single-words", "word-pairs"):
        (tmp_path / "data" / kind).mkdir(parents=True)
        for code, words in WORDS.items():
            (tmp_path / "data" / kind / f"{code}.txt").write_text(words)
    return tmp_path / "data"


@pytest.fixture
def results(folder):
    return run(folder)
