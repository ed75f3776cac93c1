"""PostgreSQL stopped, frozen, read-only, and its connections cut."""

import os
import signal
import time
from contextlib import contextmanager

import pytest

from tests.faults.server import Load, postgresql_or_skip, serving

pytestmark = pytest.mark.faults
WAIT = 6  # seconds that are promised: the wait of 5 and one more
HEALTHY = 5  # seconds after the fault
BUSY = 3  # times as long on a busy machine; docs/reliability.md has figures


@pytest.fixture
def cluster():
    with postgresql_or_skip() as cluster:
        yield cluster


@pytest.fixture
def server(cluster, tmp_path):
    with serving(tmp_path, database_url=cluster.url) as server:
        yield server


@contextmanager
def stopped(cluster):
    cluster.stop()
    yield
    cluster.start()


@contextmanager
def frozen(cluster):
    processes = cluster.processes()
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in processes:
            os.kill(pid, signal.SIGCONT)


@contextmanager
def read_only(cluster):
    cluster.query("ALTER SYSTEM SET default_transaction_read_only = on")
    cluster.query("SELECT pg_reload_conf()")
    time.sleep(0.5)
    yield
    cluster.query("ALTER SYSTEM RESET default_transaction_read_only")
    cluster.query("SELECT pg_reload_conf()")


@pytest.mark.parametrize("fault", [stopped, frozen, read_only])
def test_unusable_postgresql_is_unavailable_in_time_and_comes_back(server, cluster, figure, fault):
    assert server.post()[0] == 201
    with fault(cluster):
        server.wait_until(503, seconds=BUSY * WAIT)  # it remembers its last check for a second
        assert server.call("GET", "/livez")[0] == 200
        with Load(server, clients=4) as load:
            time.sleep(30 if fault is stopped else 10)
    back = server.wait_until(200, seconds=60)
    slowest = max(seconds for *_, seconds in load.answers)
    figure(
        "an unusable PostgreSQL is 503 in 6 s, and healthy 5 s after",
        f"{fault.__name__}: {len(load.answers)} answers in {slowest:.1f} s at most, ready {back:.1f} s after",
    )
    assert load.statuses() == {503}
    assert server.post()[0] == 201
    assert slowest < BUSY * WAIT
    assert back < BUSY * HEALTHY


def test_cut_connections_lose_no_acknowledged_row(server, cluster, figure):
    with Load(server) as load:
        for _ in range(5):
            time.sleep(0.5)
            cluster.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    seconds = server.wait_until(200, seconds=60)
    stored = cluster.stored_ids()
    missing = set(load.acknowledged) - set(stored)
    figure("cut connections lose nothing", f"{len(load.acknowledged)} acknowledged, {len(missing)} missing")
    assert load.statuses() <= {201, 503}
    assert (missing, len(set(stored))) == (set(), len(stored))
    assert seconds < BUSY * HEALTHY
