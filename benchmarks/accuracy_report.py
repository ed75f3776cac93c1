"""Writes docs/accuracy.md and its chart."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.accuracy import PAIRS, WORDS
from benchmarks.everyday_report import everyday
from benchmarks.markdown import (
    Results,
    bold,
    label,
    lead,
    listed,
    mark,
    names,
    ours,
    percent,
    table_head,
    table_row,
    with_interval,
)
from benchmarks.systems import LINGUA
from classifier.languages import language_name
from classifier.ml.metrics import PRECISIONS
from classifier.scores import AS_TYPED, program_scores, set_name

MOST_LOST = 30  # words of a language
PUBLISHED = 1000  # texts of each kind and language in lingua's data
TESTDATA = "https://github.com/pemistahl/lingua-py/tree/main/language-testdata"


def write(results: Results, page: Path, chart: Path) -> None:
    """Write the page and its chart."""
    draw(results, chart)
    parts = (
        *(summary, coverage, everyday, by_kind, by_language, by_length, where_others_are_better, lost_words, method),
    )
    lines = ["# Accuracy, side by side", "", *(line for part in parts for line in part(results))]
    page.write_text("\n".join(lines).replace("CHART", f"images/{chart.name}").rstrip() + "\n", encoding="utf-8")


def draw(results: Results, path: Path) -> None:
    """Draw the accuracy of all systems on texts as typed."""
    from classifier.training import figures

    figures.save(figures.accuracy(program_scores(results)), path, "accuracy of all systems, with 95 % intervals")


def summary(results: Results) -> Iterator[str]:
    """Compare our models with lingua."""
    count = results["texts"][WORDS]
    languages = listed([language_name(code) for code in results["languages"]])
    yield (
        f"Our models and other language identifiers on the same texts in {languages}: {count:,} single words and as "
        f"many word pairs and sentences of [lingua's published test data]({TESTDATA}). No model of ours was trained "
        f"and no threshold chosen on them."
    )
    yield ""
    scores = results["results"][WORDS][AS_TYPED]
    best = max(ours(results), key=lambda name: float(scores[name]["accuracy"]))
    others = f", lingua for {percent(scores[LINGUA]['accuracy'], count)}" if LINGUA in scores else ""
    yield f"**{best} is right for {percent(scores[best]['accuracy'], count)}** of the single words{others}."
    yield ""
    yield "![Accuracy of all systems on single words, word pairs and sentences](CHART)"
    yield ""
    if LINGUA in scores:
        yield "Percentage points ahead of lingua, with 95 % intervals of the difference:"
        yield ""
        yield from table_head("", *(set_name(kind) for kind in results["results"]))
        for name in ours(results):
            cells = [lead(variants[AS_TYPED][name]) for variants in results["results"].values()]
            yield table_row(name, *cells)
        yield ""


def coverage(results: Results) -> Iterator[str]:
    """Write how many single words can be answered at some precisions."""
    scores = results["results"][WORDS][AS_TYPED]
    yield "## How much can be answered"
    yield ""
    yield (
        "Many single words belong to several of the languages (*justice*, *video*), and then whoever must name one is "
        "often wrong. A system with a true confidence leaves such words unanswered. The share of single words that "
        "each can answer if 99, 98 or 95 % of its answers have to be right, the least sure ones left out, with the "
        "limit that is best for these very words; and the area under the risk-coverage curve, the mean error over all "
        "shares (less is better)."
    )
    yield ""
    yield from table_head("", *(f"at {float(least):.0%}".replace("%", " %") for least in map(str, PRECISIONS)), "area")
    shares = {str(least): {name: row["coverage"][str(least)] for name, row in scores.items()} for least in PRECISIONS}
    areas = {name: row["risk_coverage_area"] for name, row in scores.items()}
    for name in names(results):
        area = f"**{areas[name]:.4f}**" if areas[name] == min(areas.values()) else f"{areas[name]:.4f}"
        yield table_row(label(results, name), *(bold(name, column) for column in shares.values()), area)
    yield ""


def by_kind(results: Results) -> Iterator[str]:
    """Write a table of accuracies for each kind of text."""
    yield "## By spelling"
    yield ""
    yield (
        "Accuracy in percent with 95 % intervals, the best of each column in bold. *Without accents*: all "
        "marks of letters removed. *With a typing error*: one letter a text doubled, left out, replaced or swapped."
    )
    yield ""
    for kind, variants in results["results"].items():
        yield f"### {set_name(kind).capitalize()}"
        yield ""
        yield from table_head("", *variants)
        texts = results["texts"][kind]
        for name in names(results):
            yield table_row(label(results, name), *(with_interval(scores, name, texts) for scores in variants.values()))
        yield ""


def by_language(results: Results) -> Iterator[str]:
    """Write a table of accuracies by language.

    Without sentences, on which all are nearly perfect.
    """
    yield "## By language"
    yield ""
    yield "As typed. A system that prefers one language gains there at the cost of the others."
    yield ""
    columns = {
        f"{language_name(code)}, {set_name(kind)}": {
            name: scores["by_language"][code] for name, scores in results["results"][kind][AS_TYPED].items()
        }
        for kind in (WORDS, PAIRS)
        if kind in results["results"]
        for code in results["languages"]
    }
    yield from table_head("", *columns)
    for name in names(results):
        yield table_row(label(results, name), *(bold(name, accuracies) for accuracies in columns.values()))
    yield ""


def by_length(results: Results) -> Iterator[str]:
    """Write a table of accuracies by number of letters."""
    rows = results["by_length"]
    yield "## By length"
    yield ""
    yield "Single words as typed, by number of letters."
    yield ""
    yield from table_head("", *(f"{row['letters']} ({row['words']} words)" for row in rows))
    for name in names(results):
        yield table_row(label(results, name), *(bold(name, row["accuracy"]) for row in rows))
    yield ""


def where_others_are_better(results: Results) -> Iterator[str]:
    """List columns in which others beat all of ours."""
    yield "## Where others are better"
    yield ""
    yield from list(_better(results)) or ["In none of the columns above."]
    yield ""
    saturated = [kind for kind, variants in results["results"].items() if _saturated(variants[AS_TYPED])]
    if saturated:
        kinds, texts = listed([set_name(kind) for kind in saturated]), results["texts"][saturated[0]]
        yield (
            f"On {kinds} the best systems make almost no errors, so differences there mean little: no error in "
            f"{texts:,} texts still allows an error rate of up to {300 / texts:.1f} % (rule of three)."
        )
        yield ""
    yield "Others also know many more languages: lingua 75, fastText 176. Ours know the few they were trained on."
    yield ""


def lost_words(results: Results) -> Iterator[str]:
    """List the words on which only lingua is right."""
    if "lost_words" not in results:
        return
    model, won, lost = (results["lost_words"][key] for key in ("model", "won", "lost"))
    single = sum(row["verdict"] == "single" for row in lost)
    yield "## Words on which only lingua is right"
    yield ""
    yield (
        f"Of the two, only lingua is right on {len(lost)} words and only {model} on {won}. The verdict of {model} is "
        f"`single` for {single} of these {len(lost)}, `several` or `unsure` for the others. Some words are damaged in "
        f"the data: their accented letters are missing. The answer of {model} is in brackets, with \\* for `single`."
    )
    yield ""
    for code in results["languages"]:
        rows = [row for row in lost if row["language"] == code]
        words = [f"{row['word']} ({row['answered']}{mark(row)})" for row in rows[:MOST_LOST]]
        more = [f"and {len(rows) - MOST_LOST} more"] if len(rows) > MOST_LOST else []
        yield f"- {language_name(code)}: {', '.join(words + more) or 'none'}"
    yield ""


def method(results: Results) -> Iterator[str]:
    """Describe the systems, the method and the commands."""
    yield "## Method"
    yield ""
    yield from table_head("system", "version", "setting", align="---")
    for system in results["systems"]:
        yield table_row(label(results, system["name"]), system["version"], system["about"])
    yield ""
    yield (
        f"Each system names one language a text; no answer counts as wrong. Our models get the texts as the form "
        f"cleans them; it refuses {_refused(results)}. Intervals of accuracies are Wilson's. Those of differences are "
        f"paired: a percentile bootstrap of {results['resamples']:,} resamples of the texts, the same for all systems. "
        f"Typing errors and resamples are drawn with the seed {results['seed']}."
    )
    each = results["texts"][WORDS] // len(results["languages"])
    if each < PUBLISHED:
        yield f"Measured on {each} of the {PUBLISHED:,} published texts of each kind and language."
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
    yield "The last command writes this page, its picture and [accuracy.json](accuracy.json), without network access."


def _refused(results: Results) -> str:
    refused = {kind: count for kind, count in results["refused"].items() if count}
    return listed([f"{count} {set_name(kind)}" for kind, count in refused.items()]) if refused else "none of them"


def _better(results: Results) -> Iterator[str]:
    for kind, variants in results["results"].items():
        for variant, scores in variants.items():
            texts = f"{set_name(kind).capitalize()} {variant}"
            columns = {texts: {name: row["accuracy"] for name, row in scores.items()}}
            if variant == AS_TYPED:
                columns |= {
                    f"{texts}, {language_name(code)}": {name: row["by_language"][code] for name, row in scores.items()}
                    for code in results["languages"]
                }
            for column, accuracies in columns.items():
                yield from _better_in(results, column, accuracies)
    for row in results["by_length"]:
        yield from _better_in(results, f"Single words of {row['letters']} letters", row["accuracy"])


def _better_in(results: Results, column: str, accuracies: Mapping[str, float]) -> Iterator[str]:
    own = ours(results)
    best = max(accuracies[name] for name in own)
    ahead = [f"{name} {100 * value:.1f}" for name, value in accuracies.items() if name not in own and value > best]
    if ahead:
        yield f"- {column}: {', '.join(ahead)}; ours {100 * best:.1f}"


def _saturated(scores: Mapping[str, Any]) -> bool:
    return bool(max(row["accuracy"] for row in scores.values()) > 0.998)
