"""The schema, the page to try it out, what problems mean, and the ids of requests."""

import json

import pytest
from django.core.management import call_command
from django.urls import reverse

from classifier.api.documentation import SCHEMA
from classifier.api.problems import KINDS

pytestmark = pytest.mark.django_db


def test_the_committed_schema_is_that_of_the_code(tmp_path):
    made = tmp_path / "openapi.json"
    options = {"validate": True, "fail_on_warn": True, "format": "openapi-json", "file": str(made)}
    call_command("spectacular", **options)

    assert made.read_text() == SCHEMA.read_text(), "write it anew with: make schema"


def test_the_schema_is_served_as_committed(client):
    response = client.get("/api/schema", headers={"accept": "application/json"})

    assert response["Content-Type"] == "application/json"
    assert response.content == SCHEMA.read_bytes()


def test_every_address_of_the_api_is_in_the_schema(client):
    from classifier.api.urls import urlpatterns

    paths = client.get("/api/schema").json()["paths"]
    ours = {reverse(f"api:{each.name}", args=[_argument(each)] * ("<" in str(each.pattern))) for each in urlpatterns}
    described = {path.format(public_id=_ID, name="FF") for path in paths}
    assert ours - described == {"/api/schema", "/api/docs"}


_ID = "0199f3c2-0000-7000-8000-000000000000"


def _argument(pattern):
    return _ID if "uuid" in str(pattern.pattern) else "FF"


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


def test_the_schema_is_openapi_3_and_asks_for_keys():
    schema = json.loads(SCHEMA.read_text())

    assert schema["openapi"].startswith("3.")
    assert schema["components"]["securitySchemes"]["key"] == {"type": "http", "scheme": "bearer"}


def test_the_schema_says_where_an_answer_leads():
    paths = json.loads(SCHEMA.read_text())["paths"]
    made = paths["/api/v1/predictions"]["post"]["responses"]["201"]

    assert list(made["headers"]) == ["Location"]
    assert set(made["links"]) == {"prediction", "forget", "give_feedback"}
    assert "feedback" in paths["/api/v1/predictions/{public_id}/feedback"]["put"]["responses"]["200"]["links"]
