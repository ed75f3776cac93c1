"""Fixtures of the API's tests."""

import json

import pytest


@pytest.fixture
def call(client):
    """Return a function that calls the API with a JSON body."""

    def call(method, address, body=None, key=None, **options):
        headers = {**options.pop("headers", {}), **(key.headers if key else {})}
        data = b"" if body is None else json.dumps(body).encode()
        return client.generic(method, f"/api/v1{address}", data, "application/json", headers=headers, **options)

    return call


@pytest.fixture
def other_key(make_key):
    """Return another program's key."""
    return make_key(name="other")


@pytest.fixture
def errors():
    """Return a function that lists the errors of a refused request."""

    def errors(response):
        assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
        return [(error.get("pointer", error.get("parameter")), error["code"]) for error in response.json()["errors"]]

    return errors
