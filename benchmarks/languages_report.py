"""Writes docs/languages.md and its pictures from measured figures."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.markdown import table_head, table_row
from classifier import charts
from classifier.languages import language_name
from classifier.ml.metrics import Interval, wilson_interval
from classifier.training import figures
from classifier.training.languages import Language, all_languages

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "languages.md"
LEFT_OUT = DOCS / "left_out.json"
MARK = "<!-- python -m benchmarks.languages writes what follows -->"


def write_page(results: Mapping[str, Any]) -> None:
    """Replace the measured part of the page."""
    before, _, _ = PAGE.read_text(encoding="utf-8").partition(MARK)
    PAGE.write_text(f"{before}{MARK}\n\n" + "\n".join(_page(results)) + "\n", encoding="utf-8")


def draw(results: Mapping[str, Any]) -> None:
    """Draw the figures of each language, and how long sets are."""
    rows = dict(sorted(results["languages"].items(), key=lambda row: -row[1]["accuracy"][0]))
    columns = [
        [_score(code, row, Interval(*row["accuracy"])) for code, row in rows.items()],
        [_score(code, row, wilson_interval(row["coverage"]["0.9"], row["measured"])) for code, row in rows.items()],
    ]
    plots = [charts.dot_plot(scores, charts.share_scale(scores, 2)) for scores in columns]
    titles = [f"The first of {len(rows)} is right", "The set of 90 % holds it"]
    figures.save(figures.dots(titles, plots), DOCS / "images" / "languages.svg", "accuracy and coverage by language")
    sizes = {
        f"Sets of {float(level):.0%}": {name: 100 * share for name, share in by_size.items()}
        for level, by_size in results["sizes"].items()
    }
    figures.save(figures.bars(sizes, ["1"]), DOCS / "images" / "sets.svg", "languages in a set among all, % of words")


def _score(code: str, row: Mapping[str, Any], share: Interval) -> charts.Score:
    return charts.Score(language_name(code), row["measured"], share)


def _page(results: Mapping[str, Any]) -> Iterator[str]:
    rows = results["languages"]
    everything, default = results["all"], results["default"]
    coverage = [row["coverage"]["0.9"] for row in rows.values()]
    yield f"## Measured ({len(rows)} languages, version {results['version']})"
    yield ""
    yield (
        f"On {everything['words']:,} draws of {everything['different']:,} different held-out words, at most 500 a "
        "language (2,500 of English, French and Spanish), by the root of their frequency and their share in it. "
        "The twin answers, which never saw them. Frequent words are drawn many times: intervals are those of "
        f"the effective number of words, {default['effective']:,} of the {default['words']:,} draws of these three. "
        "In brackets is what chance alone would give, if each answer were right exactly as often as it says. Among "
        f"all {len(rows)} languages the first one is right for {everything['accuracy']:.1%}, among English, French and "
        f"Spanish for {default['accuracy']:.1%}."
    )
    yield ""
    yield from _figures(everything, default)
    coverages = f"{sum(coverage) / len(coverage):.1%}", f"{results['default_coverage']:.1%}"
    yield table_row("coverage of such a set", *coverages)
    yield ""
    least = min(rows, key=lambda code: rows[code]["coverage"]["0.9"])
    yield (
        f"The language with the lowest coverage at 90 % is {language_name(least)} "
        f"({rows[least]['coverage']['0.9']:.1%}). "
        + " ".join(f"Of {name}, {share:.1%} are called `single`." for name, share in results["none"].items())
    )
    yield from left_out()
    yield ""
    yield "![Shares of sets of 90, 95 and 99 % by the number of their languages](images/sets.svg)"
    yield ""
    yield "How many languages a set holds among all, in percent of the words, by its confidence."
    yield ""
    yield "## By language"
    yield ""
    yield "![Accuracy and coverage of each language, with 95 % intervals](images/languages.svg)"
    yield ""
    yield from table_head(
        "language", "words in the lists", "sources", "right, %", "set of 90 % holds it", "confused with", align="---"
    )
    languages = all_languages()
    for code in sorted(rows, key=language_name):
        yield _row(code, rows[code], languages[code])


def _figures(*both: Mapping[str, Any]) -> Iterator[str]:
    """Yield a table of the figures among all languages and among the default ones."""
    yield from table_head("", "among all languages", "among en, fr, es")
    errors = (f"{one['calibration_error']:.4f} ({one['chance_error']:.4f})" for one in both)
    yield table_row("expected calibration error (by chance)", *errors)
    for band in both[0]["calibration_error_by_length"]:
        yield table_row(f"words of {band} letters", *(_error(one, band) for one in both))
    for verdict in both[0]["verdicts"]:
        yield table_row(f"`{verdict}`", *(f"{one['verdicts'][verdict]:.1%}" for one in both))
    yield table_row("right when `single`", *(f"{one['right_when_single']:.1%}" for one in both))
    yield table_row("languages in a set of 90 %", *(f"{one['set_size']:.2f}" for one in both))


def _error(row: Mapping[str, Any], band: str) -> str:
    """Return the calibration error of words of a length, and that of perfect probabilities."""
    if band not in row["calibration_error_by_length"]:
        return "-"
    return f"{row['calibration_error_by_length'][band]:.4f} ({row['chance_error_by_length'][band]:.4f})"


def left_out() -> Iterator[str]:
    """Yield what a model says of languages that it lacks, where that was measured."""
    if not LEFT_OUT.is_file():
        return
    results = json.loads(LEFT_OUT.read_text(encoding="utf-8"))
    rows = results["languages"]
    shares = [row["single"] for row in rows.values()]
    yield ""
    yield "### Languages that a model does not know"
    yield ""
    yield (
        f"`python -m benchmarks.left_out` trains a twin without these {len(rows)} languages, all at once and "
        f"not even with their words as negatives ({results['passes']:g} passes), and asks it for their public test "
        f"words. On average {sum(shares) / len(shares):.1%} are `single`; they should be `unsure`, or `several` where "
        "neighbours share them."
    )
    yield ""
    yield from table_head("language", "words", "`single`", "`unsure`", "named most")
    for code, row in rows.items():
        named = ", ".join(f"{language_name(other)} {share:.1%}" for other, share in row["named"].items())
        title = f"{language_name(code)} `{code}`"
        yield table_row(title, f"{row['words']:,}", f"{row['single']:.1%}", f"{row['unsure']:.1%}", named)


def _row(code: str, row: Mapping[str, Any], language: Language) -> str:
    value, low, high = (f"{100 * share:.0f}" for share in row["accuracy"])
    mistakes = [(other, share) for other, share in row["confused"] if share >= 0.01]
    confused = ", ".join(f"{language_name(other)} {100 * share:.0f} %" for other, share in mistakes)
    return table_row(
        f"{language_name(code)} `{code}`",
        f"{row['words']:,}",
        sources(language),
        f"{value} <sub>{low}–{high}</sub>",  # noqa: RUF001
        f"{100 * row['coverage']['0.9']:.1f} %",
        confused or "-",
    )


def sources(language: Language) -> str:
    """Return the names of a language's sources."""
    if language.only_script:
        return "its letters"
    named = {"wordfreq": language.wordfreq, "Wikipedia": language.wikipedia or language.code == "sr"}
    found = [name for name, code in named.items() if code]
    return ", ".join(found or ["simplemma"])
