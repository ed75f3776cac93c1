"""The table of counters: cheap to change, and free of old callers."""

import pytest
from django.core.management import call_command
from django.db import connection

from classifier.access import counter_table
from classifier.access.allowances import COUNTERS
from classifier.access.counters import consume

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db, pytest.mark.usefixtures("limits")]


def query(text):
    with connection.cursor() as cursor:
        cursor.execute(text)
        return cursor.fetchall()


def test_clock_set_back_a_little_resets_nothing(clock):
    consume("a", 2)
    clock.now -= 10
    assert [consume("a", 2).granted for _ in range(2)] == [True, False]
    clock.now += 10
    assert not consume("a", 2).granted


def test_call_costs_one_statement_and_a_refused_one_two(django_assert_num_queries):
    for count in (1, 1, 2):
        with django_assert_num_queries(count):
            consume("a", 2)


def test_old_callers_are_purged(clock, monkeypatch):
    monkeypatch.setattr(counter_table, "PURGE_EVERY", 1)
    for caller in "abc":
        consume(caller, 10)
    clock.now += 50
    consume("a", 10)
    clock.now += 30
    consume("d", 10)
    assert query("SELECT count(*) FROM classifier_counter") == [(2,)]
    assert consume("a", 10, 0).remaining == 9


def test_daily_clean_up_deletes_all_old_callers(clock):
    for caller in "abc":
        consume(caller, 10)
    clock.now += 70
    consume("d", 10)
    call_command("purge_history")
    assert query("SELECT count(*) FROM classifier_counter") == [(1,)]


def test_row_holds_the_last_minute_only(clock):
    for _ in range(2 * COUNTERS):
        consume("a", 10**9)
        clock.now += 2
    assert query("SELECT cardinality(counts) FROM classifier_counter") == [(COUNTERS,)]


def test_counting_waits_for_no_disk():
    assert query("SELECT relpersistence FROM pg_class WHERE relname = 'classifier_counter'") == [("u",)]


def test_call_changes_no_index():
    statistics = "FROM pg_stat_xact_user_tables WHERE relname = 'classifier_counter'"
    # Of the connection, so that of earlier tests, too.
    [before] = query(f"SELECT n_tup_upd, n_tup_hot_upd {statistics}") or [(0, 0)]
    for _ in range(21):
        consume("a", 21)
    [after] = query(f"SELECT n_tup_upd, n_tup_hot_upd {statistics}")
    changes, without_index = (new - old for new, old in zip(after, before, strict=True))
    assert changes == without_index >= 20
