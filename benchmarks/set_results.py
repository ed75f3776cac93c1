"""Figures of the systems in one set of candidates."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

from benchmarks.accuracy import PARTIAL, WORDS, Flags, unpack
from benchmarks.language_sets import ALL, SETS
from classifier.ml.metrics import Interval, paired_difference, rounded
from classifier.scores import AS_TYPED

Results = Mapping[str, Any]


@dataclass(frozen=True)
class SetResults:
    """Figures of the systems in one set."""

    name: str
    entry: Mapping[str, Any]
    systems: Mapping[str, Mapping[str, Any]]

    @property
    def title(self) -> str:
        """The number of languages."""
        return f"{len(self.languages)} languages"

    @property
    def languages(self) -> list[str]:
        """The codes of the candidates."""
        languages: list[str] = self.entry["languages"]
        return languages

    @property
    def kinds(self) -> list[str]:
        """The kinds of text, the first one with coverage and lengths."""
        return list(self.entry["texts"])

    @property
    def runs(self) -> Mapping[str, Mapping[str, Any]]:
        """The figures by system."""
        return {name: self.entry["runs"][name] for name in self.systems if name in self.entry["runs"]}

    @property
    def ours(self) -> list[str]:
        """The names of our models."""
        return [name for name in self.runs if self.systems[name]["ours"]]

    @property
    def others(self) -> list[str]:
        """The names of other programs."""
        return [name for name in self.runs if not self.systems[name]["ours"]]

    def label(self, name: str) -> str:
        """Return the first cell of a system's row."""
        return f"**{name}** (ours)" if self.systems[name]["ours"] else name

    def count(self, kind: str = WORDS) -> int:
        """Return the number of texts."""
        return sum(self.entry["texts"][kind].values())

    def accuracy(self, name: str, kind: str = WORDS, variant: str = AS_TYPED) -> float:
        """Return the accuracy of a system."""
        return float(self.runs[name]["accuracy"][kind][variant])

    def accuracies(self, kind: str = WORDS, variant: str = AS_TYPED) -> dict[str, float]:
        """Return the accuracies of all systems."""
        return {name: self.accuracy(name, kind, variant) for name in self.runs}

    def variants(self, kind: str) -> list[str]:
        """Return the spellings of a kind that all systems got."""
        return list(next(iter(self.runs.values()))["accuracy"][kind])

    def by_language(self, name: str, kind: str = WORDS) -> dict[str, float]:
        """Return the accuracy of a system on each language."""
        flags = self._right[name, kind]
        return {language: rounded(flags[part].mean()) for language, part in self._parts(kind).items()}

    def ahead(self, name: str, other: str, kind: str = WORDS, language: str | None = None) -> Interval:
        """Return the lead of a system over another, with its interval."""
        part = self._parts(kind)[language] if language else slice(None)
        return paired_difference(self._right[other, kind][part], self._right[name, kind][part])

    @cached_property
    def _right(self) -> Mapping[tuple[str, str], Flags]:
        return {
            (name, kind): unpack(run["right"][kind], self.count(kind))
            for name, run in self.runs.items()
            for kind in self.kinds
        }

    def _parts(self, kind: str) -> dict[str, slice]:
        counts = self.entry["texts"][kind]
        ends = list(accumulate(counts.values()))
        return {language: slice(end - counts[language], end) for language, end in zip(counts, ends, strict=True)}


def set_results(results: Results, name: str) -> SetResults | None:
    """Return the figures of a set, if there are any."""
    entry = results["sets"].get(name)
    return SetResults(name, entry, results["systems"]) if entry and entry["runs"] else None


def all_sets(results: Results) -> list[SetResults]:
    """Return the sets with figures, small ones first."""
    return [one for name in (*SETS, ALL) if (one := set_results(results, name))]


def partial_sets(results: Results) -> Iterator[tuple[str, SetResults]]:
    """Yield programs that lack languages, with their own sets."""
    for name in results["sets"]:
        one = set_results(results, name) if name.startswith(PARTIAL) else None
        if one:
            yield name.removeprefix(PARTIAL), one


def best_model(results: Results) -> str:
    """Return the name of our first model, the best one."""
    return next(str(name) for name, system in results["systems"].items() if system["ours"])
