"""SQLite's file removed, replaced, corrupt, locked, read-only, full, and written before the answer."""

import os
import re
import resource
import shutil
import signal
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from tests.faults.server import Load, serving

pytestmark = pytest.mark.faults
PROBLEM = {"type": "/problems/unavailable/", "status": 503}


def assert_unavailable(server):
    """Assert that API, page and readiness answer 503; return the slowest in seconds."""
    status, body, seconds = server.post()
    assert (status, {key: body[key] for key in PROBLEM}) == (503, PROBLEM)
    page, _, page_seconds = server.call("GET", "/?word=orignal")
    assert page in {200, 503}
    server.wait_until(503, seconds=5)
    assert server.call("GET", "/livez")[0] == 200
    return max(seconds, page_seconds)


@pytest.mark.parametrize("suffixes", [("",), ("", "-wal", "-shm"), ("-wal",)], ids=["file", "all", "log"])
def test_removed_file_is_acknowledged_to_nobody(server, figure, suffixes):
    assert server.post()[0] == 201
    for suffix in suffixes:
        server.database.with_name(f"db.sqlite3{suffix}").unlink()
    statuses = [server.post()[0] for _ in range(50)]
    names = " and ".join(f"db.sqlite3{suffix}" for suffix in suffixes)
    figure(
        "a removed file is 503, never an empty database",
        f"{names} removed: {statuses.count(201)} of 50 acknowledged",
    )
    assert set(statuses) == {503}
    server.wait_until(503, seconds=5)
    assert server.database.exists() == ("" not in suffixes)


def test_restored_file_serves_without_a_restart(server, figure):
    ids = [server.post()[1]["id"] for _ in range(5)]
    copy = server.folder / "copy"
    assert server.manage("backup", str(copy)).returncode == 0
    server.post()
    for suffix in ("", "-wal", "-shm"):
        server.database.with_name(f"db.sqlite3{suffix}").unlink()
    shutil.copy(copy, server.database)
    seconds = server.wait_until(200)
    figure("a restored file serves by itself", f"ready after {seconds:.1f} s, {len(ids)} of 5 rows there")
    assert server.stored_ids()[0] == [one.replace("-", "") for one in ids]
    assert server.post()[0] == 201


def test_renamed_backup_is_never_mixed_with_the_old_log(server, figure):
    ids = [server.post()[1]["id"].replace("-", "") for _ in range(5)]
    assert server.manage("backup", str(server.folder / "copy")).returncode == 0
    with Load(server) as load:
        while len(load.acknowledged) < 50:
            pass
        (server.folder / "copy").replace(server.database)
    statuses = [server.post()[0] for _ in range(30)]
    os.kill(server.workers[0], signal.SIGKILL)  # the new worker must find out, too
    statuses += [server.post()[0] or server.post()[0] for _ in range(30)]
    server.wait_until(503, seconds=5)
    assert server.manage("migrate").returncode == 1
    server.database.with_name("db.sqlite3-wal").unlink()
    seconds = server.wait_until(200)
    figure(
        "a renamed backup is never mixed with the old log",
        f"{statuses.count(201)} of {len(statuses)} acknowledged, ready {seconds:.1f} s after the log was removed",
    )
    assert set(statuses) == {503}
    assert server.stored_ids() == (ids, "ok")
    assert server.post()[0] == 201


