"""The registry while versions change on disk."""

import gc
import json
import os
import threading
import time
import weakref

import pytest
from django.db import InterfaceError, OperationalError

from classifier.ml.artifacts import ACTIVE_FILE, BadVersion, write_active
from classifier.services import loading, registry
from classifier.services.registry import Registry
from tests.services.conftest import NEW, NEWER, OLD, Toy

pytestmark = pytest.mark.real_models


@pytest.fixture
def watched(models, monkeypatch):
    """Return a function that watches the registry until the test ends."""
    monkeypatch.setattr(registry, "POLL_SECONDS", 0.01)
    yield models.keep_watch
    watcher = models._watcher
    models.reset()
    if watcher:
        watcher.join()


@pytest.fixture
def activate():
    """Return a function that activates a version."""
    from classifier.models import Activation  # here, since Django is set up after this file is read

    return lambda version, name="Ngram": Activation.objects.create(name=name, version=version)


def wait_until(condition):
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_switch_is_noticed_in_time(ship, models, watched):
    ship(version=OLD)
    models.current().get()
    watched()
    folder = ship(version=NEW)
    wait_until(lambda: models.current().get().folder == folder)


def test_request_reads_no_disk_and_no_database(ship, models, clock, monkeypatch):
    ship()
    models.current().get()
    looks = []
    monkeypatch.setattr(registry, "read_list", lambda: looks.append("disk"))
    monkeypatch.setattr(registry, "read_activated", lambda: looks.append("database"))
    for _ in range(100):
        clock(loading.RETRY_SECONDS)
        models.current().get()
    assert looks == []


def test_one_thread_watches(ship, models, watched, at_once):
    ship()
    at_once(watched, [()] * 8)
    assert sum(thread.name == "model watcher" for thread in threading.enumerate()) == 1


def test_watch_goes_on_after_an_error(ship, models, watched, monkeypatch):
    ship(version=OLD)
    models.current().get()
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    with monkeypatch.context() as patch:
        patch.setattr(registry, "read_list", lambda: 1 / 0)
        watched()
        models._watcher.join()
    folder = ship(version=NEW)
    watched()
    wait_until(lambda: models.current().get().folder == folder)


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


def test_loading_version_delays_no_lookup(ship, models, watched):
    folder = ship(version=OLD)
    ship("FF")
    models.current().get()
    Toy.may_load.clear()
    new = ship(version=NEW)
    watched()
    wait_until(lambda: NEW in Toy.loads)
    for _ in range(100):
        assert models.current().get().folder == folder
        assert models.current().names == ("Ngram", "FF")
    Toy.may_load.set()
    wait_until(lambda: models.current().get().folder == new)


def test_versions_are_warm_when_they_serve(ship, models, reload):
    ship(version=OLD)
    assert models.current().get().warm == 1
    ship(version=NEW)
    assert reload().get().warm == 1


def test_version_that_can_answer_no_batch_is_refused(ship, models, reload, monkeypatch):
    old = ship(version=OLD)
    assert models.current().get().folder == old
    monkeypatch.setattr(Toy, "warm_up", fail_batches)
    ship(version=NEW)
    assert reload().get().folder == old
    ship("FF")
    assert reload().unavailable == ("FF",)


def fail_batches(_self):
    raise BadVersion("LiteRT cannot run the model")


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
        models.refresh()
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


def test_list_with_an_unknown_model_leaves_what_serves(ship, models, reload, settings, caplog):
    old = ship(version=OLD)
    models.current().get()
    (settings.MODEL_DIRS[0] / ACTIVE_FILE).write_text(json.dumps({"Ngrem": OLD}))
    assert reload().get().folder == old
    assert "lists unknown models" in caplog.text


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
    assert models.current().names == ()
    assert reload().get().folder == folder


def test_watch_is_tried_again_when_no_thread_can_start(ship, models, watched, monkeypatch, caplog):
    old = ship(version=OLD)

    def fail(_thread):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", fail)
        watched()
    assert "can't start new thread" in caplog.text
    assert models.current().get().folder == old
    new = ship(version=NEW)
    watched()
    wait_until(lambda: models.current().get().folder == new)


def test_child_process_loads_by_itself_while_its_parent_loads():
    registry.current().get()
    with registry._registry._lock:
        child = os.fork()
        if not child:
            os._exit(not registry.current().get().identify(["orignal"]))
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.django_db
def test_activated_version_serves_in_place_of_the_listed_one(ship, models, reload, activate):
    new = ship(version=NEW, directory=1)
    ship(version=OLD)
    assert reload().get().folder.name == OLD
    activate(NEW)
    assert reload().get().folder == new
    activate(OLD)
    assert reload().get().folder.name == OLD


@pytest.mark.django_db
def test_newest_activation_of_each_model_serves(ship, models, activate):
    for name in ("Ngram", "FF"):
        for version in (NEW, OLD):
            ship(name, version)
    activate(NEW)
    for version in (NEWER, NEW, OLD):
        activate(version, "FF")
    assert {name: one.folder.name for name, one in models.current().identifiers.items()} == {"Ngram": NEW, "FF": OLD}


@pytest.mark.django_db
def test_shipped_version_serves_until_the_activated_one_is_sound(ship, models, activate, reload):
    new = ship(version=NEW, directory=1, bad=True)
    ship(version=OLD)
    activate(NEW)
    assert models.current().get().folder.name == OLD
    assert models.current().unavailable == ()
    (new / "bad").unlink()
    assert reload().get().folder == new


@pytest.mark.django_db
def test_refused_activation_leaves_the_version_that_serves(ship, models, reload, activate, caplog):
    for version in (NEWER, NEW, OLD):
        ship(version=version, bad=version == NEWER)
    activate(NEW)
    serving = models.current().get()
    assert serving.folder.name == NEW
    activate(NEWER)
    assert reload().get() is serving
    assert f"{NEWER} is bad" in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError("database is locked"), InterfaceError("connection is closed")])
def test_unreachable_database_changes_no_model(ship, reload, activate, caplog, error):
    from classifier.models import Activation

    new = ship(version=NEW, directory=1)
    ship(version=OLD)
    activate(NEW)
    assert reload().get().folder == new

    def fail():
        raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Activation.objects, "latest_by_name", fail)
        assert reload().get().folder == new
        ship("FF")
        assert reload().names == ("Ngram", "FF")
        assert caplog.text.count("cannot be read") == 1
        assert Registry().current().get().folder.name == OLD
    assert reload().get().folder == new


@pytest.mark.django_db
def test_active_versions_are_one_query(ship, models, django_assert_num_queries):
    ship()
    with django_assert_num_queries(1):
        models.refresh()
