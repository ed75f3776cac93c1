"""The gate: what it compares, and what it refuses."""

import json
import shutil
from dataclasses import replace

import pytest

from classifier.ml.artifacts import GATE_FILE, Card
from classifier.words.reviewed import MEASURE, ReviewedRow, write_rows
from tests.toy_models import SYLLABLES, toy_words

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("lexicon", [("en", "fr")], indirect=True, ids=["two"]),
]
OWN = {code: dict.fromkeys(toy_words(SYLLABLES[code], 400, code), 1e-5) for code in ("en", "fr")}


@pytest.fixture
def compare(version):
    """Return a function that compares the toy version with a copy or another folder."""
    from classifier.training import gate

    return lambda candidate=version, own=OWN, measuring=(): gate.compare(version, candidate, own, measuring)


def check(comparison, name):
    return next(one for one in comparison.checks if one.name == name)


def test_same_version_passes_all_checks(compare):
    comparison = compare()
    assert comparison.refusals == []
    assert [one.name for one in comparison.checks] == [
        "held-out words",
        "held-out words in en",
        "held-out words in fr",
        "held-out words, common",
        "calibration error",
        "negative log-likelihood",
        "reviewed words kept aside",
        "reviewed words and word lists",
        "common-words",
        "elisions",
        "listed words",
        "golden words",
    ]


def test_check_of_a_language_without_words_is_refused(compare):
    comparison = compare(own={**OWN, "fr": {}})
    assert "held-out words in fr: there are no words to compare" in comparison.refusals


def test_other_languages_are_refused(compare):
    [reason] = compare(own={"en": OWN["en"]}).refusals
    assert "the candidate knows en, fr, the active version en, fr, the word lists are of en" in reason


def test_words_kept_aside_are_compared(compare):
    rows = [ReviewedRow("eauoui", "fr", use=MEASURE), ReviewedRow("thewor", "fr", use=MEASURE)]
    aside = check(compare(measuring=[*rows, ReviewedRow("theoth", "en")]), "reviewed words kept aside")
    assert (aside.words, aside.active, aside.candidate) == (2, 0.5, 0.5)


def trained_on(copied, count, label):
    """Let the copy of the version claim that it was trained on words of the lists."""
    rows = [ReviewedRow(word, label) for word in list(OWN["fr"])[:count]]
    (copied / "reviewed.tsv").write_text(write_rows(rows))
    return copied


def test_labels_against_the_word_lists_are_refused(compare, copied):
    assert any("contradict the lists" in reason for reason in compare(trained_on(copied, 50, "en")).refusals)


def test_labels_like_the_word_lists_pass(compare, copied):
    comparison = compare(trained_on(copied, 50, "fr"))
    assert check(comparison, "reviewed words and word lists").candidate == 1
    assert comparison.refusals == []


def test_many_trained_words_without_any_kept_aside_are_refused(compare, copied):
    comparison = compare(trained_on(copied, 150, "fr"))
    assert comparison.refusals == ["reviewed words kept aside: there are no words to compare"]


def test_changed_golden_answer_is_refused(compare, version, monkeypatch):
    from classifier.training import gate

    answers = iter([["fr"] * 60, ["en"] * 60])
    monkeypatch.setattr(gate, "short_answers", lambda _one, words: next(answers)[: len(words)])
    assert "other answers to hello" in check(compare(), "golden words").reason


def test_comparison_is_written_beside_the_version(compare, copied):
    comparison = compare(copied)
    comparison.write(copied)
    kept = json.loads((copied / GATE_FILE).read_text())
    assert (kept["name"], kept["active"], kept["candidate"]) == ("Ngram", copied.name, copied.name)
    assert len(kept["checks"]) == len(comparison.checks)
    assert len(comparison.table()) == len(comparison.checks) + 1


@pytest.fixture
def wide(version, tmp_path):
    """Return a copy of the toy version with one default candidate."""
    folder = shutil.copytree(version, tmp_path / "wide" / version.parent.name / version.name)
    replace(Card.read(folder), default_languages=("en",)).write(folder)
    return folder


def test_default_candidates_and_languages_of_reviewed_words_are_compared(wide):
    from classifier.training.gate import compared_languages

    assert compared_languages(wide, []) == ("en",)
    assert compared_languages(wide, [ReviewedRow("eauoui", "fr", use=MEASURE)]) == ("en", "fr")
    assert compared_languages(wide, [ReviewedRow("eauoui", "fr"), ReviewedRow("oui", "kk", use=MEASURE)]) == ("en",)
    assert compared_languages(trained_on(wide, 1, "fr"), []) == ("en", "fr")


def test_words_of_other_languages_are_not_compared(wide, compare):
    comparison = compare(wide, own={"en": OWN["en"]})
    names = [one.name for one in comparison.checks]
    assert ("held-out words in en" in names, "held-out words in fr" in names) == (True, False)


def test_languages_that_lists_put_together_contradict_nothing(wide):
    from classifier.training.gate import _Pair

    (wide / "reviewed.tsv").write_text(write_rows([ReviewedRow("theing", "hr")]))
    lists = {"sr-Latn": {"theing": 1e-5}, "en": {}}
    assert _Pair(wide, wide, ("sr-Latn", "en")).contradictions(lists).candidate == 1


def test_whole_lists_of_default_candidates_are_read(wide, monkeypatch):
    from classifier.training import gate

    asked = {}
    monkeypatch.setattr(gate.word_sources, "frequencies", lambda one, most: asked.setdefault(one.code, most) and {})
    assert gate.read_words(Card.read(wide), ("en", "fr")) == {"en": {}, "fr": {}}
    assert asked == {"en": 400_000, "fr": gate.MOST_WORDS}
