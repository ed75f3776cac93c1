"""Counters of calls: exact for all processes together, and cheap."""

import subprocess
import sys
import time

import pytest

from classifier.access import counters
from classifier.access.counters import COUNTERS, SLOTS, STEP, WINDOW, LimitsUnavailable, _Counter, consume

CONSUMER = """
import sys
from pathlib import Path
from classifier.access.counters import consume
print(sum(consume(Path(sys.argv[1]), "single:a", 1000).granted for _ in range(500)))
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "limits"


@pytest.fixture
def clock(monkeypatch):
    """Return a clock that tests can set."""

    class Clock:
        now = 1_800_000_000.0

        def time(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(counters, "time", clock)
    return clock


def test_calls_are_granted_up_to_the_limit(path):
    assert [consume(path, "a", 3).granted for _ in range(5)] == [True, True, True, False, False]


def test_remaining_calls_are_reported(path):
    assert [consume(path, "a", 3, cost).remaining for cost in (1, 0, 2, 1)] == [2, 2, 0, 0]


def test_cost_that_does_not_fit_consumes_nothing(path):
    assert not consume(path, "a", 10, 11).granted
    assert consume(path, "a", 10, 10).granted


def test_callers_and_scopes_are_counted_apart(path):
    assert all(consume(path, f"{scope}:{caller}", 1).granted for scope in "ab" for caller in range(100))


def test_minute_never_holds_more_than_the_limit(path, clock):
    granted = []
    for _ in range(2000):
        clock.now += 0.1
        if consume(path, "a", 100).granted:
            granted.append(clock.now)

    for start in granted:
        assert sum(start <= moment < start + WINDOW for moment in granted) <= 100


def test_limit_can_be_used_to_at_least_95_percent(path, clock):
    start = clock.now
    granted = 0
    while clock.now < start + 30 * WINDOW:
        clock.now += 0.05
        granted += consume(path, "a", 600).granted

    assert 0.95 * 600 * 30 <= granted <= 1.05 * 600 * 30


@pytest.mark.parametrize("pause", [0.5, 7.3, 59.0])
def test_call_is_granted_after_the_reported_wait_and_not_before(path, clock, pause):
    for _ in range(5):
        consume(path, "a", 5)
        clock.now += pause / 5
    refusal = consume(path, "a", 5)
    clock.now += refusal.seconds - STEP - 1
    assert not consume(path, "a", 5).granted
    clock.now += STEP + 1
    assert consume(path, "a", 5).granted


def test_clock_set_back_resets_counters(path, clock):
    consume(path, "a", 1)
    clock.now -= 3600
    assert consume(path, "a", 1).granted


def test_counters_do_not_depend_on_the_clock_since_the_start_of_the_machine(path, monkeypatch):
    consume(path, "a", 1)
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)
    assert not consume(path, "a", 1).granted


def test_counters_are_right_after_days(path, clock):
    consume(path, "a", 2)
    clock.now += 3 * 24 * 3600
    assert [consume(path, "a", 2).granted for _ in range(3)] == [True, True, False]
    assert COUNTERS * STEP > WINDOW


def test_full_set_refuses_new_callers_and_evicts_none(path, clock, monkeypatch):
    monkeypatch.setattr(counters, "SETS", 1)
    for caller in range(SLOTS):
        consume(path, str(caller), 1)

    assert not consume(path, "new", 1).granted
    assert not any(consume(path, str(caller), 1).granted for caller in range(SLOTS))
    clock.now += WINDOW + STEP
    assert consume(path, "new", 1).granted


def test_place_of_a_name_depends_on_the_secret_key(path, settings):
    consume(path, "a", 1)
    settings.SECRET_KEY = "another" * 10
    assert consume(path, "a", 1).granted


def test_unusable_file_grants_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LimitsUnavailable):
        consume(tmp_path / "file" / "limits", "a", 1)


def test_deleted_file_is_made_again_for_all_processes(path):
    consume(path, "a", 1)
    path.unlink()
    consume(path, "a", 1)
    assert path.exists()
    assert not consume(path, "a", 1).granted


@pytest.mark.parametrize("replace", [False, True])
def test_moved_file_counts_no_longer(path, tmp_path, replace):
    consume(path, "a", 1)
    path.rename(tmp_path / "old")
    if replace:
        path.touch()
    assert consume(path, "a", 1).granted
    assert _Counter(path).consume("a", 1, 1).granted is False  # as another process counts


def test_damaged_file_grants_calls(path):
    path.write_bytes(b"\xff" * 10_000_000)
    assert consume(path, "a", 1).granted


def test_threads_are_counted_together_exactly(path, at_once):
    def consume_often():
        return sum(consume(path, "a", 1000).granted for _ in range(100))

    assert sum(at_once(consume_often, [()] * 20)) == 1000


def test_processes_are_counted_together_exactly(path, settings):
    command = [sys.executable, "-c", CONSUMER, str(path)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, cwd=settings.BASE_DIR) for _ in range(4)]

    assert sum(int(process.communicate()[0]) for process in processes) == 1000


def test_consume_takes_less_than_a_tenth_of_a_millisecond(path):
    consume(path, "a", 1)
    start = time.thread_time()
    for _ in range(2000):
        consume(path, "a", 10**9)
    assert (time.thread_time() - start) / 2000 < 0.0001
