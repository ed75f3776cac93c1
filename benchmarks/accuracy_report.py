"""docs/accuracy.md and its chart, from the results of benchmarks.accuracy."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.accuracy import PAIRS, WORDS
from benchmarks.markdown import bold, lead, listed, mark, percent, table_head, table_row, with_interval
from benchmarks.systems import LINGUA
from classifier.languages import language_name
from classifier.scores import AS_TYPED, program_scores, set_name

MOST_LOST = 30  # words of a language
PUBLISHED = 1000  # texts of each kind and language in lingua's data
TESTDATA = "https://github.com/pemistahl/lingua-py/tree/main/language-testdata"

Results = Mapping[str, Any]


def write(results: Results, page: Path, chart: Path) -> None:
    """Write the page and its chart."""
    draw(results, chart)
    parts = (summary, by_kind, by_language, by_length, where_others_are_better, lost_words, method)
    lines = ["# Accuracy, side by side", "", *(line for part in parts for line in part(results))]
    page.write_text("\n".join(lines).replace("CHART", f"images/{chart.name}").rstrip() + "\n", encoding="utf-8")


def draw(results: Results, path: Path) -> None:
    """Draw the accuracy of all systems on the texts as typed, the best on single words on top."""
    from classifier.training import figures

    figures.save(figures.accuracy(program_scores(results)), path, "accuracy of all systems, with 95 % intervals")


def summary(results: Results) -> Iterator[str]:
    """Compare the best model with lingua in two sentences and a table."""
    count = results["texts"][WORDS]
    languages = listed([language_name(code) for code in results["languages"]])
    yield (
        f"Our models beside what else one could install, on the same texts in {languages}: {count:,} single words and "
        f"as many word pairs and sentences of [lingua's published test data]({TESTDATA}), on which none of our "
        f"models was trained and no threshold was chosen."
    )
    yield ""
    scores = results["results"][WORDS][AS_TYPED]
    best = max(_ours(results), key=lambda name: float(scores[name]["accuracy"]))
    others = f", lingua {percent(scores[LINGUA])}" if LINGUA in scores else ""
    yield f"Of the single words **{best} gets {percent(scores[best])}** right{others}."
    yield ""
    yield "![Accuracy of all systems on single words, word pairs and sentences](CHART)"
    yield ""
    if LINGUA in scores:
        yield "Points ahead of lingua, with 95 % intervals of the difference:"
        yield ""
        yield from table_head("", *(set_name(kind) for kind in results["results"]))
        for name in _ours(results):
            cells = [lead(variants[AS_TYPED][name]) for variants in results["results"].values()]
            yield table_row(name, *cells)
        yield ""


def by_kind(results: Results) -> Iterator[str]:
    """Write a table a kind of text: a row a system, a column a way of typing."""
    yield "## As typed and otherwise"
    yield ""
    yield (
        "Percent right, with 95 % bootstrap intervals; the best of each column is bold. *Without accents*: every mark "
        "off its letter. *With a typing error*: one letter a text doubled, left out, replaced or swapped."
    )
    yield ""
    for kind, variants in results["results"].items():
        yield f"### {set_name(kind).capitalize()}"
        yield ""
        yield from table_head("", *variants)
        for name in _names(results):
            yield table_row(_called(results, name), *(with_interval(scores, name) for scores in variants.values()))
        yield ""


def by_language(results: Results) -> Iterator[str]:
    """Write the accuracy on each language's words and pairs; on sentences all are nearly perfect."""
    yield "## By language"
    yield ""
    yield "As typed. A system that leans to one language gains there what it loses on the others."
    yield ""
    columns = {
        f"{language_name(code)}, {set_name(kind)}": {
            name: one["by_language"][code] for name, one in results["results"][kind][AS_TYPED].items()
        }
        for kind in (WORDS, PAIRS)
        if kind in results["results"]
        for code in results["languages"]
    }
    yield from table_head("", *columns)
    for name in _names(results):
        yield table_row(_called(results, name), *(bold(name, accuracies) for accuracies in columns.values()))
    yield ""


def by_length(results: Results) -> Iterator[str]:
    """Write the accuracy by number of letters."""
    rows = results["by_length"]
    yield "## By length"
    yield ""
    yield "Single words as typed, by number of letters."
    yield ""
    yield from table_head("", *(f"{row['letters']} ({row['words']} words)" for row in rows))
    for name in _names(results):
        yield table_row(_called(results, name), *(bold(name, row["accuracy"]) for row in rows))
    yield ""


