"""The file of counters: exact for all processes together, and cheap."""

import subprocess
import sys
import time

import pytest

from classifier.access import counter_file
from classifier.access.allowances import STEP, WINDOW, LimitsUnavailable
from classifier.access.counter_file import SLOTS, _Counter, consume

CONSUMER = """
import sys
from pathlib import Path
from classifier.access.counter_file import consume
print(sum(consume(Path(sys.argv[1]), "single:a", 1000).granted for _ in range(500)))
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "limits"


def test_counters_do_not_depend_on_the_clock_since_the_start_of_the_machine(path, monkeypatch):
    consume(path, "a", 1)
    monkeypatch.setattr(time, "monotonic", lambda: 0.0)
    assert not consume(path, "a", 1).granted


def test_full_set_refuses_new_callers_and_evicts_none(path, clock, monkeypatch):
    monkeypatch.setattr(counter_file, "SETS", 1)
    for caller in range(SLOTS):
        consume(path, str(caller), 1)

    assert not consume(path, "new", 1).granted
    assert not any(consume(path, str(caller), 1).granted for caller in range(SLOTS))
    clock.now += WINDOW + STEP
    assert consume(path, "new", 1).granted


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
