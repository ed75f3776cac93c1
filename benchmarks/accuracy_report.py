"""Writes docs/accuracy.md and its chart."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks import accuracy_tables as tables
from benchmarks.accuracy import WORDS
from benchmarks.everyday_report import everyday
from benchmarks.language_sets import ALL, FORTY, FORTY_TWO, THIRTEEN
from benchmarks.markdown import NONE, bold, lead, listed, percent, table_head, table_row
from benchmarks.packages import LINGUA
from benchmarks.set_results import Results, SetResults, all_sets, best_model, partial_sets, set_results
from benchmarks.variants import SEED
from classifier.charts import Score
from classifier.languages import language_name
from classifier.ml.metrics import wilson_interval
from classifier.scores import THREE, set_name

PUBLISHED = 1000  # texts of each kind and language in lingua's data
TESTDATA = "https://github.com/pemistahl/lingua-py/tree/main/language-testdata"
MAIN = (LINGUA, "eldc", "langidentify")  # the strongest others
CHARTED = (THREE, THIRTEEN, FORTY)


def write(results: Results, page: Path, chart: Path) -> None:
    """Write the page and its chart."""
    draw(results, chart)
    parts = (summary, leads, missing_languages, wide, three, method)
    lines = ["# Accuracy, side by side", "", *(line for part in parts for line in part(results))]
    page.write_text("\n".join(lines).replace("CHART", f"images/{chart.name}").rstrip() + "\n", encoding="utf-8")


def draw(results: Results, path: Path) -> None:
    """Draw the accuracy on single words.

    The systems are those that know the languages of all charted sets.
    """
    from classifier.training import figures

    best = best_model(results)
    sets = [one for name in CHARTED if (one := set_results(results, name)) and best in one.runs]
    names = [name for name in sets[-1].runs if all(name in one.runs for one in sets)]
    names.sort(key=sets[-1].accuracies().__getitem__, reverse=True)
    scores = {one.title: [_score(one, name) for name in names] for one in sets}
    figures.save(figures.accuracy(scores), path, "accuracy on single words, with 95 % intervals")


def _score(one: SetResults, name: str) -> Score:
    share = wilson_interval(one.accuracy(name), one.count())
    return Score(name, one.count(), share, ours=name in one.ours)


def summary(results: Results) -> Iterator[str]:
    """Compare our best model with the strongest others."""
    best, sets = best_model(results), all_sets(results)
    each = max(max(one.entry["texts"][WORDS].values()) for one in sets)
    yield (
        f"Our default model and other language identifiers on the same texts: {each:,} single words, word pairs and "
        f"sentences a language of [lingua's published test data]({TESTDATA}). All get the same candidates; of a "
        f"program that cannot be restricted, its best-ranked candidate counts. {NONE} marks sets with languages that a "
        "program does not know."
    )
    yield ""
    yield from _openness(results, best)
    kinds = " / ".join(set_name(kind) for kind in sets[0].kinds)
    yield from table_head(f"right, %: {kinds}", *MAIN, f"**{best}** (ours)")
    for one in sets:
        names = [name for name in (*MAIN, best) if name in one.runs]
        columns = [{name: one.accuracy(name, kind) for name in names} for kind in one.kinds]
        cells = {name: " / ".join(bold(name, column) for column in columns) for name in names}
        yield table_row(one.title, *(cells.get(name, NONE) for name in (*MAIN, best)))
    yield from _costs(results, best)
    yield ""
    yield "![Accuracy of all systems on single words](CHART)"
    yield ""


def _openness(results: Results, best: str) -> Iterator[str]:
    """State which data our model shares with others."""
    if THIRTEEN in results["sets"] and best in results["sets"][THIRTEEN]["runs"]:
        yield (
            f"{best} was trained on public word lists, and three of the others bring some of them: the word lists of "
            "`langidentify-full-model`, the dictionaries of simplemma, and wordfreq. The test texts were used neither "
            "for training nor to set a threshold. While the recipe of the model was found, figures on them were in "
            "view, so they may flatter it a little; the texts kept aside (see Method) were used for nothing."
        )
    else:
        yield "No model of ours was trained and no threshold chosen on them."
    yield ""


def _costs(results: Results, best: str) -> Iterator[str]:
    """Write rows on memory, loading and time.

    They are of the largest set that all of the strongest know.
    """
    of_best = [one for one in all_sets(results) if best in one.runs]
    shared = [one for one in of_best if all(name in one.runs for name in MAIN)]
    one = (shared or of_best)[-1]
    costs = {name: one.runs[name]["cost"] for name in (*MAIN, best) if name in one.runs}
    rows = {
        f"memory, {one.title}, MB": {name: f"{cost['memory_mb']:,.0f}" for name, cost in costs.items()},
        "load, s of CPU": {name: f"{cost['load_s']:.2f}" for name, cost in costs.items()},
        "a word, µs of CPU": {name: f"{cost['text_us'][WORDS]:.0f}" for name, cost in costs.items()},
        "a word in a list, µs of CPU": {name: f"{cost['listed_word_us']:.0f}" for name, cost in costs.items()},
    }
    for title, cells in rows.items():
        yield table_row(title, *(cells.get(name, NONE) for name in (*MAIN, best)))


def leads(results: Results) -> Iterator[str]:
    """Write our model's leads over each program."""
    best = best_model(results)
    sets = [one for one in all_sets(results) if best in one.runs and one.others]
    if not sets:
        return
    yield "## How far ahead"
    yield ""
    yield (
        f"Percentage points by which {best} is more often right than another on the same texts among the same "
        "candidates, with 95 % intervals, in bold where they exclude 0."
    )
    yield ""
    kinds = list(dict.fromkeys(kind for one in sets for kind in one.kinds))
    for kind in kinds:
        yield from table_head(f"ahead on {set_name(kind)} of", *(one.title for one in sets))
        for name in dict.fromkeys(name for one in sets for name in one.others):
            cells = (lead(one.ahead(best, name, kind)) if name in one.runs else NONE for one in sets)
            yield table_row(name, *cells)
        yield ""


