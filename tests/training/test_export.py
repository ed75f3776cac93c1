"""Version folders appear complete and are never overwritten."""

import shutil
from dataclasses import replace

import pytest

from classifier.ml.artifacts import LITERT_FILE, TWIN_FILE, BadVersion, Card, VersionConflict, verify
from classifier.ml.encoding import Encoder
from classifier.ml.identifier import Identifier
from tests.toy_models import ENCODER, toy_lexicon

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def small():
    return toy_lexicon(("en", "fr"))


@pytest.fixture(scope="module")
def trained(small):
    from classifier.training import training
    from classifier.training.networks import ARCHITECTURES

    return training.train(ARCHITECTURES["FF"], small, passes=1)


@pytest.fixture
def write(trained, small, tmp_path):
    """Return a function that writes the same network again."""
    from classifier.training import export
    from classifier.training.networks import ARCHITECTURES

    return lambda: export.write_version(trained, ARCHITECTURES["FF"], small, tmp_path)


def contents(folder):
    return {path.name: (path.stat().st_ino, path.read_bytes()) for path in folder.iterdir()}


def test_identical_version_keeps_its_folder_and_files(write):
    folder = write()
    (folder / "training.svg").write_text("drawn later")
    before = folder.stat().st_ino, contents(folder)
    assert write() == folder
    assert (folder.stat().st_ino, contents(folder)) == before


def test_folder_of_another_version_is_refused_and_kept(write):
    folder = write()
    card = Card.read(folder)
    replace(card, thresholds=replace(card.thresholds, single=0.123)).write(folder)
    before = contents(folder)
    with pytest.raises(VersionConflict, match="thresholds"):
        write()
    assert contents(folder) == before


def test_writing_leaves_no_temporary_files(write, tmp_path):
    folder = write()
    write()
    shutil.rmtree(folder)
    assert list(tmp_path.rglob("*")) == [folder.parent]


def test_version_can_be_read_by_other_users(write):
    folder = write()
    assert folder.stat().st_mode & 0o055 == 0o055
    assert Card.read(folder).sha256.keys() >= {LITERT_FILE}


def test_twin_lies_beside_the_network_and_is_measured_on_held_out_words(write, small):
    from classifier.training import evaluation

    folder = write()
    assert verify(folder, [TWIN_FILE]).training["agreement"] > 0.5
    network = Identifier(folder)
    assert evaluation.identifier_for("common-words", network, [folder]) is network
    twin = evaluation.identifier_for("held-out", network, [folder])
    words = small.own["held-out"].words
    assert (twin.probabilities(words) != network.probabilities(words)).any()


@pytest.mark.parametrize("lexicon", [("en", "fr", "es", "de", "it")], indirect=True, ids=["five"])
def test_teacher_of_more_languages_and_other_letters_answers_for_the_students(version):
    from classifier.training import export

    words = ["theing", "écione", "ñarcion", "schung", "zzogli"]
    teach = export.load_teacher(version, TWIN_FILE, ("en", "es"), ENCODER)
    output = teach(ENCODER.encode(words))
    assert output.shape == (5, 3)
    assert output.sum(axis=1) == pytest.approx(1)
    assert output[[0, 2], [0, 1]].min() > 0.8
    assert output[[1, 3, 4], 2].min() > 0.5


@pytest.mark.parametrize("lexicon", [("en", "fr")], indirect=True, ids=["two"])
def test_teacher_that_lacks_a_language_is_refused(version):
    from classifier.training import export

    with pytest.raises(BadVersion, match="does not know es"):
        export.load_teacher(version, TWIN_FILE, ("en", "es"), ENCODER)


def test_letters_keep_their_meaning_for_a_teacher():
    from classifier.training import export

    ids = export._translate_ids(ENCODER, Encoder(""))[ENCODER.encode(["éa", "ωñ"])]
    assert ids[:, :4].tolist() == [[1, ord("é"), ord("a"), 1], [1, 0xFFFD, ord("ñ"), 1]]