def test_copy_over_the_file_of_a_killed_server_stops_the_start(server, figure):
    assert server.manage("backup", str(server.folder / "copy")).returncode == 0
    for count in (200, 50):
        with closing(sqlite3.connect(server.database)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with Load(server) as load:
            while len(load.acknowledged) < count:
                pass
    os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait()
    shutil.copyfile(server.folder / "copy", server.database)
    refused = server.manage("migrate")
    assert refused.returncode == 1
    assert "manage.py restore" in refused.stderr
    for suffix in ("", "-wal"):
        server.database.with_name(f"db.sqlite3{suffix}").rename(server.folder / f"away{suffix}")
    assert server.manage("restore", str(server.folder / "copy")).returncode == 0
    server.start()
    server.wait_until(200)
    figure(
        "a copy over the file of a killed server stops the start",
        f"migrate ended with {refused.returncode}; ready after a restore",
    )
    assert server.stored_ids() == ([], "ok")


def test_backup_under_writes_holds_every_row_acknowledged_before(server, figure):
    with Load(server) as load:
        while len(load.acknowledged) < 50:
            pass
        before = set(load.acknowledged)
        assert server.manage("backup", str(server.folder / "copy")).returncode == 0
    with closing(sqlite3.connect(server.folder / "copy")) as copy:
        ids = {row[0] for row in copy.execute("SELECT public_id FROM classifier_prediction")}
    figure("a backup holds what was acknowledged before", f"{len(before)} rows, {len(before - ids)} missing")
    assert before <= ids


def test_corrupt_file_is_unavailable_and_recovers(server, figure):
    server.post()
    assert server.manage("backup", str(server.folder / "copy")).returncode == 0
    server.stop()
    server.database.write_bytes(b"x" * 100_000)
    server.start()
    server.wait_until(200, "/livez")
    seconds = assert_unavailable(server)
    server.database.write_bytes((server.folder / "copy").read_bytes())
    figure(
        "a corrupt file is 503", f"answered in {seconds:.1f} s, ready {server.wait_until(200):.1f} s after the repair"
    )


def test_locked_file_is_unavailable_within_the_wait(server, figure):
    def post(place):
        time.sleep(0.4 * place)  # most begin to wait while another waits for the lock
        return server.post()

    with closing(sqlite3.connect(server.database, isolation_level=None)) as other, ThreadPoolExecutor(4) as pool:
        other.execute("BEGIN IMMEDIATE")
        answers = list(pool.map(post, range(4)))
    slowest = max(seconds for _status, _body, seconds in answers)
    figure("a locked file is 503 within 6 s", f"4 answers in {slowest:.1f} s at most")
    assert {status for status, *_ in answers} == {503}
    assert slowest < 8
    assert server.post()[0] == 201


def test_full_disk_is_unavailable_and_recovers(server, figure):
    for _ in range(3):
        server.post()
    limits = server.database.with_name("db.sqlite3-wal").stat().st_size + 400_000
    for pid in server.workers:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (limits, resource.RLIM_INFINITY))
    with Load(server, clients=2) as load:
        while 503 not in load.statuses() and len(load.answers) < 500:
            pass
    for pid in server.workers:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    seconds = server.wait_until(200)
    ids, integrity = server.stored_ids()
    missing = set(load.acknowledged) - set(ids)
    figure(
        "a full disk is 503",
        f"{len(load.acknowledged)} acknowledged, {len(missing)} missing, ready {seconds:.1f} s after there was room",
    )
    assert load.statuses() <= {201, 503}
    assert 503 in load.statuses()
    assert (missing, integrity) == (set(), "ok")


@pytest.mark.parametrize("mode", ["FULL", "NORMAL"])
def test_row_is_synced_before_its_answer_is_sent(tmp_path, figure, mode):
    """The control with NORMAL must find no sync."""
    if not shutil.which("strace"):
        pytest.skip("strace is missing (Debian: apt-get install strace)")
    trace = tmp_path / "trace"
    strace = ["strace", "-D", "-f", "-y", "-o", str(trace), "-e", "trace=fdatasync,fsync,sendto,sendmsg,write,pwrite64"]
    url = f"sqlite:///{tmp_path}/db.sqlite3?init_command=PRAGMA synchronous={mode}"
    with serving(tmp_path, workers=1, before=strace, database_url=url.replace(" ", "%20")) as server:
        server.post()
        places = trace.stat().st_size
        assert server.post()[0] == 201
        calls = trace.read_text()[places:]
    answer = re.search(r"^.*(?:sendto|sendmsg|write)\(.*201 Created.*$", calls, re.MULTILINE)
    before = calls[: answer.start()]
    row = before.rfind("db.sqlite3-wal")
    synced = re.search(r"(?:fdatasync|fsync)\(\d+<[^>]*db\.sqlite3-wal>", before) is not None
    figure("the sync comes before the answer", f"synchronous={mode}: {'synced' if synced else 'not synced'} before 201")
    assert row > 0
    assert synced == (mode == "FULL")


@pytest.mark.parametrize("with_folder", [False, True], ids=["file", "folder"])
def test_read_only_file_is_unavailable_and_recovers(tmp_path, figure, with_folder):
    # Root writes what is read-only, unless it has lost that capability.
    before = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
    with serving(tmp_path, before=before) as server:
        assert server.post()[0] == 201
        server.stop()
        paths = [*tmp_path.glob("db.sqlite3*"), *([tmp_path] if with_folder else [])]
        modes = {path: path.stat().st_mode for path in paths}
        try:
            for path in paths:
                path.chmod(0o555 if path.is_dir() else 0o444)
            server.start()
            server.wait_until(200, "/livez")
            server.wait_until(503)
            assert server.post()[0] == 503
        finally:
            for path, mode in modes.items():
                path.chmod(mode)
        seconds = server.wait_until(200)
        figure(
            "a read-only file is 503", f"{'with its folder' if with_folder else 'alone'}: ready {seconds:.1f} s after"
        )
        assert server.post()[0] == 201
