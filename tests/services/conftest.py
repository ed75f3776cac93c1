"""Fixtures of the services' tests."""

import pytest


@pytest.fixture
def submit(identified):
    """Return a function that submits feedback on a prediction of the word."""
    from classifier.services.feedback import submit_feedback  # here, since Django is set up after this file is read

    def submit(owner="user:1", label="en", word="orignal", **options):
        return submit_feedback(prediction=identified(word), owner=owner, label=label, **options)

    return submit
