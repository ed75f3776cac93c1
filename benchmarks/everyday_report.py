"""Everyday words in docs/accuracy.md: scores, and answers to a sceptic."""

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.markdown import Results, bold, label, names, ours, table_head, table_row
from classifier.scores import set_name


def everyday(results: Results) -> Iterator[str]:
    """Write the scores on everyday words, and our models' answers to a sceptic."""
    if "everyday" in results:
        yield from _scores(results)
        yield from _answers(results)


def _scores(results: Results) -> Iterator[str]:
    columns = results["everyday"]
    yield "## Everyday words"
    yield ""
    yield (
        "Accuracy in percent on those of the 3,000 most frequent words of each language that are at least 20 times as "
        "frequent in it as in the others, and on elisions and hyphen compounds of frequent words; in brackets the "
        "share with the verdict `single` and the right language. Our models were trained on the common words, so this "
        "is a floor of what people may expect and not a measure of what the models make of new words. Most elisions "
        "are made by the rule that takes them apart."
    )
    yield ""
    yield from table_head("", *(f"{set_name(name)} ({column['texts']:,})" for name, column in columns.items()))
    for name in names(results):
        yield table_row(label(results, name), *(_score(column["scores"], name) for column in columns.values()))
    yield ""


def _score(scores: Mapping[str, Any], name: str) -> str:
    cell = bold(name, {system: row["accuracy"] for system, row in scores.items()})
    single = scores[name].get("single_and_right")
    return cell if single is None else f"{cell} ({100 * single:.1f})"


def _answers(results: Results) -> Iterator[str]:
    yield "### What they say"
    yield ""
    yield (
        f"{len(results['sceptic'])} words and short texts that a sceptic would try, in bold what is as expected. "
        "Several languages share a word (`several`), its words are of different languages (`mixed`), it belongs to "
        "none (`unsure`), or the form refuses it (`not a word`). Of several languages, an answer names at least those "
        "expected."
    )
    yield ""
    yield from table_head("text", "expected", *ours(results), align="---")
    for row in results["sceptic"]:
        cells = (_answer(row, row["answers"][name]) for name in ours(results))
        yield table_row(f"`{row['text']}`", _expected(row), *cells)
    yield ""


def _expected(row: Mapping[str, Any]) -> str:
    languages = " + ".join(row["languages"])
    return f"{row['expected']}: {languages}" if languages else row["expected"]


def _answer(row: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    text = " + ".join(given["languages"]) or given["answer"]
    right = given["answer"] == row["expected"] and set(row["languages"]) <= set(given["languages"])
    return f"**{text}**" if right else text
