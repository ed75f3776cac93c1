"""Fixtures of the tests of tables."""

import pytest
from django.db import IntegrityError, transaction


@pytest.fixture
def refused(db):
    """Return a function that expects the database to refuse a row."""

    def refused(row):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()
        return True

    return refused
