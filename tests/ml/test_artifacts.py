"""Versions on disk: cards that are read back, and damage that is refused."""

import json

import pytest

from classifier.ml.artifacts import (
    CARD,
    SERVED,
    TRAINED,
    BadVersion,
    Card,
    read_active,
    verify,
    version_folders,
    write_active,
)


def change_card(folder, **changes):
    path = folder / CARD
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_a_card_is_read_back_as_it_was_written(version, tmp_path):
    card = Card.read(version)
    folder = tmp_path / card.name / card.version
    folder.mkdir(parents=True)
    card.write(folder)
    assert Card.read(folder) == card


def test_a_sound_version_is_verified(version):
    assert verify(version, [SERVED, TRAINED]).version == version.name


def test_und_is_no_language(version):
    card = Card.read(version)
    assert card.languages == card.labels[:-1]


@pytest.mark.parametrize("name", [SERVED, TRAINED])
def test_one_flipped_bit_is_refused(copied, name):
    content = bytearray((copied / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copied / name).write_bytes(content)
    with pytest.raises(BadVersion, match="digest"):
        verify(copied, [name])


def test_a_truncated_file_is_refused(copied):
    (copied / SERVED).write_bytes((copied / SERVED).read_bytes()[:-100])
    with pytest.raises(BadVersion, match="digest"):
        verify(copied)


def test_a_missing_file_is_refused(copied):
    (copied / SERVED).unlink()
    with pytest.raises(BadVersion, match="cannot be read"):
        verify(copied)


def test_the_card_of_another_model_is_refused(copied):
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
        {"unknown": 1},
    ],
)
def test_a_card_that_makes_no_sense_is_refused(copied, changes):
    change_card(copied, **changes)
    with pytest.raises(BadVersion):
        Card.read(copied)


@pytest.mark.parametrize("content", ["", "[]", "{}", "not json", "\x00"])
def test_a_file_that_is_no_card_is_refused(copied, content):
    (copied / CARD).write_text(content)
    with pytest.raises(BadVersion, match=CARD):
        Card.read(copied)


def test_versions_are_found_oldest_first(copied, tmp_path):
    newer = copied.with_name("29991231-00000000")
    newer.mkdir()
    (newer / CARD).write_text("{}")
    copied.with_name("notes").mkdir()
    assert list(version_folders([tmp_path, tmp_path / "absent"], "Ngram").values()) == [copied, newer]


def test_the_active_version_can_be_changed_without_touching_others(tmp_path):
    write_active(tmp_path, "Ngram", "20261122-00000000")
    write_active(tmp_path, "FF", "20261122-11111111")
    write_active(tmp_path, "Ngram", "20261123-22222222")
    assert read_active(tmp_path) == {"Ngram": "20261123-22222222", "FF": "20261122-11111111"}


@pytest.mark.parametrize("content", ["", "[]", "{"])
def test_an_unreadable_list_of_active_versions_is_an_empty_one(tmp_path, content):
    (tmp_path / "active.json").write_text(content)
    assert read_active(tmp_path) == {}


def test_a_new_list_of_active_versions_leaves_nothing_else_behind(tmp_path):
    write_active(tmp_path, "Ngram", "20261122-00000000")
    assert [path.name for path in tmp_path.iterdir()] == ["active.json"]
