"""Tables of scores for the terminal and for Markdown pages."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from classifier.languages import language_name
from classifier.ml.artifacts import Card
from classifier.scores import set_name

ScoresByModel = dict[str, dict[str, Any]]
CONFUSIONS = 3  # most frequent ones in a table


def text_table(name: str, by_model: ScoresByModel) -> list[str]:
    """Return a table for the terminal, line by line.

    Rows are scores, columns models; `name` is the test set's.
    """
    first = next(iter(by_model.values()))
    width = max(14, *(len(model) + 2 for model in by_model))
    rows = [(label, [_cell(scores, path, form) for scores in by_model.values()]) for label, path, form in _rows(first)]
    rows += [
        ("" if place else "most often confused", [_confusion(scores, place) for scores in by_model.values()])
        for place in range(CONFUSIONS)
    ]
    lines = [f"{label:30}" + "".join(f"{cell:>{width}}" for cell in cells).rstrip() for label, cells in rows]
    title = f"{name + ': ' + format(first['words'], ',') + ' texts':30}" + "".join(
        f"{model:>{width}}" for model in by_model
    )
    return [title, "-" * len(title), *lines, ""]


def _rows(scores: dict[str, Any]) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """Yield label, path of the score and number format."""
    yield "accuracy", ("accuracy",), ".4f"
    for language in scores["by_language"]:
        yield f"  {language_name(language)}", ("by_language", language), ".4f"
    for row in scores.get("by_frequency", ()):
        yield f"  {row['frequency']} words", ("frequency", row["frequency"]), ".4f"
    yield "macro-F1", ("macro_f1",), ".4f"
    yield "negative log-likelihood", ("negative_log_likelihood",), ".4f"
    yield "expected calibration error", ("expected_calibration_error",), ".4f"
    for precision in scores.get("coverage", ()):
        yield f"answered at {float(precision):.0%}", ("coverage", precision), ".1%"
    yield "risk-coverage area", ("risk_coverage_area",), ".4f"
    yield "single", ("verdicts", "single"), ".1%"
    yield "  right when single", ("verdicts", "single_right"), ".1%"
    yield "  single and right", ("verdicts", "single_and_right"), ".1%"
    for name in scores["single_elsewhere"]:
        yield f"  single on {name}", ("single_elsewhere", name), ".1%"
    yield "several", ("verdicts", "several"), ".1%"
    yield "unsure", ("verdicts", "unsure"), ".1%"
    yield "refused by the form", ("refused",), ","
    yield "words a second", ("words_per_second",), ","


def _cell(scores: dict[str, Any], path: Sequence[str], form: str) -> str:
    value: Any = {**scores, "frequency": {row["frequency"]: row["accuracy"] for row in scores.get("by_frequency", ())}}
    for key in path:
        value = value.get(key) if value else None  # cards of older versions lack some scores
    return "-" if value is None else format(value, form)


def _confusion(scores: dict[str, Any], place: int) -> str:
    languages = list(scores["by_language"])
    pairs = [
        (count, f"{true} as {predicted}")
        for true, row in zip(languages, scores["confusion"], strict=True)
        for predicted, count in zip(languages, row, strict=True)
        if true != predicted and count
    ]
    ranked = sorted(pairs, reverse=True)
    return f"{ranked[place][1]} {ranked[place][0]}" if place < len(ranked) else ""


def fill_page(page: Path, cards: Mapping[str, Card], by_set: Mapping[str, ScoresByModel]) -> None:
    """Write tables of accuracy and verdicts into a Markdown page.

    They replace the text between `<!-- accuracy -->` and `<!-- /accuracy -->`, `<!-- verdicts -->`
    and `<!-- /verdicts -->`.
    """
    text = page.read_text(encoding="utf-8")
    for name, rows in {"accuracy": accuracy_rows(cards, by_set), "verdicts": verdict_rows(cards, by_set)}.items():
        head, *others = ["| " + " | ".join(row) + " |" for row in rows]
        table = "\n".join([head, "|---" + "|--:" * (len(rows[0]) - 1) + "|", *others])
        text = re.sub(rf"(?s)(<!-- {name} -->\n).*?(<!-- /{name} -->)", rf"\g<1>{table}\n\g<2>", text)
    page.write_text(text, encoding="utf-8")


def accuracy_rows(cards: Mapping[str, Card], by_set: Mapping[str, ScoresByModel]) -> list[list[str]]:
    """Return size, training time and accuracy by model, head first."""
    columns = {set_name(test): by_model for test, by_model in by_set.items()}
    head = ["model", "weights", "trained in", *(f"{name} ({_texts(column)})" for name, column in columns.items())]
    return [head] + [
        [
            f"`{name}`",
            f"{card.training.get('parameters', 0) / 1e6:.2f} million",
            f"{card.training.get('seconds', 0) / 60:.0f} min",
            *(f"{by_model[name]['accuracy']:.1%}" for by_model in columns.values()),
        ]
        for name, card in cards.items()
    ]


def verdict_rows(cards: Mapping[str, Card], by_set: Mapping[str, ScoresByModel]) -> list[list[str]]:
    """Return calibration and verdicts by model, head first.

    They are those on the first test set; `single` on foreign texts comes from all of them.
    """
    first, *others = by_set.values()
    foreign = {
        text: by_model
        for by_model in (*reversed(others), first)
        for text in next(iter(by_model.values()))["single_elsewhere"]
    }
    head = ["model", "temperature", "NLL", "ECE", "`single` from", "`several` from", "`single`", "accuracy of `single`"]
    return [[*head, *(f"`single` on {text}" for text in foreign)]] + [
        [
            f"`{name}`",
            f"{card.training.get('temperature', 1):.2f}",
            f"{first[name]['negative_log_likelihood']:.3f}",
            f"{first[name]['expected_calibration_error']:.3f}",
            f"{card.thresholds.single:.2f}",
            f"{card.thresholds.several:.2f}",
            _cell(first[name], ("verdicts", "single"), ".1%"),
            _cell(first[name], ("verdicts", "single_right"), ".1%"),
            *(_cell(by_model[name], ("single_elsewhere", text), ".1%") for text, by_model in foreign.items()),
        ]
        for name, card in cards.items()
    ]


def _texts(by_model: ScoresByModel) -> str:
    return f"{next(iter(by_model.values()))['words']:,}"