def missing_languages(results: Results) -> Iterator[str]:
    """Compare with programs that lack some languages."""
    best = best_model(results)
    rows = [(name, one) for name, one in partial_sets(results) if {name, best} <= one.runs.keys()]
    if not rows:
        return
    yield "Programs that lack some of all languages, among those that both know:"
    yield ""
    kinds = rows[0][1].kinds
    shares, ahead = " / ".join(map(set_name, kinds)), [f"ahead on {set_name(kind)}" for kind in kinds]
    yield from table_head("", "languages", f"right, %: {shares}", f"**{best}** (ours)", *ahead)
    for name, one in rows:
        cells = (" / ".join(f"{100 * one.accuracy(system, kind):.1f}" for kind in kinds) for system in (name, best))
        yield table_row(name, str(len(one.languages)), *cells, *(lead(one.ahead(best, name, kind)) for kind in kinds))
    yield ""


def wide(results: Results) -> Iterator[str]:
    """Write the details of 42 languages, and each language."""
    best, one = best_model(results), set_results(results, FORTY_TWO)
    if not one or best not in one.runs:
        return
    yield f"## {one.title}"
    yield ""
    for table in (tables.by_spelling, tables.coverage, tables.by_length, tables.as_one_language):
        yield from table(one)
    yield from _lost(results, one)
    for candidates in (ALL, FORTY_TWO, FORTY):
        found = set_results(results, candidates)
        others = [name for name in MAIN if found and name in found.runs]
        if found and best in found.runs and others:
            yield from tables.each_language(found, others, best)
            return


def three(results: Results) -> Iterator[str]:
    """Write the details of English, French and Spanish."""
    one = set_results(results, THREE)
    if not one or not one.ours:
        return
    yield f"## {listed([language_name(code) for code in one.languages])}"
    yield ""
    top = max(one.ours, key=one.accuracy)
    yield (
        f"All of our models, {one.count():,} texts of each kind. {top} is right for "
        f"{percent(one.accuracy(top), one.count())} of the single words."
    )
    yield ""
    columns = [(name, kind) for name in MAIN if name in one.runs for kind in one.kinds[:2]]
    if columns:
        yield from table_head("points ahead", *(f"of {name}, {set_name(kind)}" for name, kind in columns))
        for model in one.ours:
            yield table_row(model, *(lead(one.ahead(model, name, kind)) for name, kind in columns))
        yield ""
    for table in (tables.by_spelling, tables.coverage, tables.by_length):
        yield from table(one)
    yield from tables.by_language(one)
    yield from everyday(results)
    yield from tables.where_others_are_better(one)
    yield from _lost(results, one)


def _lost(results: Results, one: SetResults) -> Iterator[str]:
    lost: Mapping[str, Any] = results.get("lost_words", {})
    if one.name in lost:
        yield from tables.lost_words(one, lost[one.name])


def method(results: Results) -> Iterator[str]:
    """Describe the systems, the method and the commands."""
    yield "## Method"
    yield ""
    yield from table_head("system", "version", "setting", align="---")
    for name, system in results["systems"].items():
        label = f"**{name}** (ours)" if system["ours"] else name
        yield table_row(label, system["version"], system["about"])
    yield ""
    sets = all_sets(results)
    yield (
        "Each system names one language a text; no answer counts as wrong. Our models get the texts as the form "
        f"cleans them; it refuses {_refused(results)}. Serbian in Latin letters is measured on the Croatian texts, "
        "Filipino on the Tagalog ones. Intervals of accuracies are Wilson's; those of differences are paired: Wilson's "
        f"for the share of the texts on which only one of the two is right. Typing errors are drawn with the seed "
        f"{SEED}. Memory is what a new process grows by, loading lasts until the first texts are answered, and times "
        "are of CPU for one text at a time, means of 1,000."
    )
    each = max(max(one.entry["texts"][WORDS].values()) for one in sets)
    if each < PUBLISHED:
        of_all = f"{each} of the {PUBLISHED:,} published texts of each kind and language"
        yield f"Measured on {of_all}; the others are kept aside."
    yield ""
    yield (
        f"The test data (Apache-2.0) is in [lingua's repository]({TESTDATA}), not in this one. With a copy of its "
        "folder `language-testdata`, after `make run` or `make test` once:"
    )
    yield ""
    yield "```"
    yield "python3 -m venv .venv/benchmark"
    yield ".venv/benchmark/bin/pip install -r requirements-benchmark.txt"
    yield ".venv/benchmark/bin/python manage.py benchmark_accuracy --data language-testdata \\"
    yield "    --output docs/accuracy.json --report docs/accuracy.md"
    yield "```"
    yield ""
    yield (
        "The last command measures what [accuracy.json](accuracy.json) lacks, `--systems Ngram` only that model anew, "
        "and writes this page and its picture, without network access."
    )


def _refused(results: Results) -> str:
    """Return how many texts of the largest set the form refuses."""
    best = best_model(results)
    runs = [one.runs[best] for one in all_sets(results) if best in one.runs]
    refused = {kind: count for kind, count in runs[-1]["refused"].items() if count}
    return listed([f"{count} {set_name(kind)}" for kind, count in refused.items()]) if refused else "none of them"
