"""Ordered work by processes that may be killed."""

import os
import signal
import time

import pytest

from classifier.management.processes import MOST_AHEAD, ProcessEnded, map_in_order


def never():
    return False


def wait_and_name(seconds):
    time.sleep(seconds)
    return seconds, os.getpid()


def test_results_come_in_the_order_of_the_chunks():
    results = list(map_in_order(wait_and_name, [0.2, 0, 0.1, 0, 0], 2, never))

    assert [seconds for seconds, _process in results] == [0.2, 0, 0.1, 0, 0]
    assert len({process for _seconds, process in results} - {os.getpid()}) == 2


def test_no_chunks_give_no_results():
    assert list(map_in_order(wait_and_name, [], 2, never)) == []


def test_few_chunks_are_read_ahead():
    read = []
    chunks = (read.append(number) or number / 1000 for number in range(100))
    results = map_in_order(wait_and_name, chunks, 2, never)
    next(results)

    assert len(read) <= MOST_AHEAD * 2 + 2
    results.close()


def test_nothing_is_read_before_urgent_results():
    read = []
    chunks = (read.append(number) or number / 1000 for number in range(3))
    results = map_in_order(wait_and_name, chunks, 2, lambda: True)

    assert [(next(results)[0], len(read)) for _ in range(3)] == [(0, 1), (0.001, 2), (0.002, 3)]


@pytest.mark.parametrize("end", [lambda _: os.kill(os.getpid(), signal.SIGKILL), lambda _: os._exit(3)])
def test_process_that_ends_is_an_error(end):
    with pytest.raises(ProcessEnded):
        list(map_in_order(end, [1, 2, 3], 2, never))


def test_processes_end_with_the_last_result():
    [(_seconds, process)] = list(map_in_order(wait_and_name, [0], 1, never))

    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_processes_are_stopped_at_once():
    results = map_in_order(wait_and_name, [0, 60, 60], 2, never)
    next(results)
    start = time.monotonic()
    results.close()

    assert time.monotonic() - start < 30
