"""Fixtures of the tests of tables."""

import pytest
from django.db import IntegrityError, transaction


@pytest.fixture
def refuses(db):
    """Return a function that checks the refusal of a row."""

    def refuses(row):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()
        return True

    return refuses
