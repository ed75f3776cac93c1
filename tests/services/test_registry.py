import gc
import json
import os
import shutil
import threading
import time
import weakref

import pytest
from django.conf import settings as project

from classifier.ml.artifacts import ACTIVE_FILE, CARD_FILE, LITERT_FILE, BadVersion, read_active, write_active
from classifier.services import registry
from classifier.services.registry import ModelUnavailable, Registry, UnknownModel

pytestmark = pytest.mark.real_models

OLD, NEW, NEWER = "20261122-00000001", "20261123-00000002", "20261124-00000003"


class Toy:
    """A version that loads unless its folder holds a file `bad`, as soon as `may_load` is set."""

    may_load = threading.Event()
    loads: list[str] = []

    def __init__(self, folder):
        self.loads.append(folder.name)
        assert self.may_load.wait(5)
        if (folder / "bad").exists():
            raise BadVersion(f"{folder.name} is bad")
        self.folder = folder
        self.card = type("Card", (), {"languages": tuple((folder / "languages").read_text().split())})


@pytest.fixture
def ship(tmp_path, settings, monkeypatch):
    """Return a function that ships a version of a model into an empty folder."""
    settings.MODEL_DIRS = [tmp_path / "ml_models", tmp_path / "var"]
    monkeypatch.setattr(registry, "Identifier", Toy)
    monkeypatch.setattr(Toy, "loads", [])
    Toy.may_load.set()

    def ship(name="Ngram", version=OLD, languages="en fr", directory=0, bad=False):
        folder = settings.MODEL_DIRS[directory] / name / version
        folder.mkdir(parents=True)
        (folder / "languages").write_text(languages)
        if bad:
            (folder / "bad").touch()
        settings.MODEL_DIRS[0].mkdir(exist_ok=True)
        write_active(settings.MODEL_DIRS[0], name, version)
        return folder

    return ship


@pytest.fixture
def clock(monkeypatch):
    """Return a function that puts the registry's clock forward."""
    passed, monotonic = [0.0], time.monotonic
    monkeypatch.setattr(registry.time, "monotonic", lambda: monotonic() + sum(passed))
    return passed.append


@pytest.fixture
def models(ship):
    return Registry()


@pytest.fixture
def settled(models, clock):
    """Return a function that lets the registry look at the disk, and returns what serves once all is loaded."""

    def settled():
        clock(registry.RETRY_SECONDS)
        models.current()
        for thread in threading.enumerate():
            if thread.name == "model loader":
                thread.join()
        return models.current()

    return settled


def test_models_are_named_best_first(ship, models):
    for name in ("Ngram", "FF", "CNN"):
        ship(name)
    assert models.current().names == ("Ngram", "FF", "CNN")
    assert models.current().default == "Ngram"


@pytest.mark.parametrize(("name", "resolved"), [("", "Ngram"), ("ff", "FF"), ("FF", "FF"), ("nGRAM", "Ngram")])
def test_name_is_known_in_any_case(ship, models, name, resolved):
    ship("Ngram")
    ship("FF")
    assert models.current().resolve(name) == resolved


@pytest.mark.parametrize("name", ["GPT", "Ngram ", "FF\x00", "../FF"])
def test_unknown_name_is_answered_with_the_known_ones(ship, models, name):
    ship("Ngram")
    ship("FF")
    with pytest.raises(UnknownModel, match="Ngram, FF") as refusal:
        models.current().get(name)
    assert name not in str(refusal.value)


def test_model_is_loaded_once_and_on_first_use(ship, models):
    ship("Ngram")
    ship("FF", NEW)
    serving = models.current()
    assert Toy.loads == []
    assert serving.get("ngram") is serving.get("Ngram") is serving.get() is models.current().get()
    assert Toy.loads == [OLD]


def test_threads_share_one_model(ship, models, at_once):
    ship("Ngram")
    assert len(set(at_once(lambda: models.current().get(), [()] * 16))) == 1
    assert Toy.loads == [OLD]


def test_version_trained_on_the_spot_serves(ship, models):
    folder = ship(directory=1)
    assert models.current().get().folder == folder


def test_languages_are_those_of_all_models_that_can_answer(ship, models):
    ship("Ngram", languages="en fr")
    ship("FF", languages="fr es")
    ship("CNN", languages="de", bad=True)
    serving = models.current()
    assert serving.languages == ("en", "fr", "es")
    assert (list(serving.identifiers), serving.unavailable) == (["Ngram", "FF"], ("CNN",))


@pytest.mark.parametrize("name", ["", "Ngram"])
def test_without_any_model_all_are_unavailable(models, name):
    serving = models.current()
    assert (serving.names, serving.languages, serving.identifiers) == ((), (), {})
    with pytest.raises(ModelUnavailable, match="Restore the files in ml_models/"):
        serving.get(name)


def test_bad_version_is_refused_and_logged(ship, models, caplog):
    ship(bad=True)
    with pytest.raises(ModelUnavailable, match="train Ngram"):
        models.current().get()
    assert f"{OLD} is bad" in caplog.text


