import pytest
from django.db import IntegrityError, transaction

from classifier.models import Batch, Prediction


@pytest.mark.parametrize("fields", [{"owner": ""}, {"answered": 0}])
def test_batch_has_an_owner_and_answers(refuses, fields):
    assert refuses(Batch(**{"owner": "visitor:a", "answered": 1, **fields}))


@pytest.mark.parametrize("fields", [{"batch": None}, {"batch_row": 0}])
def test_row_number_is_of_a_batch_and_counts_from_one(make_prediction, fields):
    row = make_prediction("chat")
    fields = {"batch": row.public_id, "batch_row": 1, **fields}
    with pytest.raises(IntegrityError), transaction.atomic():
        Prediction.objects.filter(pk=row.pk).update(**fields)