def where_others_are_better(results: Results) -> Iterator[str]:
    """List every column in which a system of others is ahead of all of ours."""
    yield "## Where others are better"
    yield ""
    found = list(_better(results))
    yield from found or ["In none of the columns above."]
    yield ""
    silent = [kind for kind, variants in results["results"].items() if _saturated(variants[AS_TYPED])]
    if silent:
        kinds = listed([set_name(kind) for kind in silent])
        yield (
            f"On {kinds} the best systems make next to no mistakes: differences there say little, and no mistake in "
            f"{results['texts'][silent[0]]:,} texts still allows up to {300 / results['texts'][silent[0]]:.1f} % "
            "(rule of three)."
        )
        yield ""
    yield "They also know many more languages: lingua 75, fastText 176; ours know the few they were trained on."
    yield ""


def lost_words(results: Results) -> Iterator[str]:
    """List the words that lingua gets right and our best model does not."""
    if "lost_words" not in results:
        return
    model, won, lost = (results["lost_words"][key] for key in ("model", "won", "lost"))
    single = sum(row["verdict"] == "single" for row in lost)
    yield "## Words that we lose"
    yield ""
    yield (
        f"{len(lost)} words are right with lingua and wrong with {model}; the other way round it is {won}. Of these "
        f"{len(lost)} the model is sure of itself (`single`) for {single}; the others it calls `several` or `unsure`. "
        "Some words are spoilt in the data itself, without their accented letters. In brackets: what it took them for."
    )
    yield ""
    for code in results["languages"]:
        rows = [row for row in lost if row["language"] == code]
        words = [f"{row['word']} ({row['answered']}{mark(row)})" for row in rows[:MOST_LOST]]
        more = [f"and {len(rows) - MOST_LOST} more"] if len(rows) > MOST_LOST else []
        yield f"- {language_name(code)}: {', '.join(words + more) or 'none'}"
    yield ""
    yield "\\* said with the verdict `single`"
    yield ""


def method(results: Results) -> Iterator[str]:
    """Describe the systems and the measuring, with the commands to repeat it."""
    yield "## How it was measured"
    yield ""
    yield from table_head("system", "version", "how it is asked", align="---")
    for one in results["systems"]:
        yield table_row(_called(results, one["name"]), one["version"], one["about"])
    yield ""
    yield (
        "One language has to be named for each text; no answer counts as wrong. Intervals: percentile bootstrap, "
        f"{results['resamples']:,} resamples of the texts, the same for all systems, so differences are paired. Typing "
        f"errors and resamples are drawn with the seed {results['seed']}."
    )
    each = results["texts"][WORDS] // len(results["languages"])
    if each < PUBLISHED:
        yield f"Measured on {each} of the {PUBLISHED:,} texts of each kind and language that are published."
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
    yield "This page, its picture and [accuracy.json](accuracy.json) are written by that command. It needs no network."


def _better(results: Results) -> Iterator[str]:
    for kind, variants in results["results"].items():
        for variant, scores in variants.items():
            texts = f"{set_name(kind).capitalize()} {variant}"
            columns = {texts: {name: one["accuracy"] for name, one in scores.items()}}
            if variant == AS_TYPED:
                columns |= {
                    f"{texts}, {language_name(code)}": {name: one["by_language"][code] for name, one in scores.items()}
                    for code in results["languages"]
                }
            for column, accuracies in columns.items():
                yield from _compared(results, column, accuracies)
    for row in results["by_length"]:
        yield from _compared(results, f"Single words of {row['letters']} letters", row["accuracy"])


def _compared(results: Results, column: str, accuracies: Mapping[str, float]) -> Iterator[str]:
    ours = _ours(results)
    best = max(accuracies[name] for name in ours)
    ahead = [f"{name} {100 * value:.1f}" for name, value in accuracies.items() if name not in ours and value > best]
    if ahead:
        yield f"- {column}: {', '.join(ahead)}; ours {100 * best:.1f}"


def _saturated(scores: Mapping[str, Any]) -> bool:
    return bool(max(one["accuracy"] for one in scores.values()) > 0.998)


def _names(results: Results) -> list[str]:
    return [one["name"] for one in results["systems"]]


def _ours(results: Results) -> list[str]:
    return [one["name"] for one in results["systems"] if one["ours"]]


def _called(results: Results, name: str) -> str:
    return f"**{name}** (ours)" if name in _ours(results) else name
