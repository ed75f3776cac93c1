"""How workers share the connections of programs that keep them open."""

import os
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.deploy.conftest import copy_project, free_port, production, running

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="reads Linux's /proc"),
]
CONNECTIONS, FEWEST = 12, 3


def connections_of(worker):
    """Return the number of the TCP connections that a process has open."""
    listed = [line.split() for line in Path(f"/proc/{worker}/net/tcp").read_text().splitlines()[1:]]
    established = {f"socket:[{columns[9]}]" for columns in listed if columns[3] == "01"}
    links = Path(f"/proc/{worker}/fd").iterdir()
    return sum(str(link.readlink()) in established for link in links)


def children_of(process):
    return Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()


def test_workers_share_connections_that_stay_open(tmp_path):
    copy_project(tmp_path)
    port = free_port()
    command = ["deploy/start", "--bind", f"127.0.0.1:{port}", "--keep-alive", "60"]
    with running(command, tmp_path, production(WEB_CONCURRENCY="2"), port) as process, ExitStack() as stack:
        for _ in range(CONNECTIONS):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            client.sendall(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert client.recv(1000).startswith(b"HTTP/1.1 200")
            time.sleep(0.02)
        assert all(connections_of(worker) >= FEWEST for worker in children_of(process))


@pytest.mark.parametrize("connections", [2, 5])
def test_requests_that_follow_at_once_are_answered_with_few_and_many_connections(tmp_path, connections):
    copy_project(tmp_path)
    port = free_port()
    request = b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    command = ["deploy/start", "--bind", f"127.0.0.1:{port}", "--threads", "2"]
    with running(command, tmp_path, production(WEB_CONCURRENCY="1"), port), ExitStack() as stack:
        clients = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10)) for _ in range(connections)
        ]
        for requests in (1, 3, 1):  # three in one packet
            for client in clients:
                client.sendall(requests * request)
            for client in clients:
                answers = b""
                while answers.count(b"HTTP/1.1 200") < requests:
                    received = client.recv(10_000)
                    assert received, answers
                    answers += received


def test_busy_connections_leave_others_a_turn(tmp_path):
    copy_project(tmp_path)
    port, stop = free_port(), threading.Event()
    request = b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

    def ask_without_end():
        with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
            while not stop.is_set():
                client.sendall(request)
                assert client.recv(10_000)

    command = ["deploy/start", "--bind", f"127.0.0.1:{port}", "--threads", "2"]
    with running(command, tmp_path, production(WEB_CONCURRENCY="1"), port), ThreadPoolExecutor() as pool:
        busy = [pool.submit(ask_without_end) for _ in range(2)]
        try:
            for _ in range(5):
                with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
                    client.sendall(request)
                    assert client.recv(10_000).startswith(b"HTTP/1.1 200")
        finally:
            stop.set()
        for asking in busy:
            asking.result()


def test_headers_and_body_arrive_together(tmp_path):
    copy_project(tmp_path)
    port = free_port()
    with (
        running(["deploy/start", "--bind", f"127.0.0.1:{port}"], tmp_path, production(WEB_CONCURRENCY="1"), port),
        socket.create_connection(("127.0.0.1", port), timeout=10) as client,
    ):
        for _ in range(20):
            client.sendall(b"GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            headers, _, body = client.recv(10_000).partition(b"\r\n\r\n")
            assert f"Content-Length: {len(body)}".encode() in headers


def test_threads_of_a_worker_do_not_preempt_each_other(tmp_path):
    copy_project(tmp_path)
    port = free_port()
    command = ["deploy/start", "--bind", f"127.0.0.1:{port}"]
    with running(command, tmp_path, production(WEB_CONCURRENCY="1"), port) as process:
        [worker] = children_of(process)
        assert os.sched_getscheduler(int(worker)) == os.SCHED_BATCH
