"""Tables of docs/accuracy.md about one set of candidates."""

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.accuracy import PAIRS, WORDS
from benchmarks.language_sets import ONE_LANGUAGE
from benchmarks.markdown import bold, lead, listed, table_head, table_row, with_interval
from benchmarks.set_results import SetResults
from classifier.languages import language_name
from classifier.ml.metrics import PRECISIONS
from classifier.ml.verdict import SINGLE
from classifier.scores import AS_TYPED, set_name

MOST_SHOWN = 30  # lost words


def by_spelling(one: SetResults, level: str = "###") -> Iterator[str]:
    """Write accuracies in several spellings, a table a kind."""
    yield f"{level} By spelling"
    yield ""
    yield (
        "Accuracy in percent with 95 % intervals, the best of each column in bold. *Without accents*: all accents of "
        "letters removed. *With a typing error*: one letter a text doubled, left out, replaced or swapped."
    )
    yield ""
    for kind in one.kinds:
        variants = one.variants(kind)
        if len(variants) > 1:
            yield from table_head(set_name(kind), *variants)
            for name in one.runs:
                cells = (with_interval(one.accuracies(kind, spelled), name, one.count(kind)) for spelled in variants)
                yield table_row(one.label(name), *cells)
            yield ""


def coverage(one: SetResults, level: str = "###") -> Iterator[str]:
    """Write how many single words can be answered at some precisions."""
    yield f"{level} How much can be answered"
    yield ""
    yield (
        "Many single words belong to several languages (*justice*, *video*), and then whoever must name one is often "
        "wrong. A system with a true confidence leaves such words unanswered. The share of single words that each can "
        "answer if 99, 98 or 95 % of its answers have to be right, the least sure ones left out, with the limit that "
        "is best for these very words; and the area under the risk-coverage curve, the mean error over all shares "
        "(less is better)."
    )
    yield ""
    columns = {
        str(least): {name: run["coverage"][str(least)] for name, run in one.runs.items()} for least in PRECISIONS
    }
    areas = {name: run["risk_coverage_area"] for name, run in one.runs.items()}
    yield from table_head("single words", *(f"at {100 * float(least):.0f} %" for least in columns), "area")
    for name in one.runs:
        area = f"**{areas[name]:.4f}**" if areas[name] == min(areas.values()) else f"{areas[name]:.4f}"
        yield table_row(one.label(name), *(bold(name, column) for column in columns.values()), area)
    yield ""


def by_length(one: SetResults, level: str = "###") -> Iterator[str]:
    """Write a table of accuracies by number of letters."""
    yield f"{level} By length"
    yield ""
    yield "Single words as typed, by number of letters."
    yield ""
    bands = one.entry["lengths"]
    yield from table_head("", *(f"{band} ({words:,} words)" for band, words in bands.items()))
    for name in one.runs:
        columns = ({other: run["by_length"][band] for other, run in one.runs.items()} for band in bands)
        yield table_row(one.label(name), *(bold(name, column) for column in columns))
    yield ""


def by_language(one: SetResults) -> Iterator[str]:
    """Write a table of accuracies by language.

    Without sentences, on which all are nearly perfect.
    """
    yield "### By language"
    yield ""
    yield "As typed. A system that prefers one language gains there at the cost of the others."
    yield ""
    kinds = [kind for kind in (WORDS, PAIRS) if kind in one.kinds]
    names = [f"{language_name(code)}, {set_name(kind)}" for kind in kinds for code in one.languages]
    by_name = {(name, kind): one.by_language(name, kind) for name in one.runs for kind in kinds}
    columns = [{name: by_name[name, kind][code] for name in one.runs} for kind in kinds for code in one.languages]
    yield from table_head("", *names)
    for name in one.runs:
        yield table_row(one.label(name), *(bold(name, column) for column in columns))
    yield ""


def each_language(one: SetResults, names: list[str], best: str) -> Iterator[str]:
    """Write a folded table with a row a language.

    It shows the lead of the model `best` over the best of the programs `names`.
    """
    rows = {name: one.by_language(name) for name in (*names, best)}
    yield f"<details><summary>Single words by language, {one.title}</summary>"
    yield ""
    yield (
        "Accuracy in percent, and percentage points ahead of the best of the others shown, with the 95 % interval, in "
        "bold where it excludes 0."
    )
    yield ""
    yield from table_head("", *names, f"**{best}** (ours)", "ahead")
    for code in sorted(one.languages, key=language_name):
        column = {name: of_name[code] for name, of_name in rows.items()}
        other = max(names, key=lambda name: column[name])
        ahead = one.ahead(best, other, WORDS, code)
        yield table_row(f"{language_name(code)} ({code})", *(bold(name, column) for name in column), lead(ahead))
    yield ""
    yield "</details>"
    yield ""


