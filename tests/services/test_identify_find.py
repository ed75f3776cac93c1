from datetime import timedelta

import pytest
from django.utils import timezone

from classifier.models import Prediction
from classifier.services.identify import find_prediction

ANA, BEN = "user:1", "visitor:" + "b" * 64


def test_owner_finds_a_prediction(make_prediction):
    row = make_prediction(owner=ANA)
    assert find_prediction(public_id=row.public_id, owner=ANA) == row


def test_owner_finds_an_old_prediction(make_prediction):
    row = make_prediction(owner=ANA)
    Prediction.objects.update(created=timezone.now() - timedelta(days=900))
    assert find_prediction(public_id=row.public_id, owner=ANA) == row


@pytest.mark.parametrize("owner", [BEN, ""])
def test_prediction_of_another_owner_is_not_found(make_prediction, owner):
    row = make_prediction(owner=ANA)
    with pytest.raises(Prediction.DoesNotExist):
        find_prediction(public_id=row.public_id, owner=owner)


@pytest.mark.parametrize("owner", [BEN, ""])
def test_row_without_owner_is_found_by_its_id(make_prediction, owner):
    row = make_prediction()
    assert find_prediction(public_id=row.public_id, owner=owner) == row


@pytest.mark.parametrize("owner", [BEN, ""])
def test_row_without_owner_is_not_found_after_a_day(make_prediction, owner):
    row = make_prediction()
    Prediction.objects.update(created=timezone.now() - timedelta(hours=24, seconds=1))
    with pytest.raises(Prediction.DoesNotExist):
        find_prediction(public_id=row.public_id, owner=owner)


@pytest.mark.parametrize("owner", [ANA, ""])
def test_private_row_is_not_found(make_prediction, owner):
    row = make_prediction(owner=ANA, private=True)
    with pytest.raises(Prediction.DoesNotExist):
        find_prediction(public_id=row.public_id, owner=owner)
