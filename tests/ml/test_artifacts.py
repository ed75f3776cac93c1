"""Cards are read back; damaged versions are refused."""

import json
import shutil
from dataclasses import replace

import pytest

from classifier.ml.artifacts import (
    CALIBRATION_FILE,
    CARD_FILE,
    LITERT_FILE,
    TWIN_FILE,
    BadVersion,
    Card,
    VersionConflict,
    add_version,
    digest,
    read_active,
    verify,
    verify_all,
    version_folders,
    write_active,
)
from classifier.ml.identifier import Identifier
from tests.calibrations import calibration_file, outputs
from tests.conftest import fake_card


def change_card(folder, **changes):
    path = folder / CARD_FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def file_instead_of(folder):
    shutil.rmtree(folder)
    folder.write_text("no folder")


def test_card_is_read_back_as_written(version, tmp_path):
    card = Card.read(version)
    folder = tmp_path / card.name / card.version
    folder.mkdir(parents=True)
    card.write(folder)
    assert Card.read(folder) == card


def test_sound_version_is_verified(version):
    assert verify(version, [LITERT_FILE, TWIN_FILE]).version == version.name


def test_und_is_no_language_of_a_card(version):
    card = Card.read(version)
    assert card.languages == card.labels[:-1]


def test_candidates_are_the_languages_asked_for_or_the_default_ones(version):
    card = Card.read(version)
    two = replace(card, default_languages=("fr", "en"))
    assert (card.candidates(), two.candidates()) == (card.languages, ("fr", "en"))
    assert (two.candidates(["All"]), two.candidates(["en", "en"])) == (card.languages, ("en",))


@pytest.mark.parametrize("languages", [["en", "en"], ["und"], ["zz"], [["en"]]])
def test_default_languages_are_distinct_languages_of_the_model(copied, languages):
    change_card(copied, default_languages=languages)
    with pytest.raises(BadVersion):
        Card.read(copied)


def test_unusable_calibration_is_refused(copied):
    (copied / CALIBRATION_FILE).write_bytes(b"no arrays")
    digests = json.loads((copied / CARD_FILE).read_text())["sha256"]
    change_card(copied, sha256={**digests, CALIBRATION_FILE: digest(copied / CALIBRATION_FILE)})
    with pytest.raises(BadVersion, match=r"calibration\.npz cannot be used"):
        Identifier(copied)
    (copied / CALIBRATION_FILE).unlink()
    with pytest.raises(BadVersion, match="cannot be read"):
        Identifier(copied)


def test_calibration_of_a_version_is_used(copied):
    languages = Card.read(copied).languages
    table, labels = outputs(languages, 400, 1)
    (copied / CALIBRATION_FILE).write_bytes(calibration_file(table, labels))
    digests = json.loads((copied / CARD_FILE).read_text())["sha256"]
    change_card(copied, sha256={**digests, CALIBRATION_FILE: digest(copied / CALIBRATION_FILE)})
    [answer] = Identifier(copied).identify(["theing"], confidence=0.8)
    assert answer.confidence == 0.8


@pytest.mark.parametrize("name", [LITERT_FILE, TWIN_FILE])
def test_flipped_bit_is_refused(copied, name):
    content = bytearray((copied / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copied / name).write_bytes(content)
    with pytest.raises(BadVersion, match="digest"):
        verify(copied, [name])


def test_truncated_model_file_is_refused(copied):
    (copied / LITERT_FILE).write_bytes((copied / LITERT_FILE).read_bytes()[:-100])
    with pytest.raises(BadVersion, match="digest"):
        verify(copied)


def test_missing_model_file_is_refused(copied):
    (copied / LITERT_FILE).unlink()
    with pytest.raises(BadVersion, match="cannot be read"):
        verify(copied)


def test_card_of_another_model_is_refused(copied):
    change_card(copied, name="Other")
    with pytest.raises(BadVersion, match="belongs to Other"):
        Card.read(copied)


@pytest.mark.parametrize(
    "changes",
    [
        {"labels": ["en", "fr"]},
        {"labels": ["en", "en", "und"]},
        {"labels": ["und"]},
        {"golden": {}},
        {"golden": {"hello": [1.0]}},
        {"thresholds": {"single": 0.5}},
        {"labels": None},
        {"labels": ["en", ["fr"], "und"]},
        {"unknown": 1},
        {"alphabet": 5},
        {"alphabet": [None]},
        {"length": "28"},
        {"length": None},
        {"length": True},
        {"length": -1},
        {"length": 1_000_000_000},
        {"thresholds": {"single": None, "several": 0.3, "undetermined": 0.5}},
        {"golden": {"hello": [None] * 3}},
        {"golden": {"hello": ["1"] * 3}},
        {"tolerance": "0"},
        {"sha256": []},
        {"scores": None},
        {"training": [1]},
        {"summary": 5},
    ],
)
def test_inconsistent_card_is_refused(copied, changes):
    change_card(copied, **changes)
    with pytest.raises(BadVersion):
        Card.read(copied)


@pytest.mark.parametrize("content", ["", "[]", "{}", "not json", "\x00", pytest.param("[" * 100_000, id="nested")])
def test_unreadable_card_is_refused(copied, content):
    (copied / CARD_FILE).write_text(content)
    with pytest.raises(BadVersion, match=CARD_FILE):
        Card.read(copied)


@pytest.fixture
def new_version(version, tmp_path):
    """Return a finished folder outside the models, and its card."""
    return shutil.copytree(version, tmp_path / "new"), Card.read(version)


def test_added_version_is_the_finished_folder(new_version, tmp_path):
    folder = tmp_path / "Ngram" / new_version[1].version
    inode = new_version[0].stat().st_ino
    add_version(*new_version, folder)
    assert folder.stat().st_ino == inode
    assert verify(folder) == new_version[1]


def test_identical_version_stays(new_version, copied):
    change_card(copied, scores={"held-out": {"accuracy": 0.5}}, tolerance=1e-4)
    inode, card = copied.stat().st_ino, Card.read(copied)
    add_version(*new_version, copied)
    assert (copied.stat().st_ino, Card.read(copied)) == (inode, card)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"thresholds": {"single": 0.1, "several": 0.1, "undetermined": 0.1}}, "thresholds"),
        ({"alphabet": "abc", "length": 3}, "alphabet, length"),
    ],
)
def test_version_with_other_answers_stays_and_is_reported(new_version, copied, fields, message):
    change_card(copied, **fields)
    card = Card.read(copied)
    with pytest.raises(VersionConflict, match=f"with other {message};"):
        add_version(*new_version, copied)
    assert Card.read(copied) == card


