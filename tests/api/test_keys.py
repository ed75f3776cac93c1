"""API keys: how they are made, shown once, sent, checked and revoked."""

from datetime import timedelta
from hmac import compare_digest

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from classifier.api import models
from classifier.api.models import SCOPES, ApiKey
from classifier.models import Prediction

pytestmark = pytest.mark.django_db
ADD = {"name": "bot", "scopes": '["single"]', "limits": "{}"}


@pytest.fixture
def create(capsys):
    """Return a function that runs the command and returns what it prints."""

    def create(*arguments):
        call_command("create_api_key", *arguments)
        return capsys.readouterr().out.strip()

    return create


def bearer(text):
    return {"authorization": f"Bearer {text}"}


def test_a_key_makes_rows_of_its_own(call, api_key):
    made = call("POST", "/predictions", {"word": "orignal"}, key=api_key)

    assert Prediction.objects.get().owner == f"key:{api_key.pk}"
    assert call("GET", made["Location"].removeprefix("/api/v1"), key=api_key).status_code == 200


def test_the_command_prints_a_key_that_works(call, create):
    secret = create("bot", "--scopes", "single,history", "--limit", "single=5")

    me = call("GET", "/me", headers=bearer(secret)).json()
    assert (me["caller"], me["key"]["name"], me["key"]["scopes"]) == ("key", "bot", ["single", "history"])
    assert me["limits"]["single"]["limit"] == 5


@pytest.mark.parametrize(
    "options",
    [["--scopes", "all"], ["--scopes", ""], ["--limit", "single"], ["--limit", "one=1"], ["--limit", "single=-1"]],
)
def test_the_command_refuses_options_that_mean_nothing(create, options):
    with pytest.raises(CommandError):
        create("bot", *options)
    assert not ApiKey.objects.exists()


def test_the_key_itself_is_stored_nowhere(create):
    secret = create("bot")

    row = ApiKey.objects.values().get()
    assert secret.rpartition("_")[2] not in str(row)
    assert len(row["digest"]) == 64


@pytest.mark.parametrize(
    "spoil", [lambda it: it[:-1], lambda it: it + "x", str.upper, lambda it: it[:17], lambda _it: ""]
)
def test_a_wrong_key_is_refused_and_not_ignored(call, create, spoil):
    response = call("GET", "/models", headers=bearer(spoil(create("bot"))))

    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert response.json()["type"] == "/problems/not-authenticated/"


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Basic YTpi", "Token x", "Bearer lid__", "Bearer é", "Bearer lid_\0_"]
)
def test_any_other_authorization_is_refused(call, api_key, header):
    assert call("GET", "/models", headers={"authorization": header}).status_code == 401


def test_keys_are_compared_in_constant_time_known_or_not(call, create, monkeypatch):
    compared = []
    monkeypatch.setattr(models.hmac, "compare_digest", lambda *both: compared.append(both) or compare_digest(*both))
    for secret in (create("bot"), "lid_000000000000_x"):
        call("GET", "/me", headers=bearer(secret))

    assert [len(one) == len(other) == 64 for one, other in compared] == [True, True]


def test_a_revoked_key_is_refused_at_once(call, api_key):
    ApiKey.objects.update(revoked=timezone.now())
    assert call("GET", "/me", key=api_key).status_code == 401


def test_the_last_use_is_noted_to_the_minute(call, api_key, django_assert_num_queries):
    call("GET", "/me", key=api_key)
    with django_assert_num_queries(1):
        call("GET", "/me", key=api_key)
    ApiKey.objects.update(last_used=timezone.now() - timedelta(minutes=2))
    call("GET", "/me", key=api_key)

    assert timezone.now() - ApiKey.objects.get().last_used < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("scope", "method", "address"),
    [
        ("single", "POST", "/predictions"),
        ("single", "GET", "/identify?word=chat"),
        ("batch", "POST", "/predictions/batch"),
        ("history", "GET", "/predictions"),
        ("history", "DELETE", "/predictions"),
        ("export", "GET", "/predictions/export"),
        ("feedback", "GET", "/predictions/0199f3c2-0000-7000-8000-000000000000/feedback"),
    ],
)
def test_a_key_reaches_as_far_as_its_scopes(call, make_key, scope, method, address):
    without = make_key(scopes=[other for other in SCOPES if other != scope])
    only = make_key(scopes=[scope])

    assert call(method, address, {}, key=without).json()["type"] == "/problems/forbidden/"
    assert call(method, address, {}, key=only).status_code not in {401, 403}


def test_models_languages_and_me_need_no_scope(call, make_key):
    key = make_key(scopes=["feedback"])
    assert {call("GET", address, key=key).status_code for address in ("/models", "/languages", "/me")} == {200}


@pytest.mark.parametrize("address", ["/me", "/models", "/identify?word=chat"])
def test_the_api_can_be_closed_to_the_anonymous(call, api_key, settings, address):
    settings.API_ANONYMOUS = False

    assert call("GET", address).status_code == 401
    assert call("GET", address, key=api_key).status_code == 200


def test_a_login_opens_the_closed_api(call, client, user, settings):
    settings.API_ANONYMOUS = False
    client.force_login(user)

    assert call("GET", "/me").json()["caller"] == "user"


def test_calls_make_no_session_rows(call, api_key):
    for key in (None, api_key):
        response = call("POST", "/predictions", {"word": "chat"}, key=key)
        assert not response.cookies
    assert not Session.objects.exists()


def test_the_admin_shows_a_new_key_once(admin_client, call):
    page = admin_client.post(reverse("admin:api_apikey_add"), ADD, follow=True).content.decode()
    secret = page.partition("only now: ")[2].partition("<")[0].strip()

    assert call("GET", "/me", headers=bearer(secret)).json()["key"]["scopes"] == ["single"]
    assert secret not in admin_client.get(reverse("admin:api_apikey_changelist")).content.decode()
    assert LogEntry.objects.count() == 1


def test_the_admin_revokes_keys_and_logs_it(admin_client, api_key):
    revoke = {"action": "revoke", "_selected_action": [api_key.pk]}
    admin_client.post(reverse("admin:api_apikey_changelist"), revoke)

    assert ApiKey.objects.get().revoked
    assert LogEntry.objects.get().get_change_message() == "revoked"


def test_who_may_only_view_keys_neither_makes_nor_revokes_any(client, api_key, django_user_model):
    from django.contrib.auth.models import Permission

    viewer = django_user_model.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_apikey"))
    client.force_login(viewer)
    client.post(reverse("admin:api_apikey_changelist"), {"action": "revoke", "_selected_action": [api_key.pk]})

    assert client.post(reverse("admin:api_apikey_add"), ADD).status_code == 403
    assert not ApiKey.objects.get().revoked


@pytest.mark.parametrize(
    "fields",
    [
        {"scopes": []},
        {"scopes": ["all"]},
        {"scopes": "single"},
        {"limits": [1]},
        {"limits": {"single": "1"}},
        {"limits": {"x": 1}},
    ],
)
def test_scopes_and_limits_that_mean_nothing_are_refused(fields):
    key = ApiKey(name="bot", **fields)
    key.set_secret()
    with pytest.raises(ValidationError):
        key.full_clean()
