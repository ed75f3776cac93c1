import json

import pytest
from django.core.management import call_command
from django.urls import reverse

from classifier.api.documentation import SCHEMA

pytestmark = pytest.mark.django_db


def test_committed_schema_is_that_of_the_code(tmp_path):
    path = tmp_path / "openapi.json"
    options = {"validate": True, "fail_on_warn": True, "format": "openapi-json", "file": str(path)}
    call_command("spectacular", **options)

    assert path.read_text() == SCHEMA.read_text(), "write it anew with: make schema"


def test_schema_has_every_address_of_the_api(client):
    from classifier.api.urls import urlpatterns

    paths = client.get("/api/schema").json()["paths"]
    addresses = {
        reverse(f"api:{each.name}", args=[_argument(each)] * ("<" in str(each.pattern))) for each in urlpatterns
    }
    described = {path.format(public_id=_ID, name="FF") for path in paths}
    assert addresses - described == {"/api/schema", "/api/docs"}


_ID = "0199f3c2-0000-7000-8000-000000000000"


def _argument(pattern):
    return _ID if "uuid" in str(pattern.pattern) else "FF"


def test_schema_is_openapi_3_with_keys():
    schema = json.loads(SCHEMA.read_text())

    assert schema["openapi"].startswith("3.1")
    assert schema["components"]["securitySchemes"]["key"] == {"type": "http", "scheme": "bearer"}


def test_schema_links_answers_to_further_requests():
    paths = json.loads(SCHEMA.read_text())["paths"]
    response = paths["/api/v1/predictions"]["post"]["responses"]["201"]

    assert "Location" in response["headers"]
    assert set(response["links"]) == {"get_prediction", "delete_prediction", "give_feedback"}
    assert "get_feedback" in paths["/api/v1/predictions/{public_id}/feedback"]["put"]["responses"]["200"]["links"]
