"""`manage.py promote` and `rollback`: the gate, activations, damaged versions."""

import json

import pytest
from django.core.management import CommandError, call_command

from classifier.ml.artifacts import CARD_FILE, GATE_FILE, LITERT_FILE, REVIEWED_FILE, TWIN_FILE, Card
from classifier.services import promotion
from classifier.services.registry import Registry
from tests.management.conftest import french_words

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db,
    pytest.mark.parametrize("lexicon", [("en", "fr")], indirect=True, ids=["two"]),
]


@pytest.fixture
def candidate(toy, review, train, settings):
    """Return the folder of a version that learnt five words."""
    review("fr", "theeau", "ingoui", "woreau", "othlle", "theoui")
    return settings.MODEL_DIRS[1] / "Ngram" / train()


def change_card(folder, **fields):
    card = json.loads((folder / CARD_FILE).read_text())
    (folder / CARD_FILE).write_text(json.dumps({**card, **fields}))


def serving_version():
    return Registry().current().get().card.version


def test_better_version_becomes_active(toy, candidate, promote, settings):
    assert serving_version() == toy.name
    output = promote(candidate.name)
    assert f"Ngram {candidate.name} is active" in output
    assert serving_version() == candidate.name
    activation = promotion.Activation.objects.get()
    assert (activation.version, activation.previous, activation.overridden) == (candidate.name, toy.name, False)


def test_reviewed_words_are_answered_as_reviewed(candidate, promote):
    from classifier.ml.identifier import Identifier

    words = [row[0] for row in promotion.learnt("Ngram", candidate.name)]
    assert words
    assert {answer.candidates[0].language for answer in Identifier(candidate).identify(words)} == {"fr"}


def test_comparison_is_printed_and_kept(candidate, promote):
    output = promote(candidate.name)
    kept = json.loads((candidate / GATE_FILE).read_text())
    assert [check["name"] for check in kept["checks"]][:3] == [
        "held-out words",
        "held-out words in en",
        "held-out words in fr",
    ]
    assert all(check["name"] in output for check in kept["checks"])
    assert kept["refusals"] == []


def test_swapped_labels_are_refused(toy, review, train, promote, settings):
    review("en", *french_words(100))
    version = train()
    with pytest.raises(CommandError, match="common-words: a loss of at least") as error:
        promote(version)
    assert error.value.returncode == 1
    assert "contradict the lists" in str(error.value)
    assert serving_version() == toy.name
    assert json.loads((settings.MODEL_DIRS[1] / "Ngram" / version / GATE_FILE).read_text())["refusals"]


def test_override_is_recorded_with_its_reason(review, train, promote):
    review("en", *french_words(100))
    version = train()
    promote(version, override="a dialect")
    activation = promotion.Activation.objects.get()
    assert (activation.version, activation.overridden, activation.reason) == (version, True, "a dialect")


def test_words_are_marked_with_the_version_that_learnt_them(toy, candidate, review, promote):
    from classifier.models import ReviewedWord

    review("en", "eauoui")
    promote(candidate.name)
    trained_in = dict(ReviewedWord.objects.values_list("word_key", "trained_in"))
    learnt = {row[0] for row in promotion.learnt("Ngram", candidate.name)}
    assert trained_in == {word: candidate.name if word in learnt else "" for word in trained_in}
    call_command("rollback", "Ngram")
    assert set(ReviewedWord.objects.values_list("trained_in", flat=True)) == {""}


def test_card_names_the_export(candidate, tmp_path):
    import hashlib

    reviewed = Card.read(candidate).data["reviewed"]
    assert reviewed["export"] == hashlib.sha256((tmp_path / "reviewed.tsv").read_bytes()).hexdigest()
    assert reviewed["rows"] == 5


@pytest.mark.parametrize("file", [LITERT_FILE, TWIN_FILE, REVIEWED_FILE])
@pytest.mark.parametrize("damage", ["truncated", "flipped"])
def test_damaged_version_is_refused(toy, candidate, promote, file, damage):
    content = (candidate / file).read_bytes()
    (candidate / file).write_bytes(content[:-1] if damage == "truncated" else bytes([content[0] ^ 1]) + content[1:])
    with pytest.raises(CommandError, match="the digest differs"):
        promote(candidate.name, override="I know better")
    assert serving_version() == toy.name


def test_version_with_the_files_of_another_is_refused(toy, candidate, promote):
    (candidate / LITERT_FILE).write_bytes((toy / LITERT_FILE).read_bytes())
    with pytest.raises(CommandError, match="the digest differs"):
        promote(candidate.name)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": "20990101-00000000"}, "the card belongs to Ngram 20990101-00000000"),
        ({"sha256": {LITERT_FILE: "0" * 64}}, "the digest differs"),
        ({"golden": {"the": [0.1, 0.8, 0.1]}}, "the output for the golden words differs"),
        ({"alphabet": "abc"}, "the output for the golden words differs"),
    ],
)
def test_version_with_another_card_is_refused(toy, candidate, promote, changes, message):
    change_card(candidate, **changes)
    with pytest.raises(CommandError, match=message):
        promote(candidate.name, override="I know better")
    assert serving_version() == toy.name


def test_version_of_other_languages_is_refused(toy, candidate, promote):
    change_card(candidate, labels=["es", "fr", "und"])
    with pytest.raises(CommandError, match="languages: the candidate knows es, fr"):
        promote(candidate.name)
    assert serving_version() == toy.name


@pytest.mark.parametrize("unknown", ["20991231-00000000", "", "../Ngram"])
def test_unknown_version_is_refused(toy, promote, unknown):
    with pytest.raises(CommandError, match="There is no version"):
        promote(unknown)


def test_active_version_is_not_promoted_again(toy, promote):
    with pytest.raises(CommandError, match="is active already"):
        promote(toy.name)


def test_rollback_returns_to_the_version_before(toy, candidate, promote, capsys):
    promote(candidate.name)
    call_command("rollback", "Ngram", reason="people complain")
    assert f"Ngram {toy.name} is active again in place of {candidate.name}" in capsys.readouterr().out
    assert serving_version() == toy.name
    assert promotion.Activation.objects.latest("id").reason == "people complain"


def test_rollback_without_a_version_before_is_refused(toy):
    with pytest.raises(CommandError, match="No other version of Ngram was active before"):
        call_command("rollback", "Ngram")


def test_rollback_to_a_damaged_version_is_refused(toy, candidate, promote):
    promote(candidate.name)
    (toy / LITERT_FILE).write_bytes(b"")
    with pytest.raises(CommandError, match="digest"):
        call_command("rollback", "Ngram")
    assert serving_version() == candidate.name
