from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

GONE = UUID(int=0)  # no prediction has this public id, so the repeat of a request is still answered 410


def use_public_ids(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Replace the primary keys of predictions by their public ids."""
    predictions = apps.get_model("classifier", "Prediction").objects
    for record in _records(apps):
        public_ids = dict(predictions.filter(pk__in=record.predictions).values_list("pk", "public_id"))
        record.predictions = [str(public_ids.get(key, GONE)) for key in record.predictions]
        record.save(update_fields=["predictions"])


def use_primary_keys(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Replace the public ids of predictions by their primary keys, 0 for a prediction that is gone."""
    predictions = apps.get_model("classifier", "Prediction").objects
    for record in _records(apps):
        keys = dict(predictions.filter(public_id__in=record.predictions).values_list("public_id", "pk"))
        record.predictions = [keys.get(UUID(public_id), 0) for public_id in record.predictions]
        record.save(update_fields=["predictions"])


def _records(apps: Apps) -> Iterator[Any]:
    records = apps.get_model("api", "AnsweredRequest").objects
    for key in list(records.values_list("pk", flat=True)):
        yield records.get(pk=key)


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial"), ("classifier", "0002_batches")]
    operations = [migrations.RunPython(use_public_ids, use_primary_keys)]
