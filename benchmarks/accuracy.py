"""Accuracy of systems on the same texts and candidates."""

import base64
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import runs, systems, variants
from benchmarks.language_sets import ALL, FORTY_TWO, ONE_LANGUAGE, Texts, as_one, digest
from benchmarks.packages import Detection
from benchmarks.systems import System, common
from classifier.ml.encoding import normalise
from classifier.ml.metrics import coverage_scores, length_bands, rounded
from classifier.scores import AS_TYPED, KINDS, THREE
from classifier.training.test_sets import LabelledTexts

WORDS, PAIRS, SENTENCES = KINDS
DAMAGED = {THREE: KINDS, FORTY_TWO: (WORDS,)}  # kinds of text that are measured in other spellings, too, by set
PARTIAL = f"{ALL}: "  # begins the names of sets of those of all languages that a program knows

Flags = NDArray[np.bool_]
Results = dict[str, Any]
Answer = Callable[..., runs.Answers]


@dataclass(frozen=True)
class Job:
    """A system to run among the languages of a set."""

    set_name: str
    languages: tuple[str, ...]
    system: System


def plan(
    sets: Mapping[str, Sequence[str]],
    selected: Sequence[System],
    best: str,
    earlier: Mapping[str, Sequence[str]] | None = None,
) -> list[Job]:
    """Return what to run.

    Each system runs in each set of which it knows all languages. A program that knows only some of all languages is
    compared among these, in a set of its own with the model `best`; `earlier` are such sets of earlier runs.
    """
    every = sets.get(ALL, ())
    known = {partial_set(system.name): common(every, system.known) for system in selected if not system.ours}
    earlier = {name: tuple(languages) for name, languages in (earlier or {}).items() if set(languages) < set(every)}
    partial = {name: some for name, some in {**earlier, **known}.items() if 1 < len(some) < len(every)}
    return [
        Job(name, tuple(languages), system)
        for name, languages in {**sets, **partial}.items()
        for system in selected
        if len(common(languages, system.known)) == len(languages)
        and (name not in partial or system.name == best or name == partial_set(system.name))
    ]


def partial_set(name: str) -> str:
    """Return the name of a program's own set."""
    return f"{PARTIAL}{name}"


def pending(results: Results, jobs: Sequence[Job], texts: Mapping[str, Texts]) -> list[Job]:
    """Return the jobs without current figures.

    Figures are current if version, languages and texts are the same.
    """
    digests = {name: digest(of_set) for name, of_set in texts.items()}
    entries = results.get("sets", {})
    return [
        job
        for job in jobs
        if entries.get(job.set_name, {}).get("digest") != digests[job.set_name]
        or entries[job.set_name]["runs"].get(job.system.name, {}).get("version") != job.system.version
    ]


def measure(
    results: Results,
    jobs: Sequence[Job],
    texts: Mapping[str, Texts],
    report: Callable[[str], None] = lambda line: None,
    answer: Answer = runs.in_fresh_process,
) -> Iterator[None]:
    """Run the jobs; yield after each.

    `texts` are those of each set. Figures are put into `results`, JSON-ready.
    """
    for number, job in enumerate(jobs, 1):
        report(f"{number} of {len(jobs)}: {job.system.name} among {len(job.languages)} languages ({job.set_name})")
        of_set = texts[job.set_name]
        entry = _entry(results, job, of_set)
        batches = _batches(job, of_set)
        answers = answer(job.system.name, job.languages, job.system.known, batches)
        entry["runs"][job.system.name] = {
            "version": job.system.version,
            **score(of_set, answers.detections),
            "refused": {kind: spelled[AS_TYPED].count("") for kind, spelled in batches.items()},
            "cost": answers.cost,
        }
        yield


def _entry(results: Results, job: Job, texts: Texts) -> Results:
    """Return the entry of a set.

    It is a new one where the languages or the texts were others.
    """
    sets: Results = results.setdefault("sets", {})
    found = digest(texts)
    if sets.get(job.set_name, {}).get("digest") != found:
        sets[job.set_name] = {
            "languages": list(job.languages),
            "digest": found,
            "texts": {kind: {code: test.labels.count(code) for code in job.languages} for kind, test in texts.items()},
            "lengths": {name: int(within.sum()) for name, within in _by_length(_first(texts))},
            "runs": {},
        }
    entry: Results = sets[job.set_name]
    return entry


def _batches(job: Job, texts: Texts) -> dict[str, dict[str, list[str]]]:
    """Return the texts by kind and variant.

    Our models get them cleaned, empty where the form refuses one.
    """
    batches = {}
    for kind, test in texts.items():
        spellings = variants.variants(test) if kind in DAMAGED.get(job.set_name, ()) else {AS_TYPED: test.texts}
        batches[kind] = {
            name: systems.clean(spelled) if job.system.ours else spelled for name, spelled in spellings.items()
        }
    return batches


def score(texts: Texts, detections: Mapping[str, Mapping[str, Sequence[Detection]]]) -> Results:
    """Return the figures of one system.

    Accuracy by kind and variant, and the right answers as typed; of the first kind coverage, and accuracy by length.
    """
    right = {
        kind: {name: right_answers(given, texts[kind]) for name, given in by_variant.items()}
        for kind, by_variant in detections.items()
    }
    first = _first(texts)
    typed, confidences = right[first.name][AS_TYPED], [one.confidence for one in detections[first.name][AS_TYPED]]
    figures: Results = {
        "accuracy": {
            kind: {name: rounded(flags.mean()) for name, flags in by_variant.items()}
            for kind, by_variant in right.items()
        },
        **coverage_scores(np.array(confidences), typed),
        "by_length": {name: rounded(typed[within].mean()) for name, within in _by_length(first)},
        "right": {kind: pack(by_variant[AS_TYPED]) for kind, by_variant in right.items()},
    }
    if set(ONE_LANGUAGE) <= set(first.labels):
        figures["as_one"] = {kind: _accuracy_as_one(detections[kind][AS_TYPED], texts[kind]) for kind in texts}
    return figures


def _first(texts: Texts) -> LabelledTexts:
    return next(iter(texts.values()))


def _by_length(test: LabelledTexts) -> list[tuple[str, Flags]]:
    return length_bands(np.array([len(normalise(text)) for text in test.texts]))


def right_answers(detections: Sequence[Detection], test: LabelledTexts) -> Flags:
    """Return the mask of correctly answered texts."""
    return np.array([one.language == label for one, label in zip(detections, test.labels, strict=True)])


def _accuracy_as_one(detections: Sequence[Detection], test: LabelledTexts) -> float:
    answers, labels = as_one([one.language or "" for one in detections]), as_one(test.labels)
    return rounded(np.mean([answer == label for answer, label in zip(answers, labels, strict=True)]))


def pack(flags: Flags) -> str:
    """Return flags as text: bits, compressed, in base 64."""
    return base64.b64encode(zlib.compress(np.packbits(flags).tobytes(), 9)).decode()


def unpack(text: str, count: int) -> Flags:
    """Return the `count` flags that `pack` wrote."""
    bits = np.frombuffer(zlib.decompress(base64.b64decode(text)), np.uint8)
    return np.unpackbits(bits, count=count).astype(bool)