def test_version_with_another_digest_stays_and_is_reported(new_version, copied):
    (copied / LITERT_FILE).write_bytes(b"other weights")
    change_card(copied, sha256={LITERT_FILE: digest(copied / LITERT_FILE)})
    with pytest.raises(VersionConflict, match=f"with other {LITERT_FILE};"):
        add_version(*new_version, copied)
    assert (copied / LITERT_FILE).read_bytes() == b"other weights"


@pytest.mark.parametrize("damage", [lambda folder: (folder / LITERT_FILE).write_bytes(b""), file_instead_of])
def test_damaged_version_stays_and_is_reported(new_version, copied, damage):
    damage(copied)
    with pytest.raises(VersionConflict, match="restore or remove it"):
        add_version(*new_version, copied)


def test_version_that_cannot_be_added_is_an_error(new_version, tmp_path):
    (tmp_path / "Ngram").write_text("no folder")
    with pytest.raises(OSError, match="exists"):
        add_version(*new_version, tmp_path / "Ngram" / new_version[1].version)


def test_card_is_replaced_in_one_step(copied):
    before = (copied / CARD_FILE).stat().st_ino
    Card.read(copied).write(copied)
    assert (copied / CARD_FILE).stat().st_ino != before
    assert not list(copied.glob("*.new"))


def test_versions_are_listed_oldest_first(copied, tmp_path):
    newer = copied.with_name("29991231-00000000")
    newer.mkdir()
    (newer / CARD_FILE).write_text("{}")
    copied.with_name("notes").mkdir()
    assert list(version_folders([tmp_path, tmp_path / "absent"], "Ngram").values()) == [copied, newer]


def test_active_version_of_one_model_changes_alone(tmp_path):
    write_active(tmp_path, "Ngram", "20261122-00000000")
    write_active(tmp_path, "FF", "20261122-11111111")
    write_active(tmp_path, "Ngram", "20261123-22222222")
    assert read_active(tmp_path) == {"Ngram": "20261123-22222222", "FF": "20261122-11111111"}


@pytest.mark.parametrize("content", ["", "[]", "{"])
def test_unreadable_active_json_counts_as_empty(tmp_path, content):
    (tmp_path / "active.json").write_text(content)
    assert read_active(tmp_path) == {}


def test_writing_active_json_leaves_no_other_file(tmp_path):
    write_active(tmp_path, "Ngram", "20261122-00000000")
    assert [path.name for path in tmp_path.iterdir()] == ["active.json"]


def test_network_with_a_twin_was_trained_on_all_words():
    card = replace(fake_card("Ngram", "1"), data={"words": {"train": 90, "validation": 6, "held-out": 4}})
    assert card.trained_words == 90
    assert replace(card, sha256={TWIN_FILE: "0"}).trained_words == 100
    assert replace(card, data={"words": [1]}).trained_words == 0


@pytest.mark.slow
def test_damaged_twin_is_found_where_it_is(copied):
    verify_all(copied)
    (copied / TWIN_FILE).write_bytes(b"damaged")
    with pytest.raises(BadVersion, match=TWIN_FILE):
        verify_all(copied)
    (copied / TWIN_FILE).unlink()
    change_card(copied, sha256={**Card.read(copied).sha256, TWIN_FILE: "0"})
    verify_all(copied)
