"""Counters of calls: a file on SQLite, a table on PostgreSQL."""

import pytest
from django.db import connection

from classifier.access import counters
from classifier.access.allowances import COUNTERS, STEP, WINDOW
from classifier.access.counters import consume

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("limits")]


def test_calls_are_granted_up_to_the_limit():
    assert [consume("a", 3).granted for _ in range(5)] == [True, True, True, False, False]


def test_remaining_calls_are_reported():
    assert [consume("a", 3, cost).remaining for cost in (1, 0, 2, 1)] == [2, 2, 0, 0]


def test_limit_without_calls_is_reported_whole():
    assert consume("a", 3, 0).remaining == 3


def test_cost_0_is_granted_unless_the_limit_was_lowered():
    consume("a", 3, 3)
    assert [consume("a", limit, 0).granted for limit in (3, 2)] == [True, False]


def test_cost_that_does_not_fit_consumes_nothing():
    assert not consume("a", 10, 11).granted
    assert consume("a", 10, 10).granted
    assert not consume("b", 0).granted


def test_callers_and_scopes_are_counted_apart():
    assert all(consume(f"{scope}:{caller}", 1).granted for scope in "ab" for caller in range(100))


def test_minute_never_holds_more_than_the_limit(clock):
    granted = []
    for _ in range(2000):
        clock.now += 0.1
        if consume("a", 100).granted:
            granted.append(clock.now)

    assert len(granted) > 300
    for start in granted:
        assert sum(start <= moment < start + WINDOW for moment in granted) <= 100


def test_limit_can_be_used_to_at_least_95_percent(clock):
    start = clock.now
    granted = 0
    while clock.now < start + 10 * WINDOW:
        clock.now += 0.25
        granted += consume("a", 120).granted

    assert 0.95 * 120 * 10 <= granted <= 1.05 * 120 * 10


@pytest.mark.parametrize("pause", [0.5, 7.3, 59.0])
def test_call_is_granted_after_the_reported_wait_and_not_before(clock, pause):
    for _ in range(5):
        consume("a", 5)
        clock.now += pause / 5
    refusal = consume("a", 5)
    clock.now += refusal.seconds - STEP - 1
    assert not consume("a", 5).granted
    clock.now += STEP + 1
    assert consume("a", 5).granted


def test_clock_set_back_resets_counters(clock):
    consume("a", 1)
    clock.now -= 3600
    assert consume("a", 1, 0).remaining == 1
    assert [consume("a", 1).granted for _ in range(2)] == [True, False]


def test_counters_are_right_after_days(clock):
    consume("a", 2)
    clock.now += 3 * 24 * 3600
    assert [consume("a", 2).granted for _ in range(3)] == [True, True, False]
    assert COUNTERS * STEP > WINDOW


def test_counters_depend_on_the_secret_key(settings):
    consume("a", 1)
    settings.SECRET_KEY = "another" * 10
    assert consume("a", 1).granted


@pytest.mark.django_db(transaction=True)
def test_threads_are_counted_together_exactly(at_once):
    def consume_often():
        try:
            return sum(consume("a", 200).granted for _ in range(20))
        finally:
            connection.close()

    assert sum(at_once(consume_often, [()] * 16)) == 200


def test_calls_of_several_threads_that_fit_together_are_counted_once(monkeypatch):
    costs, consume_alone = [], counters._consume
    monkeypatch.setattr(counters, "_consume", lambda *call: costs.append(call[2]) or consume_alone(*call))
    allowances = counters.consume_together([("a", 10, 1), ("a", 10, 0), ("a", 10, 3)])
    assert costs == [4]
    assert {(allowance.granted, allowance.remaining) for allowance in allowances} == {(True, 6)}


def test_calls_beyond_the_limit_are_refused_by_counting_one_of_them(monkeypatch):
    costs, consume_alone = [], counters._consume
    monkeypatch.setattr(counters, "_consume", lambda *call: costs.append(call[2]) or consume_alone(*call))
    assert [call.granted for call in counters.consume_together([("a", 2, 1)] * 6)] == [True, True, *[False] * 4]
    assert costs == [6, 1, 1, 1]


def test_calls_that_do_not_fit_together_are_granted_one_by_one():
    calls = [("a", 10, 6), ("a", 10, 6), ("a", 10, 4), ("a", 10, 0)]
    assert [call.granted for call in counters.consume_together(calls)] == [True, False, True, True]
    assert consume("a", 10, 0).remaining == 0
