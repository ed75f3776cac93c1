"""Promotion and rollback by hand, from written comparisons."""

import json

import pytest

from classifier.ml.artifacts import GATE_FILE, LITERT_FILE, BadVersion, write_active
from classifier.services import switching
from classifier.services.promotion import MissingVersion, NothingToRollBack, active_version
from classifier.services.switching import Gate
from tests.services.conftest import NEW, NEWER, OLD

pytestmark = pytest.mark.django_db
CHECK = {"name": "held-out words", "words": 9, "active": 0.8, "candidate": 0.9, "low": 0, "high": 0.1, "reason": ""}


@pytest.fixture
def folder(tmp_path, settings, make_version):
    """Return the folder of a new version that the gate let pass; OLD is active."""
    settings.MODEL_DIRS = [tmp_path]
    for version in (OLD, NEW):
        make_version(tmp_path / "Ngram" / version)
    write_active(tmp_path, "Ngram", OLD)
    write_comparison(tmp_path / "Ngram" / NEW)
    return tmp_path / "Ngram" / NEW


def write_comparison(folder, **fields):
    passed = {"active": OLD, "candidate": folder.name, "checks": [CHECK], "refusals": []}
    (folder / GATE_FILE).write_text(json.dumps({**passed, **fields}))


def gates():
    return {candidate.version.name: candidate.gate for candidate in switching.choice("ngram").candidates}


def test_version_that_passed_is_promoted_and_rolled_back(folder, user):
    activation = switching.promote("Ngram", NEW, seen=OLD, user=user, reason="thirty words")
    assert (activation.version, activation.previous, activation.user) == (NEW, OLD, user)
    assert (activation.reason, activation.overridden) == ("thirty words", False)
    assert switching.choice("Ngram").before == OLD
    assert switching.roll_back("Ngram", seen=NEW, user=user).version == OLD
    assert switching.choice("Ngram").before == ""
    assert active_version("Ngram") == OLD


@pytest.mark.parametrize(
    ("fields", "gate"),
    [
        ({}, Gate.PASSED),
        ({"active": NEWER}, Gate.OUTDATED),
        ({"candidate": NEWER}, Gate.NONE),
        ({"checks": []}, Gate.NONE),
        ({"checks": 5}, Gate.NONE),
        ({"refusals": ["golden words: a loss"]}, Gate.REFUSED),
        ({"refusals": None}, Gate.REFUSED),
        ({"checks": [{**CHECK, "reason": "a loss"}]}, Gate.REFUSED),
    ],
)
def test_only_a_pass_against_the_active_version_counts(folder, user, fields, gate):
    write_comparison(folder, **fields)
    assert gates() == {NEW: gate, OLD: Gate.NONE}
    if gate != Gate.PASSED:
        with pytest.raises(switching.NotPassed):
            switching.promote("Ngram", NEW, seen=OLD, user=user)
        assert active_version("Ngram") == OLD


@pytest.mark.parametrize("content", ["", "[]", "{", None])
def test_unreadable_comparison_is_none(folder, content):
    path = folder / GATE_FILE
    path.unlink() if content is None else path.write_text(content)
    assert gates()[NEW] == Gate.NONE


def test_active_version_is_not_promoted_again(folder):
    write_comparison(folder.parent / OLD)
    assert [one.may_be_promoted for one in switching.choice("Ngram").candidates] == [True, False]


def test_damaged_version_is_neither_promoted_nor_returned_to(folder, user):
    switching.promote("Ngram", NEW, seen=OLD, user=user)
    (folder.parent / OLD / LITERT_FILE).write_bytes(b"damaged")
    with pytest.raises(BadVersion, match="digest"):
        switching.roll_back("Ngram", seen=NEW, user=user)
    write_comparison(folder.parent / OLD, active=NEW)
    with pytest.raises(BadVersion, match="digest"):
        switching.promote("Ngram", OLD, seen=NEW, user=user)
    assert active_version("Ngram") == NEW


def test_unknown_version_is_missing(folder, user):
    with pytest.raises(MissingVersion):
        switching.promote("Ngram", "20990101-00000000", seen=OLD, user=user)
    with pytest.raises(NothingToRollBack):
        switching.roll_back("Ngram", seen=OLD, user=user)


@pytest.mark.django_db(transaction=True)
def test_one_of_two_simultaneous_promotions_wins(folder, user, at_once):
    outcomes = at_once(lambda: switching.promote("Ngram", NEW, seen=OLD, user=user), [()] * 8)
    assert [type(one) for one in outcomes].count(switching.Activation) == 1
    assert {type(one) for one in outcomes} == {switching.Activation, switching.SwitchedMeanwhile}
