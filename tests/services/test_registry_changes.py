"""The registry while versions change on disk."""

import gc
import json
import os
import threading
import time
import weakref

import pytest

from classifier.ml.artifacts import ACTIVE_FILE, write_active
from classifier.services import registry
from tests.services.conftest import NEW, NEWER, OLD, Toy

pytestmark = pytest.mark.real_models


def test_switch_is_noticed_in_time(ship, models):
    ship(version=OLD)
    models.current().get()
    folder = ship(version=NEW)
    end = time.monotonic() + 5
    while models.current().get().folder != folder:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_disk_is_read_once_a_second(ship, models, clock, monkeypatch):
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


def test_snapshot_never_changes(ship, models, reload):
    folder = ship(version=OLD)
    before = reload()
    before.get()
    ship("FF")
    ship(version=NEW)
    assert reload().names == ("Ngram", "FF")
    assert before.names == ("Ngram",)
    assert before.get().folder == folder


def test_loading_version_delays_no_lookup(ship, models, clock, reload):
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
    assert reload().get().folder == new


def test_changed_versions_are_loaded_once_and_others_stay(ship, models, reload):
    ship(version=OLD)
    ship("FF", version=NEWER)
    ff = models.current().identifiers["FF"]
    ship(version=NEW)
    assert reload().get("FF") is ff
    assert Toy.loads == [OLD, NEWER, NEW]
    assert reload().get().folder.name == NEW
    assert Toy.loads == [OLD, NEWER, NEW]


def test_version_of_an_unused_model_is_not_loaded(ship, models, reload):
    ship(version=OLD)
    models.current()
    ship(version=NEW)
    reload()
    assert Toy.loads == []
    assert models.current().get().folder.name == NEW


def test_new_version_is_loaded_by_one_thread(ship, models, clock, at_once):
    ship(version=OLD)
    models.current().get()
    Toy.may_load.clear()
    ship(version=NEW)
    for _ in range(3):
        clock(registry.POLL_SECONDS)
        at_once(models.current, [()] * 8)
    assert sum(thread.name == "model loader" for thread in threading.enumerate()) == 1
    Toy.may_load.set()


def test_replaced_version_is_freed_when_the_last_request_ends(ship, models, reload):
    ship(version=OLD)
    serving = reload()
    replaced = weakref.ref(serving.get())
    ship(version=NEW)
    assert reload().get().folder.name == NEW
    assert replaced() is serving.get()
    del serving
    gc.collect()
    assert replaced() is None


def test_bad_new_version_leaves_the_old_one_and_is_logged(ship, models, reload, caplog):
    old = ship(version=OLD)
    models.current().get()
    new = ship(version=NEW, bad=True)
    assert reload().get().folder == old
    assert f"{NEW} is bad" in caplog.text
    (new / "bad").unlink()
    assert reload().get().folder == new


def test_bad_version_is_retried_after_a_while(ship, models, clock, reload):
    folder = ship(bad=True)
    for _ in range(3):
        clock(registry.POLL_SECONDS)
        assert models.current().unavailable == ("Ngram",)
    assert Toy.loads == [OLD]
    (folder / "bad").unlink()
    assert reload().get().folder == folder


def test_return_to_the_old_version_loads_nothing(ship, models, reload, settings):
    ship(version=OLD)
    old = models.current().get()
    ship(version=NEW, bad=True)
    reload()
    write_active(settings.MODEL_DIRS[0], "Ngram", OLD)
    assert reload().get() is old
    assert Toy.loads == [OLD, NEW]


def test_model_removed_from_the_list_no_longer_serves(ship, models, reload, settings):
    ship("Ngram")
    ship("FF")
    models.current().get()
    (settings.MODEL_DIRS[0] / ACTIVE_FILE).write_text(json.dumps({"FF": OLD}))
    assert reload().names == ("FF",)


@pytest.mark.parametrize(
    "content", [None, "", "{}", "{", "[]", '"Ngram"', "5", "null", pytest.param("[" * 100_000, id="nested"), "\xff"]
)
def test_broken_list_changes_no_model_and_is_logged_once(ship, reload, settings, content, caplog):
    path = settings.MODEL_DIRS[0] / ACTIVE_FILE
    old = ship(version=OLD)
    reload().get()
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content.encode("latin-1"))
    for _ in range(3):
        assert reload().get().folder == old
    assert caplog.text.count("lists no models") == 1
    assert reload().get().folder == old
    new = ship(version=NEW)
    assert reload().get().folder == new


@pytest.mark.parametrize("version", [None, 5, [], {}, "20991231-00000000"])
def test_list_with_a_wrong_version_leaves_the_old_one(ship, models, reload, settings, version):
    old = ship(version=OLD)
    models.current().get()
    (settings.MODEL_DIRS[0] / ACTIVE_FILE).write_text(json.dumps({"Ngram": version}))
    assert reload().get().folder == old


def test_bad_version_is_retried_while_the_list_is_broken(ship, reload, settings, caplog):
    ship(version=OLD)
    reload().get()
    new = ship(version=NEW, bad=True)
    reload()
    (settings.MODEL_DIRS[0] / ACTIVE_FILE).write_text("{")
    reload()
    (new / "bad").unlink()
    assert reload().get().folder == new
    assert caplog.text.count("lists no models") == 1


def test_list_can_appear_after_the_start(ship, models, reload):
    assert models.current().names == ()
    folder = ship()
    assert reload().get().folder == folder


def test_change_is_tried_again_when_no_thread_can_start(ship, models, reload, monkeypatch, caplog):
    old = ship(version=OLD)
    models.current().get()
    new = ship(version=NEW)

    def fail(_thread):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", fail)
        assert reload().get().folder == old
    assert "can't start new thread" in caplog.text
    assert reload().get().folder == new


def test_child_process_loads_by_itself_while_its_parent_loads():
    registry.current().get()
    with registry._registry._lock:
        child = os.fork()
        if not child:
            os._exit(not registry.current().get().identify(["orignal"]))
    assert os.waitpid(child, 0)[1] == 0