def test_missing_version_is_refused_and_logged(ship, models, caplog):
    shutil.rmtree(ship())
    with pytest.raises(ModelUnavailable, match="Restore the files in ml_models/"):
        models.current().get()
    assert f"No sound files of Ngram {OLD}" in caplog.text


def test_sound_copy_serves_in_place_of_a_bad_one(ship, models):
    folder = ship(directory=1)
    ship(directory=0, bad=True)
    assert models.current().get().folder == folder


@pytest.mark.parametrize("version", ["x" * 300, "\x00", "", ".."])
def test_version_that_is_no_folder_is_refused(ship, models, settings, version):
    ship()
    write_active(settings.MODEL_DIRS[0], "Ngram", version)
    assert models.current().unavailable == ("Ngram",)


# Changes while serving


def test_switch_is_noticed_in_time(ship, models):
    ship(version=OLD)
    models.current().get()
    folder = ship(version=NEW)
    end = time.monotonic() + 5
    while models.current().get().folder != folder:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_disk_is_looked_at_once_a_second(ship, models, clock, monkeypatch):
    ship()
    looks, read = [], registry._read
    monkeypatch.setattr(registry, "_read", lambda: looks.append(1) or read())
    for _ in range(100):
        models.current().get()
    assert len(looks) == 1
    clock(registry.POLL_SECONDS)
    for _ in range(100):
        models.current().get()
    assert len(looks) == 2


def test_lookup_takes_no_lock(ship, models, monkeypatch):
    ship()
    models.current().get()
    for lock in [models, *models._serving_versions.values()]:
        monkeypatch.setattr(lock, "_lock", None)
    assert models.current().languages == ("en", "fr")


def test_snapshot_never_changes(ship, models, settled):
    folder = ship(version=OLD)
    before = settled()
    before.get()
    ship("FF")
    ship(version=NEW)
    assert settled().names == ("Ngram", "FF")
    assert before.names == ("Ngram",)
    assert before.get().folder == folder


def test_nobody_waits_while_a_version_loads(ship, models, clock, settled):
    folder = ship(version=OLD)
    ship("FF")
    models.current().get()
    Toy.may_load.clear()
    new = ship(version=NEW)
    clock(registry.POLL_SECONDS)
    for _ in range(100):
        assert models.current().get().folder == folder
        assert models.current().names == ("Ngram", "FF")
    Toy.may_load.set()
    assert settled().get().folder == new


def test_changed_versions_are_loaded_once_and_others_stay(ship, models, settled):
    ship(version=OLD)
    ship("FF", version=NEWER)
    ff = models.current().identifiers["FF"]
    ship(version=NEW)
    assert settled().get("FF") is ff
    assert Toy.loads == [OLD, NEWER, NEW]
    assert settled().get().folder.name == NEW
    assert Toy.loads == [OLD, NEWER, NEW]


def test_version_of_a_model_that_nobody_uses_is_not_loaded(ship, models, settled):
    ship(version=OLD)
    models.current()
    ship(version=NEW)
    settled()
    assert Toy.loads == []
    assert models.current().get().folder.name == NEW


def test_only_one_thread_loads(ship, models, clock, at_once):
    ship(version=OLD)
    models.current().get()
    Toy.may_load.clear()
    ship(version=NEW)
    for _ in range(3):
        clock(registry.POLL_SECONDS)
        at_once(models.current, [()] * 8)
    assert sum(thread.name == "model loader" for thread in threading.enumerate()) == 1
    Toy.may_load.set()


def test_replaced_version_is_freed_when_the_last_request_ends(ship, models, settled):
    ship(version=OLD)
    serving = settled()
    replaced = weakref.ref(serving.get())
    ship(version=NEW)
    assert settled().get().folder.name == NEW
    assert replaced() is serving.get()
    del serving
    gc.collect()
    assert replaced() is None


def test_bad_new_version_leaves_the_old_one_and_is_logged(ship, models, settled, caplog):
    old = ship(version=OLD)
    models.current().get()
    new = ship(version=NEW, bad=True)
    assert settled().get().folder == old
    assert f"{NEW} is bad" in caplog.text
    (new / "bad").unlink()
    assert settled().get().folder == new


def test_bad_version_is_retried_after_a_while(ship, models, clock, settled):
    folder = ship(bad=True)
    for _ in range(3):
        clock(registry.POLL_SECONDS)
        assert models.current().unavailable == ("Ngram",)
    assert Toy.loads == [OLD]
    (folder / "bad").unlink()
    assert settled().get().folder == folder


def test_return_to_the_old_version_loads_nothing(ship, models, settled, settings):
    ship(version=OLD)
    old = models.current().get()
    ship(version=NEW, bad=True)
    settled()
    write_active(settings.MODEL_DIRS[0], "Ngram", OLD)
    assert settled().get() is old
    assert Toy.loads == [OLD, NEW]


def test_model_that_is_listed_no_more_serves_no_more(ship, models, settled, settings):
    ship("Ngram")
    ship("FF")
    models.current().get()
    (settings.MODEL_DIRS[0] / ACTIVE_FILE).write_text(json.dumps({"FF": OLD}))
    assert settled().names == ("FF",)


