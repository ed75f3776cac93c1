import threading
import time

import pytest
from django.db import OperationalError

from classifier.grouped_calls import GroupedCalls, _Queue

HOLD = "hold"  # is answered when the others are queued


class Doubled(GroupedCalls):
    """Doubles numbers; remembers the groups."""

    def __init__(self):
        super().__init__(self.double, observe=lambda size, _seconds: self.observed.append(size))
        self.groups, self.observed = [], []
        self.held, self.go = threading.Event(), threading.Event()

    def double(self, numbers):
        if HOLD in numbers:
            self.held.set()
            self.go.wait()
            return [HOLD]
        self.groups.append([*numbers])
        if "x" in numbers:
            raise ValueError("x is no number")
        if "away" in numbers:
            raise OperationalError("the database is away")
        if "stop" in numbers:
            raise KeyboardInterrupt
        return [2 * number for number in numbers]

    def call(self, item, outcomes):
        try:
            outcomes[item] = self(item)
        except (ValueError, OperationalError, KeyboardInterrupt) as error:
            outcomes[item] = error

    def together(self, *items):
        """Call in a thread each while the turn is held; return results or errors."""
        outcomes = {}
        threads = [threading.Thread(target=self.call, args=[item, outcomes]) for item in (HOLD, *items)]
        for number, thread in enumerate(threads):
            thread.start()
            while not self.held.wait(0.001) or len(self._queues[None].calls) < number:
                time.sleep(0.001)
        self.go.set()
        for thread in threads:
            thread.join()
        return [outcomes[item] for item in items]


@pytest.fixture
def doubled():
    return Doubled()


def test_call_is_answered_alone_if_nobody_else_waits(doubled):
    assert (doubled(4), doubled.groups) == (8, [[4]])


def test_waiting_calls_are_answered_together(doubled):
    assert doubled.together(1, 2, 3) == [2, 4, 6]
    assert doubled.groups == [[1, 2, 3]]


def test_sizes_of_groups_are_observed(doubled):
    doubled.together(1, 2, 3)
    assert sorted(doubled.observed) == [1, 3]


def test_calls_of_another_key_wait_for_nobody(doubled):
    holder = threading.Thread(target=doubled, args=[HOLD])
    holder.start()
    doubled.held.wait()
    assert doubled(4, key="another") == 8
    doubled.go.set()
    holder.join()


def test_error_of_an_item_fails_its_own_call_only(doubled):
    first, second, third = doubled.together(1, "x", 3)
    assert (first, third) == (2, 6)
    assert isinstance(second, ValueError)
    assert doubled.groups == [[1, "x", 3], [1], ["x"], [3]]


def test_error_of_the_database_fails_the_group(doubled):
    assert [str(error) for error in doubled.together(1, "away")] == ["the database is away"] * 2
    assert doubled.groups == [[1, "away"]]


def test_error_of_the_database_fails_those_that_wait_for_the_next_group(doubled, monkeypatch):
    def fail(_numbers):
        doubled.held.set()
        doubled.go.wait()
        raise OperationalError("the database is away")

    monkeypatch.setattr(doubled, "_function", fail)
    assert [str(error) for error in doubled.together(1, 2)] == ["the database is away"] * 2
    assert doubled.groups == []


def test_stopped_thread_leaves_nobody_waiting(doubled):
    # The first is the thread that answers.
    stopped, follower = doubled.together("stop", 1)
    assert isinstance(stopped, KeyboardInterrupt)
    assert isinstance(follower, OperationalError)
    assert doubled(4) == 8


def test_thread_interrupted_in_the_queue_leaves_nobody_waiting(doubled):
    class Turn:
        def acquire(self, timeout):
            follower.start()
            while len(queue.calls) < 2:
                time.sleep(0.001)
            raise KeyboardInterrupt

    outcomes = {}
    follower = threading.Thread(target=doubled.call, args=[1, outcomes])
    queue = doubled._queues[None] = _Queue()
    queue.turn = Turn()
    with pytest.raises(KeyboardInterrupt):
        doubled(2)
    follower.join()
    assert isinstance(outcomes[1], OperationalError)


def test_thread_that_waits_too_long_gets_an_error(doubled, settings):
    settings.WAIT = 0
    holder = threading.Thread(target=doubled, args=[HOLD])
    holder.start()
    doubled.held.wait()
    with pytest.raises(OperationalError, match="too many requests"):
        doubled(1)
    doubled.go.set()
    holder.join()
    assert doubled.groups == []


@pytest.mark.parametrize(("size", "pauses"), [(1, []), (3, [0.5])])
def test_only_a_thread_after_a_group_waits_for_others(doubled, monkeypatch, size, pauses):
    slept = []
    queue = doubled._queues[None] = _Queue()
    queue.threads, queue.size, doubled._pause = 1, size, 0.25
    monkeypatch.setattr("classifier.grouped_calls.time.sleep", slept.append)
    assert (doubled(4), slept) == (8, pauses)
    assert queue.size == 1


def test_nothing_is_kept_of_answered_calls(doubled):
    doubled.together(1, "x", 3)
    doubled(4, key="another")
    assert doubled._queues == {}


def test_each_of_many_calls_gets_its_own_result(doubled, at_once):
    def call_often(start):
        return [doubled(number, key=number % 3) for number in range(start, start + 500)]

    starts = (0, 500, 1000, 1500)
    expected = [[2 * number for number in range(start, start + 500)] for start in starts]
    assert at_once(call_often, [[start] for start in starts]) == expected
