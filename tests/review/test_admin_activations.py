"""Activations in the admin."""

import json

import pytest
from django.urls import reverse

from classifier.ml.artifacts import CARD_FILE, GATE_FILE
from classifier.models import Activation

pytestmark = pytest.mark.django_db
CHECK = {"name": "held-out words", "words": 14002, "active": 0.81, "candidate": 0.82, "low": 0, "high": 0.02}


@pytest.fixture
def activation(tmp_path, settings, django_user_model):
    settings.MODEL_DIRS = [tmp_path]
    folder = tmp_path / "Ngram" / "20261129-00000002"
    folder.mkdir(parents=True)
    (folder / CARD_FILE).touch()
    (folder / GATE_FILE).write_text(json.dumps({"checks": [{**CHECK, "reason": "<b>a loss</b>"}]}))
    return Activation.objects.create(
        name="Ngram",
        version=folder.name,
        previous="20261122-00000001",
        reason="a dialect",
        overridden=True,
        user=django_user_model.objects.create(username="boss"),
    )


def page(client, *arguments, view="changelist"):
    response = client.get(reverse(f"admin:classifier_activation_{view}", args=arguments))
    assert response.status_code == 200
    return response.content.decode()


def test_list_shows_who_when_and_why(admin_client, activation):
    text = page(admin_client)
    assert all(one in text for one in ("20261129-00000002", "20261122-00000001", "a dialect", "boss", "2026"))


def test_page_shows_the_comparison_of_the_gate(admin_client, activation):
    text = page(admin_client, activation.pk, view="change")
    assert "held-out words" in text
    assert "14,002" in text
    assert "&lt;b&gt;a loss&lt;/b&gt;" in text


@pytest.mark.parametrize("content", ["", "[]", '{"checks": 5}', '{"checks": ["a"]}', None])
def test_missing_comparison_is_no_error(admin_client, activation, settings, content):
    path = settings.MODEL_DIRS[0] / "Ngram" / activation.version / GATE_FILE
    if content is None:
        path.unlink()
    else:
        path.write_text(content)
    assert "held-out words" not in page(admin_client, activation.pk, view="change")


def test_activations_are_read_only(admin_client, activation):
    for view, arguments in (("add", ()), ("delete", (activation.pk,))):
        assert admin_client.get(reverse(f"admin:classifier_activation_{view}", args=arguments)).status_code == 403
    admin_client.post(reverse("admin:classifier_activation_change", args=[activation.pk]), {"version": "other"})
    assert Activation.objects.get().version == "20261129-00000002"
