"""The versions page: promote and roll back by hand."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from classifier.ml.artifacts import GATE_FILE, LITERT_FILE, write_active
from classifier.models import Activation
from classifier.services.promotion import active_version

OLD, NEW = "20261122-00000001", "20261129-00000002"
VERSIONS = "/admin/versions/"
PROMOTE, ROLLBACK = f"{VERSIONS}Ngram/{NEW}/", f"{VERSIONS}Ngram/rollback/"
CHECK = {"name": "held-out words", "words": 14002, "active": 0.81, "candidate": 0.82, "low": 0, "high": 0.02}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path, settings, make_version):
    """Return the folder of a new version that the gate let pass; OLD is active."""
    settings.MODEL_DIRS = [tmp_path]
    for version in (OLD, NEW):
        make_version(tmp_path / "Ngram" / version)
    write_active(tmp_path, "Ngram", OLD)
    comparison = {"active": OLD, "candidate": NEW, "checks": [CHECK], "refusals": []}
    (tmp_path / "Ngram" / NEW / GATE_FILE).write_text(json.dumps(comparison))
    return tmp_path / "Ngram" / NEW


def send(client, path=PROMOTE, seen=OLD, **fields):
    return client.post(path, {"seen": seen, **fields}, follow=True)


def test_page_shows_versions_with_their_gate(admin_client):
    page = admin_client.get(VERSIONS)
    assertContains(page, "passed")
    assertContains(page, "not compared")
    assertContains(page, f'href="{PROMOTE}">Promote</a>')
    assertNotContains(page, ROLLBACK)


def test_version_is_promoted_after_a_look_at_its_comparison(admin_client, admin_user):
    page = admin_client.get(PROMOTE)
    assertContains(page, f"Promote Ngram {NEW}?")
    assertContains(page, "held-out words")
    assert not Activation.objects.exists()
    page = send(admin_client, reason=" thirty words ")
    assertRedirects(page, VERSIONS)
    assertContains(page, f"Ngram {NEW} is active; servers switch within 5 seconds.")
    assert Activation.objects.values_list("version", "previous", "user", "reason").get() == (
        *(NEW, OLD),
        *(admin_user.pk, "thirty words"),
    )
    assert LogEntry.objects.get().object_repr == f"Ngram {NEW}"


def test_rollback_asks_first(admin_client):
    send(admin_client)
    assertContains(admin_client.get(VERSIONS), ROLLBACK)
    assertContains(admin_client.get(ROLLBACK), f"Return to Ngram {OLD}?")
    assert active_version("Ngram") == NEW
    assertContains(send(admin_client, ROLLBACK, seen=NEW), f"Ngram {OLD} is active")
    assertContains(admin_client.get(ROLLBACK), "No other version of this model was active before.")
    assertContains(send(admin_client, ROLLBACK, seen=OLD), "No other version of this model was active before.")


def test_second_admin_hears_of_the_first(admin_client):
    send(admin_client)
    assertContains(send(admin_client, ROLLBACK, seen=OLD), "Somebody else switched this model meanwhile.")
    assert active_version("Ngram") == NEW


def test_version_that_the_gate_has_not_let_pass_needs_the_command(admin_client, folder):
    (folder / GATE_FILE).unlink()
    for path in (VERSIONS, PROMOTE):
        assertContains(admin_client.get(path), f"manage.py promote Ngram {NEW}")
    assertContains(send(admin_client), "The gate has not let this version pass")
    assert active_version("Ngram") == OLD


def test_damaged_version_is_refused(admin_client, folder):
    (folder / LITERT_FILE).write_bytes(b"damaged")
    assertContains(send(admin_client), "The files of this version are missing or damaged.")
    assert active_version("Ngram") == OLD


def test_viewer_looks_but_does_not_switch(staff):
    viewer = staff("view_activation")
    assertNotContains(viewer.get(VERSIONS), 'class="button"')
    assertNotContains(viewer.get(PROMOTE), "?</h1>")
    assert (send(viewer).status_code, send(viewer, ROLLBACK).status_code) == (403, 403)
    assert active_version("Ngram") == OLD


@pytest.mark.parametrize("path", [VERSIONS, PROMOTE, ROLLBACK])
def test_others_are_kept_out(client, staff, path):
    assertRedirects(client.get(path), f"/account/login/?next={path}")
    assert staff("add_decision").get(path).status_code == 403


@pytest.mark.parametrize("path", ["Nothing/rollback/", "Ngram/20990101-00000000/", f"Nothing/{NEW}/", f"../{NEW}/"])
def test_unknown_model_or_version_is_not_found(admin_client, path):
    assert admin_client.get(f"{VERSIONS}{path}").status_code == 404
    assert admin_client.post(f"{VERSIONS}{path}").status_code == 404


def test_pages_of_models_lead_there(admin_client, client):
    assertContains(admin_client.get("/admin/classifier/activation/"), f'href="{VERSIONS}"')
    assertContains(admin_client.get("/models/Ngram/"), f'href="{VERSIONS}"')
    client.logout()
    assertNotContains(client.get("/models/Ngram/"), VERSIONS)
