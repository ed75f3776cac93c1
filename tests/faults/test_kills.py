"""Workers killed and servers stopped while clients write."""

import os
import random
import signal
import time

import pytest

from tests.faults.conftest import COUNT
from tests.faults.server import Load

pytestmark = pytest.mark.faults


def test_killed_workers_lose_and_double_no_acknowledged_row(server, figure):
    draw, waits = random.Random(1), []
    with Load(server) as load:
        for _ in range(COUNT):
            time.sleep(draw.uniform(0.05, 0.5))
            os.kill(draw.choice(server.workers), signal.SIGKILL)
            waits.append(server.wait_until(200))
    ids, integrity = server.stored_ids()
    missing = set(load.acknowledged) - set(ids)
    figure(
        "killed workers lose nothing",
        f"{COUNT} SIGKILLs, {len(load.acknowledged)} acknowledged, {len(missing)} missing, "
        f"{len(ids) - len(set(ids))} doubled, ready again after {max(waits):.1f} s at most",
    )
    assert load.acknowledged
    assert (missing, len(ids), integrity) == (set(), len(set(ids)), "ok")


def test_stopped_server_answers_what_it_has_begun(server, figure):
    with Load(server) as load:
        time.sleep(2)
        start = time.monotonic()
        server.stop()
        seconds = time.monotonic() - start
    ids, integrity = server.stored_ids()
    figure("SIGTERM ends in 30 s", f"ended in {seconds:.1f} s, {len(load.acknowledged)} acknowledged")
    assert server.process.returncode == 0
    assert seconds < 30
    assert load.statuses() <= {201, 0}
    assert set(load.acknowledged) <= set(ids)
    assert integrity == "ok"


def test_rolling_restarts_fail_no_request(server, figure):
    with Load(server, clients=4) as load:
        for _ in range(COUNT):
            old = set(server.workers)
            server.process.send_signal(signal.SIGHUP)
            end = time.monotonic() + 60
            while old & set(server.workers) or len(server.workers) < len(old):
                assert time.monotonic() < end
                time.sleep(0.1)
            server.wait_until(200)  # the new workers have started; the next restart would end them unused
    failed = [status for status, *_ in load.answers if status != 201]
    figure("rolling restarts fail no request", f"{COUNT} restarts, {len(load.answers)} requests, {len(failed)} failed")
    assert failed == []
