"""Fixtures of the review's tests: feedback, staff."""

import pytest


@pytest.fixture
def feedback(make_prediction):
    from classifier.services.feedback import submit_feedback  # here, since Django is set up after this file is read

    return submit_feedback(prediction=make_prediction(owner="user:7"), owner="user:7", label="en", comment="a moose")


@pytest.fixture
def staff(client, django_user_model):
    """Return a function that logs in staff with permissions."""
    from django.contrib.auth.models import Permission

    def log_in(*permissions):
        user = django_user_model.objects.create(username="reviewer", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client.force_login(user)
        return client

    return log_in


@pytest.fixture
def say(make_prediction):
    """Return a function that stores feedback of some visitors on a word."""
    from classifier.services.feedback import submit_feedback

    def say(word, label, *, by=("user:1",), languages=(), comment=""):
        rows = [(owner, make_prediction(word, owner=owner)) for owner in by]
        fields = {"label": label, "languages": languages, "comment": comment}
        return [submit_feedback(prediction=row, owner=owner, **fields) for owner, row in rows]

    return say
