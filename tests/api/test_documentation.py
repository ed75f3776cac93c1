"""The served schema, Swagger UI and the pages of problems."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains

from classifier.api.documentation import SCHEMA
from classifier.api.problems import PROBLEM_KINDS

pytestmark = pytest.mark.django_db


def test_schema_is_served_as_committed(client):
    response = client.get("/api/schema", headers={"accept": "application/json"})

    assert response["Content-Type"] == "application/json"
    assert response.content == SCHEMA.read_bytes()


def test_swagger_is_served_from_local_files(client):
    page = client.get("/api/docs")

    assert page.status_code == 200
    assert b"//" not in page.content.replace(b"<!doctype html>", b"")
    assert b"<style" not in page.content


@pytest.mark.parametrize(("language", "way_back"), [("en", "The API in examples"), ("fr", "L’API en exemples")])
def test_swagger_has_a_way_back_in_the_language_of_the_visitor(client, language, way_back):
    page = client.get("/api/docs", headers={"accept-language": language})

    assert page["Content-Language"] == language
    assertContains(page, f'<html lang="{language}">')
    assertContains(page, f'<a href="{reverse("api-tour")}">{way_back}</a>', html=True)


def test_swagger_alone_may_show_data_images(client):
    policies = {
        address: client.get(address)["Content-Security-Policy"] for address in ("/api/docs", "/", "/api/schema")
    }

    assert [address for address, policy in policies.items() if "data:" in policy] == ["/api/docs"]
    assert "unsafe" not in policies["/api/docs"]


@pytest.mark.parametrize("kind", PROBLEM_KINDS, ids=lambda kind: kind.name)
def test_problem_pages_explain_every_kind(client, kind):
    page = client.get(reverse("problem", args=[kind.name]))

    assert page.status_code == 200
    assert kind.title in page.content.decode()


def test_problem_links_to_its_page(client):
    problem = client.get("/api/v1/predictions").json()
    assert client.get(problem["type"]).status_code == 200


def test_unknown_kind_of_problem_is_not_found(client):
    assert client.get("/problems/chevreuil/").status_code == 404
