"""The schema, the page to try it out, what problems mean, and the ids of requests."""

import pytest
from django.urls import reverse

from classifier.api.documentation import SCHEMA
from classifier.api.problems import KINDS

pytestmark = pytest.mark.django_db


def test_the_schema_is_served_as_committed(client):
    response = client.get("/api/schema", headers={"accept": "application/json"})

    assert response["Content-Type"] == "application/json"
    assert response.content == SCHEMA.read_bytes()


def test_the_page_to_try_it_out_is_served_from_here(client):
    page = client.get("/api/docs")

    assert page.status_code == 200
    assert b"//" not in page.content.replace(b"<!doctype html>", b"")
    assert b"<style" not in page.content


def test_only_that_page_may_show_images_of_data(client):
    policies = {
        address: client.get(address)["Content-Security-Policy"] for address in ("/api/docs", "/", "/api/schema")
    }

    assert [address for address, policy in policies.items() if "data:" in policy] == ["/api/docs"]
    assert "unsafe" not in policies["/api/docs"]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_of_problem_is_explained(client, kind):
    page = client.get(reverse("problem", args=[kind.name]))

    assert page.status_code == 200
    assert kind.title in page.content.decode()


def test_a_problem_points_at_its_explanation(client):
    problem = client.get("/api/v1/predictions").json()
    assert client.get(problem["type"]).status_code == 200


def test_an_unknown_kind_of_problem_is_not_found(client):
    assert client.get("/problems/chevreuil/").status_code == 404
