import pytest


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/api/v1/models", "/api/v1/nothing", "/livez"])
def test_request_ids_differ(client, address):
    ids = {client.get(address)["X-Request-ID"] for _ in range(2)}
    assert len(ids) == 2


def test_permissions_policy_denies_device_features(client, db):
    policy = client.get("/")["Permissions-Policy"]
    assert {"camera=()", "geolocation=()", "microphone=()"} <= set(policy.split(", "))
