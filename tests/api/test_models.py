"""API keys as rows, and records of answered requests."""

from datetime import timedelta
from hmac import compare_digest
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from classifier.api import models
from classifier.api.models import REPEATABLE_FOR, SCOPES, AnsweredRequest, ApiKey

pytestmark = pytest.mark.django_db


@pytest.fixture
def secret(api_key):
    """Return the text of a key."""
    return api_key.headers["authorization"].removeprefix("Bearer ")


def test_key_is_stored_as_a_digest_only(secret):
    row = ApiKey.objects.values().get()
    assert secret.split("_", 2)[2] not in str(row)
    assert len(row["digest"]) == 64


def test_keys_are_compared_in_constant_time_whether_known_or_not(call, secret, monkeypatch):
    pairs = []
    monkeypatch.setattr(models.hmac, "compare_digest", lambda *pair: pairs.append(pair) or compare_digest(*pair))
    for text in (secret, "lid_000000000000_x"):
        call("GET", "/me", headers={"authorization": f"Bearer {text}"})

    assert [len(one) == len(other) == 64 for one, other in pairs] == [True, True]


def test_last_use_is_stored_at_most_once_a_minute(call, api_key, django_assert_num_queries, limit_queries):
    call("GET", "/me", key=api_key)
    with django_assert_num_queries(1 + len(SCOPES) * limit_queries):
        call("GET", "/me", key=api_key)
    ApiKey.objects.update(last_used=timezone.now() - timedelta(minutes=2))
    call("GET", "/me", key=api_key)

    assert timezone.now() - ApiKey.objects.get().last_used < timedelta(minutes=1)


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
def test_invalid_scopes_and_limits_are_refused(fields):
    key = ApiKey(name="bot", **fields)
    key.set_secret()
    with pytest.raises(ValidationError):
        key.full_clean()


def test_new_records_delete_up_to_ten_expired_ones():
    expired = timezone.now() - 2 * REPEATABLE_FOR
    AnsweredRequest.objects.bulk_create(
        AnsweredRequest(key=uuid4().hex, digest="", predictions=[], created=expired) for _ in range(15)
    )
    for count in (6, 2):
        AnsweredRequest.objects.bulk_create([AnsweredRequest(key=uuid4().hex, digest="", predictions=[])])
        assert AnsweredRequest.objects.count() == count
