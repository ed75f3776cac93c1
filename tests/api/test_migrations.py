"""Migrations that change rows of the API's tables."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from classifier.api.models import AnsweredRequest
from classifier.models import Prediction

pytestmark = pytest.mark.django_db(transaction=True)
OLD, NEW = "0001_initial", "0002_public_ids_of_answers"


@pytest.fixture
def migrate():
    """Return a function that migrates the API's tables."""

    def migrate(name):
        MigrationExecutor(connection).migrate([("api", name)])

    yield migrate
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.fixture
def repeat(client):
    """Return a function that posts one request under one key."""
    headers = {"idempotency-key": "one"}
    body = {"items": [{"word": "orignal"}, {"word": "piano"}]}
    return lambda: client.post("/api/v1/predictions/batch", body, content_type="application/json", headers=headers)


def test_old_records_are_repeated_after_the_migration(migrate, repeat):
    first = repeat().json()
    migrate(OLD)
    orignal, piano = (Prediction.objects.get(word=word) for word in ("orignal", "piano"))
    assert AnsweredRequest.objects.get().predictions == [orignal.pk, piano.pk]

    migrate(NEW)
    assert AnsweredRequest.objects.get().predictions == [str(orignal.public_id), str(piano.public_id)]
    assert repeat().json() == first


def test_records_of_deleted_predictions_are_still_gone_after_the_migration(migrate, repeat):
    repeat()
    migrate(OLD)
    Prediction.objects.filter(word="piano").delete()
    migrate(NEW)
    assert repeat().status_code == 410

    migrate(OLD)
    assert AnsweredRequest.objects.get().predictions == [Prediction.objects.get().pk, 0]
