import ast
import re
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from classifier.models import Batch, Prediction, WaitingWords
from classifier.services.group_commit import AlreadyReplaced
from classifier.services.store import store


def row(**changes):
    fields = {"word": "mot", "model": "FF", "probabilities": {}, "verdict": "unsure", "source": "web"}
    return Prediction(**{**fields, **changes})


def test_row_gets_its_key(db):
    [new] = rows = [row()]
    store(rows)
    assert new.pk == Prediction.objects.get().pk
    assert not new._state.adding


def test_rows_are_stored_in_their_order(db):
    store([row(word="un"), row(word="deux"), row(word="trois")])
    assert [*Prediction.objects.order_by("pk").values_list("word", flat=True)] == ["un", "deux", "trois"]


def test_row_keeps_the_key_that_it_has(db):
    store([row(), row(pk=1000)])
    assert Prediction.objects.filter(pk=1000).exists()


def test_rows_are_stored_as_the_orm_would(db):
    values = {
        "languages": ["fr", "en"],
        "others": [{"model": "FF"}],
        "batch": uuid4(),
        "batch_row": 3,
        "owner": "key:a",
    }
    first, second = (row(**values) for _ in range(2))
    first.save()
    store([second, row()])
    stored = Prediction.objects.values(*values, "probabilities", "word", "unavailable")
    assert stored.get(public_id=first.public_id) == stored.get(public_id=second.public_id)


def test_empty_list_stores_nothing(db):
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
def test_rows_of_several_tables_are_stored_together_or_not_at_all():
    with pytest.raises(IntegrityError):
        store([Batch(owner="user:1", answered=1), row(source="mail")])
    assert not Batch.objects.exists()
    store([Batch(owner="user:1", answered=1), row()])
    assert (Batch.objects.count(), Prediction.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_rows_are_refused_inside_another_transaction():
    with pytest.raises(RuntimeError), transaction.atomic():
        store([row()])
    assert not Prediction.objects.exists()


def test_ten_thousand_rows_are_stored(db):
    store([row() for _ in range(10_000)])
    assert Prediction.objects.count() == 10_000


@pytest.mark.django_db(transaction=True)
def test_simultaneous_writers_wait_for_each_other(at_once):
    at_once(lambda: store([row(), row()]), [()] * 20)
    assert Prediction.objects.count() == 40


@pytest.mark.django_db(transaction=True)
def test_row_is_replaced_once():
    batch = Batch(owner="user:1", answered=1)
    waiting = WaitingWords(batch_id=batch.public_id, words=[[1, "mot"]], size=1)
    store([batch, waiting])
    store([row(word="nouveau")], instead_of=waiting)
    with pytest.raises(AlreadyReplaced):
        store([row(word="encore")], instead_of=waiting)
    assert [*Prediction.objects.values_list("word", flat=True)] == ["nouveau"]
    assert not WaitingWords.objects.exists()


INSERTS = {"create", "bulk_create", "insert", "get_or_create", "update_or_create", "save"}
PREDICTIONS = re.compile("prediction|predict|row", re.IGNORECASE)


def inserts(source):
    """Return the calls that insert predictions, judged by their names."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    inserting = [
        call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr.lstrip("a") in INSERTS
    ]
    return [ast.unparse(call) for call in inserting if PREDICTIONS.search(ast.unparse(call.func.value))]


@pytest.mark.parametrize(
    "source",
    [
        "Prediction.objects.create(word='mot')",
        "models.Prediction.objects.bulk_create(new)",
        "await Prediction.objects.acreate(word='mot')",
        "Prediction(word='mot').save()",
        "for row in rows: row.save()",
        "predict(words=words)[0].save()",
    ],
)
def test_inserts_of_predictions_are_recognised(source):
    assert inserts(source)


def test_predictions_are_inserted_by_store_alone():
    root = Path(settings.BASE_DIR) / "classifier"
    modules = {path.relative_to(root).as_posix(): path for path in root.rglob("*.py") if "migrations" not in path.parts}
    assert "services/store.py" in modules
    assert {name: calls for name, path in modules.items() if (calls := inserts(path.read_text()))} == {}