@pytest.mark.parametrize(
    "content", [None, "", "{}", "{", "[]", '"Ngram"', "5", "null", pytest.param("[" * 100_000, id="nested"), "\xff"]
)
def test_broken_list_leaves_what_serves_and_is_logged_once(ship, settled, settings, content, caplog):
    path = settings.MODEL_DIRS[0] / ACTIVE_FILE
    old = ship(version=OLD)
    settled().get()
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content.encode("latin-1"))
    for _ in range(3):
        assert settled().get().folder == old
    assert caplog.text.count("lists no models") == 1
    assert settled().get().folder == old
    new = ship(version=NEW)
    assert settled().get().folder == new


@pytest.mark.parametrize("version", [None, 5, [], {}, "20991231-00000000"])
def test_list_with_a_wrong_version_leaves_the_old_one(ship, models, settled, settings, version):
    old = ship(version=OLD)
    models.current().get()
    (settings.MODEL_DIRS[0] / ACTIVE_FILE).write_text(json.dumps({"Ngram": version}))
    assert settled().get().folder == old


def test_bad_version_is_retried_while_the_list_is_broken(ship, settled, settings, caplog):
    ship(version=OLD)
    settled().get()
    new = ship(version=NEW, bad=True)
    settled()
    (settings.MODEL_DIRS[0] / ACTIVE_FILE).write_text("{")
    settled()
    (new / "bad").unlink()
    assert settled().get().folder == new
    assert caplog.text.count("lists no models") == 1


def test_first_list_may_come_later(ship, models, settled):
    assert models.current().names == ()
    folder = ship()
    assert settled().get().folder == folder


def test_change_is_tried_again_when_no_thread_can_start(ship, models, settled, monkeypatch, caplog):
    old = ship(version=OLD)
    models.current().get()
    new = ship(version=NEW)

    def fail(_thread):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", fail)
        assert settled().get().folder == old
    assert "can't start new thread" in caplog.text
    assert settled().get().folder == new


def test_child_process_loads_on_its_own_when_its_parent_loads():
    registry.current().get()
    with registry._registry._lock:
        child = os.fork()
        if not child:
            os._exit(not registry.current().get().identify(["orignal"]))
    assert os.waitpid(child, 0)[1] == 0


# use


def test_used_identifiers_serve_until_the_block_ends():
    names, fake = registry.current().names, object()
    with registry.use({"FF": fake, "Ngram": None}) as serving:
        assert registry.current() is serving
        assert (serving.names, serving.unavailable, serving.get()) == (("FF", "Ngram"), ("Ngram",), fake)
        with registry.use({}):
            assert registry.current().names == ()
        assert registry.current() is serving
    assert registry.current().names == names


# Files of a real model


@pytest.fixture
def copied(tmp_path, settings):
    """Return the folder of a copy of the best shipped model, the only one that is active."""
    [(name, version), *_] = read_active(project.BASE_DIR / "ml_models").items()
    settings.MODEL_DIRS = [tmp_path]
    shutil.copytree(project.BASE_DIR / "ml_models" / name / version, tmp_path / name / version)
    write_active(tmp_path, name, version)
    return tmp_path / name / version


def get():
    return Registry().current().get()


def test_shipped_model_answers(copied):
    [answer] = get().identify(["orignal"])
    assert (answer.model, answer.model_version) == (copied.parent.name, copied.name)


def test_replaced_model_is_freed(copied):
    model = get()
    model.identify(["orignal"] * 20)
    freed = weakref.ref(model)
    del model
    assert freed() is None


def test_flipped_bit_is_refused(copied):
    data = bytearray((copied / LITERT_FILE).read_bytes())
    data[len(data) // 2] ^= 1
    (copied / LITERT_FILE).write_bytes(data)
    with pytest.raises(ModelUnavailable):
        get()


@pytest.mark.parametrize("file", [CARD_FILE, LITERT_FILE])
def test_truncated_file_is_refused(copied, file):
    (copied / file).write_bytes((copied / file).read_bytes()[:-100])
    with pytest.raises(ModelUnavailable):
        get()


def changed(folder, **fields):
    card = json.loads((folder / CARD_FILE).read_text())
    (folder / CARD_FILE).write_text(json.dumps({**card, **fields}))


def test_card_of_another_model_is_refused(copied):
    changed(copied, name="Other")
    with pytest.raises(ModelUnavailable):
        get()


def test_broken_golden_words_are_refused(copied):
    golden = json.loads((copied / CARD_FILE).read_text())["golden"]
    changed(copied, golden={word: row[::-1] for word, row in golden.items()})
    with pytest.raises(ModelUnavailable):
        get()


def test_unreadable_list_of_models_is_no_model(copied):
    (copied.parent.parent / ACTIVE_FILE).write_text("{")
    with pytest.raises(ModelUnavailable):
        get()


def test_hostile_keras_file_is_never_opened(copied):
    (copied / "model.keras").unlink(missing_ok=True)
    (copied / "model.keras").mkdir()  # opening it would fail
    assert get().identify(["orignal"])
