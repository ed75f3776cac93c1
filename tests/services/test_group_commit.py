import threading
import time
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.test.utils import CaptureQueriesContext

from classifier.grouped_calls import _Queue
from classifier.models import Feedback, Prediction
from classifier.services import group_commit
from classifier.services.store import store

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]


def row(**changes):
    fields = {"word": "mot", "model": "FF", "probabilities": {}, "verdict": "unsure", "source": "web"}
    return Prediction(**{**fields, **changes})


@contextmanager
def turn_of_another(waiting):
    """Hold the turn until so many units wait."""
    queue = group_commit.commit._queues[None] = _Queue()
    queue.threads = 1
    with queue.turn:
        yield
        while len(queue.calls) < waiting:
            time.sleep(0.01)
    del group_commit.commit._queues[None]


@pytest.fixture
def store_together():
    """Return a function that stores each list in a thread, all in one group, and returns their errors."""

    def store_together(*lists):
        errors = [None] * len(lists)

        def run(place):
            try:
                store(lists[place])
            except (IntegrityError, OperationalError, TypeError) as error:
                errors[place] = error
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=[place]) for place in range(len(lists))]
        with turn_of_another(len(lists)):
            for thread in threads:
                thread.start()
        for thread in threads:
            thread.join()
        return errors

    return store_together


@pytest.fixture
def commits(monkeypatch):
    """Return the list of the sizes of groups committed."""
    sizes = []
    monkeypatch.setattr(group_commit.commit, "_observe", lambda size, _seconds: sizes.append(size))
    return sizes


def test_waiting_threads_are_committed_together(store_together, commits):
    assert store_together(*[[row(), row()] for _ in range(5)]) == [None] * 5
    assert commits == [5]
    assert Prediction.objects.count() == 10


@pytest.mark.parametrize("bad", [{"source": "mail"}, {"probabilities": {"a set"}}])
def test_bad_row_fails_its_own_unit_only(store_together, bad):
    first, second, third = store_together([row()], [row(), row(**bad)], [row()])
    assert (first, third) == (None, None)
    assert isinstance(second, IntegrityError | TypeError)
    assert Prediction.objects.count() == 2


def test_reference_to_a_missing_row_fails_its_own_unit_only(store_together):
    missing = Feedback(prediction_id=10**9, owner="key:a", label="fr", kind="correction")
    first, second, third = store_together([row()], [missing], [row()])
    assert (first, third) == (None, None)
    assert isinstance(second, IntegrityError)  # which SQLite finds only at the commit
    assert Prediction.objects.count() == 2


def test_rows_written_twice_get_the_keys_of_the_second_time(store_together):
    rows = [row(word="un"), row(word="deux")]
    store_together([rows[0]], [row(source="mail")], [rows[1]])
    assert {stored.pk: stored.word for stored in rows} == dict(Prediction.objects.values_list("pk", "word"))


def test_failed_commit_is_told_to_all(store_together, monkeypatch):
    def fail(_unit):
        raise OperationalError("disk full")

    monkeypatch.setattr(group_commit.Unit, "write", fail)
    assert [str(error) for error in store_together([row()], [row()])] == ["disk full"] * 2
    assert not Prediction.objects.exists()


def test_single_unit_costs_no_savepoint():
    with CaptureQueriesContext(connection) as queries:
        store([row()])
    assert not [query["sql"] for query in queries if "SAVEPOINT" in query["sql"]]


def test_predictions_of_several_threads_cost_one_insert():
    with CaptureQueriesContext(connection) as queries:
        group_commit._commit_together([group_commit.Unit([row(word=word)]) for word in ("un", "deux", "trois")])
    assert sum("INSERT" in query["sql"] for query in queries) == 1
    assert Prediction.objects.count() == 3
