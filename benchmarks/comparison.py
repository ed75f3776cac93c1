"""All of `manage.py benchmark_accuracy`: sets, systems, figures and examples."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks import accuracy, examples, language_sets, sceptic, systems
from benchmarks.accuracy import PARTIAL, WORDS, Job, Results
from benchmarks.language_sets import EVERYDAY, FORTY_TWO, QUICK, SETS, Texts
from benchmarks.systems import System
from classifier.ml.artifacts import Card
from classifier.ml.identifier import Identifier
from classifier.scores import AS_TYPED, THREE

Report = Callable[[str], None]


class OtherTexts(Exception):
    """The figures of earlier runs are of other texts."""


def update(
    results: Results, folder: Path, names: Sequence[str] = (), report: Report = print, *, quick: bool = False
) -> Iterator[None]:
    """Measure into `results`; yield after each step.

    Systems with these names are measured anew; without names, what is missing.
    Raises ValueError for an unknown name or without shipped models, ImportError for a missing package, BadTestSet,
    and OtherTexts for figures of other texts.
    """
    best = next(iter(systems.shipped_models().values()), None)
    if best is None:
        raise ValueError("There are no shipped models.")
    selected = systems.systems(names)
    sets = {**language_sets.sets_with_texts(folder, read_languages(best)), EVERYDAY: SETS[THREE]}
    earlier = {name: entry["languages"] for name, entry in results.get("sets", {}).items() if name.startswith(PARTIAL)}
    jobs = accuracy.plan(sets, selected, best.parent.name, earlier)
    texts = _read(folder, jobs, QUICK if quick else None)
    _check_texts(results, texts)
    _describe(results, selected)
    for _ in accuracy.measure(results, jobs if names else accuracy.pending(results, jobs, texts), texts, report):
        yield
    report("Examples")
    _add_examples(results, [system for system in selected if system.ours], texts, best.parent.name)
    yield


def read_languages(folder: Path) -> Sequence[str]:
    """Return the languages of a version of a model."""
    return Card.read(folder).languages


def _read(folder: Path, jobs: Sequence[Job], most: int | None) -> dict[str, Texts]:
    """Return the texts of each set that has a job."""
    languages = {job.set_name: job.languages for job in jobs}
    return {
        name: language_sets.read_everyday(codes, most)
        if name == EVERYDAY
        else language_sets.read_texts(folder, codes, most)
        for name, codes in languages.items()
    }


def _check_texts(results: Results, texts: dict[str, Texts]) -> None:
    """Raise OtherTexts for figures of other texts."""
    entries = results.get("sets", {})
    others = [name for name in SETS if name in texts and name in entries]
    others = [name for name in others if entries[name]["digest"] != language_sets.digest(texts[name])]
    if others:
        raise OtherTexts(f"the figures of {', '.join(others)} languages are of other texts.")


def _describe(results: Results, selected: Sequence[System]) -> None:
    """Put versions and settings of the systems into `results`."""
    new = {one.name: {"version": one.version, "about": one.about, "ours": one.ours} for one in selected}
    described = {**results.get("systems", {}), **new}
    results["systems"] = {name: described[name] for name in systems.system_names() if name in described}


def _add_examples(results: Results, ours: Sequence[System], texts: dict[str, Texts], best: str) -> None:
    """Put our models' answers to single words into `results`."""
    folders = systems.shipped_models()
    identifiers = {system.name: Identifier(folders[system.name]) for system in ours}
    everyday = results["sets"].get(EVERYDAY, {"runs": {}})
    for name, identifier in identifiers.items():
        of_everyday = texts[EVERYDAY].values() if name in everyday["runs"] else ()
        for test in of_everyday:
            share = examples.single_and_right(identifier, test, everyday["languages"])
            everyday["runs"][name].setdefault("single_and_right", {})[test.name] = share
    if identifiers:
        results["sceptic"] = sceptic.answers(identifiers)
    if best in identifiers:
        _add_lost_words(results, identifiers[best], texts)


def _add_lost_words(results: Results, identifier: Identifier, texts: dict[str, Texts]) -> None:
    """Put lost words into `results`, by set."""
    model, lost = identifier.card.name, {}
    for name in (THREE, FORTY_TWO):
        runs = results["sets"].get(name, {"runs": {}})["runs"]
        others = [other for other in runs if not results["systems"][other]["ours"]]
        if model in runs and others:
            best = max(others, key=lambda other: float(runs[other]["accuracy"][WORDS][AS_TYPED]))
            lost[name] = examples.lost_words(identifier, results["sets"][name], texts[name][WORDS], best)
    results["lost_words"] = lost
