"""The registry with the files of a real model."""

import json
import shutil
import weakref

import pytest
from django.conf import settings as project

from classifier.ml.artifacts import ACTIVE_FILE, CARD_FILE, LITERT_FILE, read_active, write_active
from classifier.services.registry import ModelUnavailable, Registry

pytestmark = pytest.mark.real_models


@pytest.fixture
def shipped_copy(tmp_path, settings):
    """Copy the best shipped model, the only active one; return its folder."""
    [(name, version), *_] = read_active(project.BASE_DIR / "ml_models").items()
    settings.MODEL_DIRS = [tmp_path]
    shutil.copytree(project.BASE_DIR / "ml_models" / name / version, tmp_path / name / version)
    write_active(tmp_path, name, version)
    return tmp_path / name / version


def get():
    return Registry().current().get()


def test_shipped_model_answers(shipped_copy):
    [answer] = get().identify(["orignal"])
    assert (answer.model, answer.model_version) == (shipped_copy.parent.name, shipped_copy.name)


def test_replaced_model_is_freed(shipped_copy):
    model = get()
    model.identify(["orignal"] * 20)
    reference = weakref.ref(model)
    del model
    assert reference() is None


def test_flipped_bit_is_refused(shipped_copy):
    data = bytearray((shipped_copy / LITERT_FILE).read_bytes())
    data[len(data) // 2] ^= 1
    (shipped_copy / LITERT_FILE).write_bytes(data)
    with pytest.raises(ModelUnavailable):
        get()


@pytest.mark.parametrize("file", [CARD_FILE, LITERT_FILE])
def test_truncated_file_is_refused(shipped_copy, file):
    (shipped_copy / file).write_bytes((shipped_copy / file).read_bytes()[:-100])
    with pytest.raises(ModelUnavailable):
        get()


def change_card(folder, **fields):
    card = json.loads((folder / CARD_FILE).read_text())
    (folder / CARD_FILE).write_text(json.dumps({**card, **fields}))


def test_card_of_another_model_is_refused(shipped_copy):
    change_card(shipped_copy, name="Other")
    with pytest.raises(ModelUnavailable):
        get()


def test_broken_golden_words_are_refused(shipped_copy):
    golden = json.loads((shipped_copy / CARD_FILE).read_text())["golden"]
    change_card(shipped_copy, golden={word: row[::-1] for word, row in golden.items()})
    with pytest.raises(ModelUnavailable):
        get()


def test_unreadable_list_serves_no_model(shipped_copy):
    (shipped_copy.parent.parent / ACTIVE_FILE).write_text("{")
    with pytest.raises(ModelUnavailable):
        get()


def test_hostile_keras_file_is_never_opened(shipped_copy):
    (shipped_copy / "model.keras").unlink(missing_ok=True)
    (shipped_copy / "model.keras").mkdir()  # opening it would fail
    assert get().identify(["orignal"])


@pytest.mark.parametrize("damage", [lambda file: file.unlink(), lambda file: file.write_bytes(b"")])
def test_file_changed_after_loading_changes_no_answer(shipped_copy, damage):
    words = [f"mot{'a' * number}" for number in range(20)]  # more than run one by one
    expected = get().identify(words)
    model = get()
    damage(shipped_copy / LITERT_FILE)
    assert model.identify(words) == expected
