import pytest
from django.db import IntegrityError, connection, transaction

from classifier.models import Prediction
from classifier.services.store import store


def row(**changes):
    fields = {"word": "mot", "model": "FF", "probabilities": {}, "verdict": "unsure", "source": "web"}
    return Prediction(**{**fields, **changes})


def test_rows_get_their_keys_in_order(db):
    rows = [row(), row(), row()]
    store(rows)
    assert [stored.pk for stored in rows] == list(Prediction.objects.order_by("pk").values_list("pk", flat=True))


def test_nothing_is_stored_of_nothing(db):
    store([])
    assert not Prediction.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_rows_are_committed_on_return():
    store([row()])
    assert not connection.in_atomic_block
    assert Prediction.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_rows_are_stored_together_or_not_at_all():
    with pytest.raises(IntegrityError):
        store([row(), row(source="mail")])
    assert not Prediction.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_rows_join_an_open_transaction():
    with transaction.atomic():
        store([row()])
        transaction.set_rollback(True)
    assert not Prediction.objects.exists()


def test_ten_thousand_rows_are_stored(db):
    store([row() for _ in range(10_000)])
    assert Prediction.objects.count() == 10_000


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_wait_for_each_other(at_once):
    at_once(lambda: store([row(), row()]), [()] * 20)
    assert Prediction.objects.count() == 40