def as_one_language(one: SetResults) -> Iterator[str]:
    """Write figures with Malay and Indonesian as one language."""
    if not set(ONE_LANGUAGE) <= set(one.languages):
        return
    first, second = (language_name(code) for code in ONE_LANGUAGE)
    yield f"### {first} and {second}"
    yield ""
    yield (
        f"The public labels of {first} are doubtful: many of its sentences are colloquial {second}, and programs that "
        f"know both give most of them to {second}. So the figures are also given with the two counted as one; nothing "
        f"should be concluded from the {first} words alone. Accuracy in percent among {one.title}:"
    )
    yield ""
    kinds = one.kinds
    heads = [f"{set_name(kind)}{note}" for note in ("", ", as one") for kind in kinds]
    yield from table_head("", *heads, f"{first} words", f"{second} words")
    columns = [one.accuracies(kind) for kind in kinds]
    columns += [{name: run["as_one"][kind] for name, run in one.runs.items()} for kind in kinds]
    columns += [{name: one.by_language(name)[code] for name in one.runs} for code in ONE_LANGUAGE]
    for name in one.runs:
        yield table_row(one.label(name), *(bold(name, column) for column in columns))
    yield ""


def where_others_are_better(one: SetResults) -> Iterator[str]:
    """List columns in which others beat all of ours."""
    yield "### Where others are better"
    yield ""
    yield from list(_better(one)) or ["In none of the columns above."]
    yield ""
    saturated = [kind for kind in one.kinds if max(one.accuracies(kind).values()) > 0.998]
    if saturated:
        kinds, texts = listed([set_name(kind) for kind in saturated]), one.count(saturated[0])
        yield (
            f"On {kinds} the best systems make almost no errors, so differences there mean little: no error in "
            f"{texts:,} texts still allows an error rate of up to {300 / texts:.1f} % (rule of three)."
        )
        yield ""


def _better(one: SetResults) -> Iterator[str]:
    for kind in one.kinds:
        by_name = {name: one.by_language(name, kind) for name in one.runs}
        for variant in one.variants(kind):
            texts = f"{set_name(kind).capitalize()} {variant}"
            yield from _better_in(one, texts, one.accuracies(kind, variant))
            for code in one.languages if variant == AS_TYPED else ():
                column = {name: of_name[code] for name, of_name in by_name.items()}
                yield from _better_in(one, f"{texts}, {language_name(code)}", column)
    for band in one.entry["lengths"]:
        accuracies = {name: run["by_length"][band] for name, run in one.runs.items()}
        yield from _better_in(one, f"Single words of {band} letters", accuracies)


def _better_in(one: SetResults, column: str, accuracies: Mapping[str, float]) -> Iterator[str]:
    best = max(accuracies[name] for name in one.ours)
    ahead = [f"{name} {100 * accuracies[name]:.1f}" for name in one.others if accuracies[name] > best]
    if ahead:
        yield f"- {column}: {', '.join(ahead)}; ours {100 * best:.1f}"


def lost_words(one: SetResults, lost: Mapping[str, Any]) -> Iterator[str]:
    """List words on which only the best other is right."""
    model, other, words = lost["model"], lost["other"], lost["words"][:MOST_SHOWN]
    yield f"### Words on which {other} is right and {model} is not"
    yield ""
    yield (
        f"Among {one.title}, {other} is the best other program on single words. Of the two, only {other} is right on "
        f"{lost['lost']:,} words and only {model} on {lost['won']:,}. The verdict of {model} is `single` for "
        f"{lost['single']:,} of these {lost['lost']:,}, `several` or `unsure` for the others. Some words are damaged "
        f"in the data: their accented letters are missing. Those of which {model} is surest, with the language of the "
        "data, then in brackets the answer, with \\* for `single`:"
    )
    yield ""
    yield ", ".join(f"*{row['word']}* {row['language']} ({row['answered']}{_mark(row)})" for row in words) or "none"
    yield ""


def _mark(row: Mapping[str, Any]) -> str:
    return "\\*" if row["verdict"] == SINGLE else ""
