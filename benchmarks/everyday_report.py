"""Everyday words in docs/accuracy.md: scores, and answers to a sceptic."""

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.language_sets import EVERYDAY
from benchmarks.markdown import bold, table_head, table_row
from benchmarks.set_results import Results, SetResults, set_results
from classifier.scores import set_name


def everyday(results: Results) -> Iterator[str]:
    """Write scores on everyday words, and answers to a sceptic."""
    one = set_results(results, EVERYDAY)
    if one:
        yield from _scores(one)
    if "sceptic" in results:
        yield from _answers(results["sceptic"])


def _scores(one: SetResults) -> Iterator[str]:
    yield "### Everyday words"
    yield ""
    yield (
        "Accuracy in percent on those of the 3,000 most frequent words of each language that are at least 20 times as "
        "frequent in it as in the others, and on elisions and hyphen compounds of frequent words; in brackets the "
        "share with the verdict `single` and the right language. Our models were trained on the common words, so this "
        "is a floor of what people may expect and not a measure of what the models make of new words. Most elisions "
        "are made by the rule that takes them apart."
    )
    yield ""
    yield from table_head("", *(f"{set_name(kind)} ({one.count(kind):,})" for kind in one.kinds))
    for name in one.runs:
        yield table_row(one.label(name), *(_score(one, name, kind) for kind in one.kinds))
    yield ""


def _score(one: SetResults, name: str, kind: str) -> str:
    cell = bold(name, one.accuracies(kind))
    single = one.runs[name].get("single_and_right", {}).get(kind)
    return cell if single is None else f"{cell} ({100 * single:.1f})"


def _answers(rows: list[Mapping[str, Any]]) -> Iterator[str]:
    yield f"<details><summary>What our models say to {len(rows)} words and short texts of a sceptic</summary>"
    yield ""
    yield (
        "In bold what is as expected. Several languages share a word (`several`), its words are of different languages "
        "(`mixed`), it belongs to none (`unsure`), or the form refuses it (`not a word`). Of several languages, an "
        "answer names at least those expected."
    )
    yield ""
    models = list(rows[0]["answers"])
    yield from table_head("text", "expected", *models, align="---")
    for row in rows:
        yield table_row(f"`{row['text']}`", _expected(row), *(_answer(row, row["answers"][name]) for name in models))
    yield ""
    yield "</details>"
    yield ""


def _expected(row: Mapping[str, Any]) -> str:
    languages = " + ".join(row["languages"])
    return f"{row['expected']}: {languages}" if languages else row["expected"]


def _answer(row: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    text = " + ".join(given["languages"]) or given["answer"]
    right = given["answer"] == row["expected"] and set(row["languages"]) <= set(given["languages"])
    return f"**{text}**" if right else text
