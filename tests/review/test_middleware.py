"""Hostile queries of the admin."""

import pytest

pytestmark = pytest.mark.django_db
LISTS = ["auth/user", "classifier/prediction", "classifier/feedback", "classifier/batch", "api/apikey"]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "query", ["id__regex=(", "id__exact=%00", "q=%00", "p=%00", "id__in=x", f"id__gt={10**40}x", "id__exact=x"]
)
def test_hostile_query_is_refused(admin_client, path, query):
    assert admin_client.get(f"/admin/{path}/?{query}", follow=True).status_code in {200, 400}


@pytest.mark.parametrize("query", ["owner__regex=(", "owner__iregex=a", "owner__exact=%00"])
def test_regular_expression_and_nul_are_refused(admin_client, query):
    assert admin_client.get(f"/admin/classifier/prediction/?{query}").status_code == 400


@pytest.mark.parametrize("chosen", ["\0", "x", str(10**40), "-1"])
def test_hostile_choice_of_rows_changes_nothing(admin_client, api_key, chosen):
    body = {"action": "revoke", "_selected_action": [chosen]}
    response = admin_client.post("/admin/api/apikey/", body, follow=True)
    assert response.status_code in {200, 400}
    api_key.refresh_from_db()
    assert not api_key.revoked


@pytest.mark.parametrize("key", ["%00", "x", str(10**40), "_5F", "1" * 5000])
@pytest.mark.parametrize("path", LISTS)
def test_hostile_key_of_a_row_is_not_found(admin_client, path, key):
    assert admin_client.get(f"/admin/{path}/{key}/change/", follow=True).status_code in {200, 400, 404}


def test_pages_outside_the_admin_keep_their_errors(client, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("classifier.web.views.privacy.keeps_history", lambda _request: int("x"))
    assert client.get("/privacy/").status_code == 500


def test_faults_of_our_pages_in_the_admin_are_no_bad_requests(admin_client, monkeypatch):
    admin_client.raise_request_exception = False
    monkeypatch.setattr("classifier.review.dashboard.count_new", lambda: int("x"))
    assert admin_client.get("/admin/").status_code == 500


@pytest.mark.parametrize("path", ["versions/FF/rollback/", "review/decide/"])
def test_nul_is_refused_on_our_pages_in_the_admin(admin_client, path):
    assert admin_client.post(f"/admin/{path}", {"reason": "\0", "word": "\0"}).status_code in {400, 404}
