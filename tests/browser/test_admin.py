"""The admin on small and wide screens, for keyboard and screen reader."""

import pytest

from classifier.models import Feedback
from classifier.services.feedback import submit_feedback

pytestmark = [pytest.mark.browser, pytest.mark.any_database, pytest.mark.django_db(transaction=True)]
TABLES = "/admin/classifier"


@pytest.fixture
def open_admin(visit, client, admin_user, make_prediction):
    """Return a function that opens a page of the admin, with some rows."""
    submit_feedback(
        prediction=make_prediction("w" * 100, owner="user:1"), owner="user:1", label="en", comment="c" * 300
    )
    client.force_login(admin_user)
    cookie = client.cookies["sessionid"].value

    def open_admin(path, **options):
        page = visit("/privacy/", **options)  # JSON would make the browser ask for /favicon.ico
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": page.url}])
        page.goto(path)
        return page

    return open_admin


def test_lists_and_rows_fit_small_screens(open_admin):
    page = open_admin(f"{TABLES}/feedback/", width=320)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.goto(f"{TABLES}/prediction/{Feedback.objects.get().prediction_id}/change/")
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_versions_are_accessible(open_admin, check):
    check(open_admin("/admin/versions/", javascript=True))
