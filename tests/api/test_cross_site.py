"""Requests of other sites, kept out of the reader's history."""

import pytest

from classifier.access.owners import owner_of
from classifier.models import Prediction
from tests.conftest import FakeIdentifier

pytestmark = pytest.mark.django_db
ADDRESSES = ["/api/v1/identify?word=chat", "/api/simple?word=chat"]


@pytest.fixture(params=["user", "visitor"])
def owner(request, client, user):
    """Return the owner of the client's cookies, user or visitor."""
    if request.param == "user":
        client.force_login(user)
        return f"user:{user.pk}"
    return owner_of(client.post("/", {"word": "orignal"}).wsgi_request)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_link_on_another_site_is_answered_and_stored_without_owner(client, owner, address, site):
    response = client.get(address, headers={"sec-fetch-site": site})

    assert response.status_code == 200
    assert Prediction.objects.get(word="chat").owner == ""


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("headers", [{"sec-fetch-site": "none"}, {"sec-fetch-site": "same-origin"}, {}])
def test_request_of_the_reader_is_stored_in_the_readers_history(client, owner, address, headers):
    client.get(address, headers=headers)
    assert Prediction.objects.get(word="chat").owner == owner


@pytest.mark.parametrize("address", ADDRESSES)
def test_key_that_a_page_of_another_site_sends_keeps_its_owner(client, owner, address, api_key):
    client.get(address, headers={**api_key.headers, "sec-fetch-site": "cross-site"})
    assert Prediction.objects.get(word="chat").owner == api_key.owner


@pytest.mark.parametrize("address", ADDRESSES)
def test_head_neither_identifies_nor_stores(client, address, monkeypatch):
    monkeypatch.setattr(FakeIdentifier, "identify", None)  # would fail
    response = client.head(address)

    assert (response.status_code, response["Allow"]) == (405, "GET, OPTIONS")
    assert not Prediction.objects.exists()
