import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from classifier.api.models import ApiKey

pytestmark = pytest.mark.django_db


ADD = {"name": "bot", "scopes": '["single"]', "limits": "{}"}


def test_admin_shows_a_new_key_once(admin_client, call):
    response = admin_client.post(reverse("admin:api_apikey_add"), ADD)
    secret = response.content.decode().partition('class="new-key"><code>')[2].partition("<")[0]

    assert call("GET", "/me", headers={"authorization": f"Bearer {secret}"}).json()["key"]["scopes"] == ["single"]
    assert secret not in admin_client.get(reverse("admin:api_apikey_changelist")).content.decode()
    assert LogEntry.objects.count() == 1
    assert "no-store" in response.headers["Cache-Control"]
    assert secret not in str(response.cookies)


def test_scopes_of_deep_json_are_refused(admin_client):
    response = admin_client.post(reverse("admin:api_apikey_add"), {**ADD, "scopes": "[" * 50_000})
    assert response.status_code == 400


def test_admin_revokes_keys_and_logs_it(admin_client, api_key):
    revoke = {"action": "revoke", "_selected_action": [api_key.pk]}
    admin_client.post(reverse("admin:api_apikey_changelist"), revoke)

    assert ApiKey.objects.get().revoked
    assert LogEntry.objects.get().get_change_message() == "revoked"


def test_viewer_neither_makes_nor_revokes_keys(client, api_key, django_user_model):
    viewer = django_user_model.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_apikey"))
    client.force_login(viewer)
    client.post(reverse("admin:api_apikey_changelist"), {"action": "revoke", "_selected_action": [api_key.pk]})

    assert client.post(reverse("admin:api_apikey_add"), ADD).status_code == 403
    assert not ApiKey.objects.get().revoked
